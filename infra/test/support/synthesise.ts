/**
 * The app as the `cdk` command synthesises it, with the flags of cdk.json, once for each context.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addOrdo, type OrdoApp } from '../../lib/app';
import { type EnvironmentName, environmentNames } from '../../lib/config/types';

export const infraRoot = path.resolve(__dirname, '..', '..');

export type Context = Readonly<Record<string, string>>;

/** What package.json gives to `npm run synth`: everything that is made only on request. */
export const exampleContext: Readonly<Record<string, string>> = (() => {
  const { config } = JSON.parse(readFileSync(path.join(infraRoot, 'package.json'), 'utf8')) as {
    config: { example: string };
  };
  const pairs = [...config.example.matchAll(/-c (\w+)=(\S+)/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name!, value!]));
})();

export function outputFolder(): string {
  return mkdtempSync(path.join(process.env.ORDO_INFRA_TEST_FOLDER!, 'out-'));
}

export function makeApp(context: Context): App {
  const { context: flags } = JSON.parse(
    readFileSync(path.join(infraRoot, 'cdk.json'), 'utf8'),
  ) as { context: Record<string, unknown> };
  return new App({ outdir: outputFolder(), context: { ...flags, ...context } });
}

export interface Synthesised extends OrdoApp {
  readonly app: App;
  readonly folder: string;
  /** By path: `shared`, `deployment`, `deployment/prod/api`… */
  readonly templates: ReadonlyMap<string, Template>;
}

const done = new Map<string, Synthesised>();

export function synthesise(context: Context): Synthesised {
  const id = JSON.stringify(context);
  const known = done.get(id);
  if (known) return known;
  const app = makeApp(context);
  const ordo = addOrdo(app);
  // Throws if cdk-nag finds anything.
  const assembly = app.synth();
  const templates = new Map(
    assembly.stacksRecursively.map((stack) => [
      stack.hierarchicalId,
      Template.fromJSON(stack.template as object),
    ]),
  );
  const made = { ...ordo, app, folder: assembly.directory, templates };
  done.set(id, made);
  return made;
}

export type StackName = 'shared' | 'api' | 'processing' | 'pipeline' | 'monitoring';
export const stackNames: readonly StackName[] = [
  'shared',
  'api',
  'processing',
  'pipeline',
  'monitoring',
];

/** Each environment, as `cdk deploy` deploys it and as the deployment pipeline does. */
export const everyEnvironment = environmentNames.flatMap((name) => [
  { where: `${name} by itself`, name, prefix: '' },
  { where: `${name} in the pipeline`, name, prefix: `deployment/${name}/` },
]);
export type Environment = (typeof everyEnvironment)[number];

/**
 * The example for an environment. Only dev's has the deployment stack: its stages are the same in
 * both, and take most of the time.
 */
export function contextOf(env: EnvironmentName): Context {
  const ofDeployment = /^(connectionArn|repository|slack\w+)$/;
  const pairs = Object.entries({ env, ...exampleContext });
  return Object.fromEntries(pairs.filter(([key]) => env === 'dev' || !ofDeployment.test(key)));
}

export function template({ name, prefix }: Environment, stack: StackName): Template {
  const context = contextOf(prefix === '' ? name : 'dev');
  const found = synthesise(context).templates.get(`${prefix}${stack}`);
  if (!found) throw new Error(`there is no stack ${prefix}${stack}`);
  return found;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: Record<string, unknown>;
}

export function resources(from: Template, type: string): [string, Resource][] {
  return Object.entries(from.findResources(type)) as [string, Resource][];
}

/** Every template of dev and prod, the deployment stack and its stages included. */
export function everyTemplate(): [string, Template][] {
  return environmentNames.flatMap((env: EnvironmentName) =>
    [...synthesise(contextOf(env)).templates].map(
      ([name, found]) => [`${env}: ${name}`, found] as [string, Template],
    ),
  );
}
