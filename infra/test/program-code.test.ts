/**
 * What the functions are made from: the image's context holds what CMake needs and nothing else,
 * its hash changes with the program alone, and a zip may stand in for it.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, IgnoreMode, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { beforeAll, describe, expect, it } from 'vitest';
import { addOrdo } from '../lib/app';
import { mostAttempts } from '../lib/config/attempts';
import { imageExcludes, imageSources, repositoryRoot } from '../lib/constructs/program-code';
import { makeApp, outputFolder, resources, synthesise } from './support/synthesise';

function assetOf(root: string): DockerImageAsset {
  const stack = new Stack(new App({ outdir: outputFolder() }), 'stack');
  return new DockerImageAsset(stack, 'Image', {
    directory: root,
    file: 'infra/image/lambda.Dockerfile',
    exclude: imageExcludes(),
    ignoreMode: IgnoreMode.DOCKER,
  });
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describe('the context of the image', () => {
  const { folder } = synthesise({ env: 'dev' });
  const staged = readdirSync(folder)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => path.join(folder, name))
    .find((asset) => readdirSync(asset).includes('CMakeLists.txt'));

  it('has every source of the program', () => {
    const names = new Set(filesUnder(staged!));
    for (const name of ['CMakeLists.txt', 'infra/image/lambda.Dockerfile', 'pipelines/orders.asl.json']) {
      expect(names).toContain(name);
    }
    const sources = filesUnder(path.join(repositoryRoot, 'src'))
      .filter((name) => /\.(cc|h)$/.test(name) && !name.endsWith('_test.cc'))
      .map((name) => path.join('src', name));
    // Others may be at work in the tree: what was there when it was staged counts.
    const missing = sources.filter((name) => !names.has(name));
    expect(missing.length).toBeLessThan(sources.length / 10);
  });

  it('has nothing else', () => {
    const names = filesUnder(staged!);
    const strange = names.filter(
      (name) => !imageSources.some((source) => name === source || name.startsWith(`${source}/`)),
    );
    expect(strange).toEqual([]);
    expect(names.filter((name) => name.endsWith('_test.cc'))).toEqual([]);
    expect(names.filter((name) => name.includes('node_modules'))).toEqual([]);
  });
});

describe('the hash of the image', () => {
  const root = path.join(outputFolder(), 'repository');
  const write = (name: string, text: string): void => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  let before: string;

  beforeAll(() => {
    cpSync(
      path.join(repositoryRoot, 'infra', 'image', 'lambda.Dockerfile'),
      path.join(root, 'infra/image/lambda.Dockerfile'),
    );
    write('CMakeLists.txt', 'project(ordo)');
    write('src/lambda/main.cc', 'int main() {}');
    before = assetOf(root).assetHash;
  });

  it.each([
    'README.md',
    'Dockerfile',
    'Dockerfile.dockerignore',
    'docs/aws.md',
    'build/ordo',
    'infra/lib/app.ts',
    'infra/image/notes.md',
    'src/lambda/main_test.cc',
    'examples/handlers/python/handler.py',
    'web/node_modules/page/index.js',
  ])('is the same when %s comes', (name) => {
    write(name, 'anything');
    expect(assetOf(root).assetHash).toBe(before);
  });

  it.each(['src/lambda/new.cc', 'cmake/flags.cmake', 'examples/handlers/cpp/handler.cc'])(
    'is another one when %s comes',
    (name) => {
      const now = assetOf(root).assetHash;
      write(name, 'anything');
      expect(assetOf(root).assetHash).not.toBe(now);
    },
  );
});

describe('the Dockerfile', () => {
  const lines = readFileSync(path.join(repositoryRoot, 'infra/image/lambda.Dockerfile'), 'utf8');

  it('begins with the official images, from where CodeBuild gets them without a limit', () => {
    const bases = [...lines.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
    expect(bases.length).toBe(2);
    for (const image of bases) {
      // With a digest behind it or not.
      expect(image).toMatch(
        /^public\.ecr\.aws\/docker\/library\/debian:12(-slim)?(@sha256:[0-9a-f]{64})?$/,
      );
    }
  });

  it('starts the program, not as root', () => {
    expect(lines).toContain('\nENTRYPOINT ["/usr/local/bin/ordo-lambda"]\n');
    expect(lines).toContain('\nUSER ordo\n');
    expect(lines).toContain('ca-certificates');
  });
});

describe('the program', () => {
  const sourceOf = (name: string) =>
    readFileSync(path.join(repositoryRoot, 'src', 'lambda', name), 'utf8');

  it('takes as many attempts as the configuration does', () => {
    const [, limit] = /kMostAttempts = (\d+);/.exec(sourceOf('settings.cc'))!;
    expect(Number(limit)).toBe(mostAttempts);
  });

  it('counts what the alarms look at, by queue', () => {
    expect(sourceOf('home.cc')).toContain('MetricDimension{"Queue", ');
    expect(sourceOf('scheduled_functions.cc')).toContain('EmbeddedMetric{"DeadLetters", ');
    expect(sourceOf('processor_function.cc')).toContain('EmbeddedMetric{"Troubles", ');
  });
});

describe('a zip', () => {
  const zip = path.join(outputFolder(), 'ordo.zip');
  writeFileSync(zip, 'not looked into here');

  it('stands in for the image', () => {
    const { templates } = synthesise({ code: 'zip', zip });
    const functions = [...templates.values()]
      .flatMap((found: Template) => resources(found, 'AWS::Lambda::Function'))
      .map(([, { Properties }]) => Properties)
      .filter(({ Runtime }) => Runtime === 'provided.al2023');
    expect(functions.map(({ Handler }) => Handler).sort()).toEqual([
      'announce',
      'api',
      'collect_results',
      'dead_letters',
      'processor',
      'store_result',
    ]);
  });

  it('has to be there', () => {
    expect(() => addOrdo(makeApp({ code: 'zip', zip: '/nowhere/ordo.zip' }))).toThrow(
      'zip is "/nowhere/ordo.zip": there is no /nowhere/ordo.zip',
    );
  });
});
