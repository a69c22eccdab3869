/**
 * The program `ordo-lambda` as something that Lambda can run: an image that is built from this
 * repository, or a zip that was built before.
 */
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { IgnoreMode } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ConfigurationError } from '../config/configuration-error';
import type { Architecture, CodeSettings } from '../config/settings';
import type { Handler } from '../config/types';

export const repositoryRoot = path.resolve(__dirname, '..', '..', '..');
const dockerfile = 'infra/image/lambda.Dockerfile';

/**
 * All that the image is built from, and nothing else: what is not listed is neither sent to the
 * builder nor part of the image's hash, so that only a change of the program makes a new version.
 */
export const imageSources: readonly string[] = [
  'CMakeLists.txt',
  'bench',
  'cmake',
  'examples/handlers/cpp',
  dockerfile,
  'pipelines',
  'src',
  'web',
];
const neverSources: readonly string[] = ['**/*_test.cc', '**/node_modules', '**/build'];

function parents(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** In the language of .dockerignore, in which the last line that matches decides. */
export function imageExcludes(): string[] {
  const kept = imageSources.flatMap((source) => [
    // A folder has to be let in before what is in it can be, and its other contents kept out.
    ...parents(source).flatMap((parent) => [`!${parent}`, `${parent}/*`]),
  ]);
  return ['*', ...new Set(kept), ...imageSources.map((source) => `!${source}`), ...neverSources];
}

const platforms: Record<Architecture, Platform> = {
  arm64: Platform.LINUX_ARM64,
  x86_64: Platform.LINUX_AMD64,
};

export const lambdaArchitectures: Record<Architecture, lambda.Architecture> = {
  arm64: lambda.Architecture.ARM_64,
  x86_64: lambda.Architecture.X86_64,
};

type CommonProps = Omit<lambda.FunctionProps, 'code' | 'handler' | 'runtime'>;

/** A function that is started as `handler`, from an image or a zip as the settings say. */
export function programFunction(
  scope: Construct,
  id: string,
  handler: Handler,
  code: CodeSettings,
  props: CommonProps,
): lambda.Function {
  const architecture = lambdaArchitectures[code.architecture];
  if (code.kind === 'zip') {
    const zip = path.resolve(code.path);
    if (!existsSync(zip)) {
      throw new ConfigurationError(`context:\n  zip is "${code.path}": there is no ${zip}`);
    }
    return new lambda.Function(scope, id, {
      ...props,
      architecture,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      handler,
      code: lambda.Code.fromAsset(zip),
    });
  }
  return new lambda.DockerImageFunction(scope, id, {
    ...props,
    architecture,
    code: lambda.DockerImageCode.fromImageAsset(repositoryRoot, {
      file: dockerfile,
      cmd: [handler],
      platform: platforms[code.architecture],
      exclude: imageExcludes(),
      ignoreMode: IgnoreMode.DOCKER,
    }),
  });
}
