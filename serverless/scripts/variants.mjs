// Packages the stack as it can be deployed, with made-up values for what an account would give:
// each variant's templates go to .serverless-verify/NAME, where the rules and the tests find them.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const kHere = fileURLToPath(new URL('..', import.meta.url));
const kInto = '.serverless-verify';
const kRegion = 'eu-central-1';
const kAccount = '123456789012'; // the one that AWS uses in its documentation
const kImage = `${kAccount}.dkr.ecr.${kRegion}.amazonaws.com/ordo-lambda@sha256:${'0'.repeat(64)}`;

const kVariants = {
  dev: ['--stage', 'dev'],
  prod: ['--stage', 'prod'],
  // Everything that can be chosen, chosen otherwise.
  chosen: [
    ...['--stage', 'dev'],
    ...['--param', 'authorization=jwt'],
    ...['--param', 'jwt_issuer=https://issuer.example'],
    ...['--param', 'jwt_audience=ordo'],
    ...['--param', 'architecture=arm64'],
    ...['--param', 'cors_origins=https://app.example'],
    ...['--param', `task_function=arn:aws:lambda:${kRegion}:${kAccount}:function:mine`],
    ...['--param', 'auction_url=https://auction.example'],
  ],
};

const kProgram = path.join(
  path.dirname(createRequire(import.meta.url).resolve('osls/package.json')),
  'bin/serverless.js',
);

fs.rmSync(path.join(kHere, kInto), { recursive: true, force: true });
for (const [name, choices] of Object.entries(kVariants)) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [kProgram, 'package', '--region', kRegion, '--package', `${kInto}/${name}`, ...choices],
    {
      cwd: kHere,
      encoding: 'utf8',
      env: { ...process.env, ORDO_LAMBDA_IMAGE: kImage, SLS_INTERACTIVE_SETUP_ENABLE: '0' },
    },
  );
  if (status !== 0) {
    console.error(`${stdout}${stderr}variants: ${name} cannot be packaged`);
    process.exit(1);
  }
  console.log(`${kInto}/${name}`);
}
