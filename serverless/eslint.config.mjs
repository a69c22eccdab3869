import js from '@eslint/js';

export default [
  { ignores: ['.serverless/', '.serverless-verify/'] },
  js.configs.recommended,
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { console: 'readonly', URL: 'readonly' } } },
];
