/**
 * One process for all tests: they share the apps that they look at, which take seconds to make.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/output-folder.ts',
    // The library's rules about templates take most of the time; `npm run synth` goes by them.
    env: { CDK_VALIDATION: 'false' },
    pool: 'forks',
    isolate: false,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});
