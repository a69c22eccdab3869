/**
 * The pipeline of orders: pipelines/orders.asl.json as it is on disk, with the ARNs of this
 * deployment where it names functions and topics.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { repositoryRoot } from './program-code';

export const ordersDefinitionFile = path.join(repositoryRoot, 'pipelines', 'orders.asl.json');

/** By the Resource of a state: the parameter that names what it calls. */
const named: Record<string, { parameter: string; kind: 'functions' | 'topics' }> = {
  'arn:aws:states:::lambda:invoke': { parameter: 'FunctionName', kind: 'functions' },
  'arn:aws:states:::sns:publish': { parameter: 'TopicArn', kind: 'topics' },
};

export interface Names {
  readonly functions: Readonly<Record<string, string>>;
  readonly topics: Readonly<Record<string, string>>;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `definition` with each name replaced; one that is not in `names` is an error. */
export function withNames(definition: Json, names: Names, at = ''): Json {
  if (Array.isArray(definition)) {
    return definition.map((item, i) => withNames(item, names, `${at}/${i}`));
  }
  if (definition === null || typeof definition !== 'object') return definition;
  const copy = Object.fromEntries(
    Object.entries(definition).map(([key, value]) => [
      key,
      withNames(value, names, `${at}/${key}`),
    ]),
  );
  const rule = typeof copy.Resource === 'string' ? named[copy.Resource] : undefined;
  if (copy.Type !== 'Task' || !rule) return copy;
  const parameters = copy.Parameters as Record<string, Json>;
  const name = parameters[rule.parameter];
  const arn = typeof name === 'string' ? names[rule.kind][name] : undefined;
  if (!arn) {
    const known = Object.keys(names[rule.kind]).join(', ');
    throw new Error(`${at}: ${rule.parameter} is ${JSON.stringify(name)}: it must be of ${known}`);
  }
  return { ...copy, Parameters: { ...parameters, [rule.parameter]: arn } };
}

export function ordersDefinition(names: Names): Json {
  return withNames(JSON.parse(readFileSync(ordersDefinitionFile, 'utf8')) as Json, names);
}
