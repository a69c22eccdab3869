/**
 * Who may do what: the exact actions of each function on each thing, which are those of the table
 * permissions.json, and that no statement anywhere has a wildcard which is not listed here with its
 * reason.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { readSettings } from '../lib/config/settings';
import { type Handler, handlers } from '../lib/config/types';
import { addEnvironment } from '../lib/environment';
import {
  contextOf,
  everyEnvironment,
  everyTemplate,
  infraRoot,
  makeApp,
  resources,
  type StackName,
  template,
} from './support/synthesise';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function statements(properties: Record<string, unknown>): Statement[] {
  return (properties.PolicyDocument as { Statement: Statement[] }).Statement;
}

/** What the table calls a thing, by the parts of its ARN: `tasks` of an import of its table. */
function short(resource: unknown): string {
  const text = JSON.stringify(resource);
  if (text === '"*"') return '*';
  const known: [RegExp, string][] = [
    [/TasksTable.*\/index\/(\w+)/, 'tasks/index/$1'],
    [/OrdersTable.*\/index\/(\w+)/, 'orders/index/$1'],
    [/"\w*Log[0-9A-F]{8}"/, 'own log'],
    [/execution:/, 'own executions'],
    [/function:mine"/, 'task functions'],
    [/CollectResults/, 'collect_results'],
    [/StoreResult/, 'store_result'],
    [/Announce/, 'announce'],
    [/ScheduleDeadLetters/, "schedules' dead-letter queue"],
    [/Queue\w*DeadLetters/, 'dead-letter queue'],
    [/"DeadLetters/, 'dead_letters'],
    [/Queue/, 'queue'],
    [/TasksTable/, 'tasks'],
    [/OrdersTable/, 'orders'],
    [/Results.*\/\*/, 'results/*'],
    [/Results/, 'results'],
    [/RefNotifications/, 'topic'],
    [/GetAttKey/, 'key'],
    [/"Orders[0-9A-F]{8}/, 'state machine'],
  ];
  for (const [pattern, name] of known) {
    const match = pattern.exec(text);
    if (match) return name.replace('$1', match[1] ?? '');
  }
  return text;
}

/** What all policies of one role allow, by the beginning of the role's logical id. */
function allowed(all: Template, role: string): Actions {
  const named = new RegExp(`"${role}[0-9A-F]{8}"`);
  const roles = resources(all, 'AWS::IAM::Role').filter(([id]) => named.test(JSON.stringify(id)));
  expect(roles.length).toBe(1);
  // Nothing is allowed in another way than by the policies that are read here.
  for (const [, { Properties }] of roles) {
    expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(Properties).not.toHaveProperty('Policies');
  }
  expect(resources(all, 'AWS::IAM::ManagedPolicy')).toEqual([]);
  const found: Record<string, Set<string>> = {};
  for (const [, { Properties }] of resources(all, 'AWS::IAM::Policy')) {
    if (!named.test(JSON.stringify(Properties.Roles))) continue;
    for (const { Effect, Action, Resource } of statements(Properties)) {
      expect(Effect).toBe('Allow');
      for (const resource of list(Resource)) {
        const actions = (found[short(resource)] ??= new Set());
        for (const action of list(Action)) actions.add(action);
      }
    }
  }
  return sorted(found);
}

/** Actions by thing. */
type Actions = Record<string, string[]>;

/** What the tests of the program hold functions to (tests/aws/flow), and these their roles. */
const table = JSON.parse(readFileSync(path.join(infraRoot, 'permissions.json'), 'utf8')) as {
  /** What a function itself calls. */
  readonly program: Record<Handler, Actions>;
  /** What Lambda does in its name. */
  readonly lambda: Record<string, Actions>;
  /** What an action needs beside it where a key of ours protects the thing. */
  readonly key: Record<string, string[]>;
};
const everyFunction = table.lambda['every function']!;

/** What is under the key of this deployment; DynamoDB has its own. */
const underTheKey = ['queue', 'dead-letter queue', 'topic', 'results/*'];

/** What the role of a function has to allow. No queue of dev or prod has a function of users. */
function roleOf(handler: Handler, without = ['task functions']): Actions {
  const found: Record<string, Set<string>> = {};
  const add = (thing: string, actions: string[]) => {
    for (const action of actions) (found[thing] ??= new Set()).add(action);
  };
  for (const wanted of [everyFunction, table.lambda[handler] ?? {}, table.program[handler]]) {
    for (const [thing, actions] of Object.entries(wanted)) {
      if (without.includes(thing)) continue;
      add(thing, actions);
      if (!underTheKey.includes(thing)) continue;
      for (const action of actions) add('key', table.key[action] ?? []);
    }
  }
  return sorted(found);
}

const sorted = (found: Record<string, Set<string>>): Actions =>
  Object.fromEntries(Object.entries(found).map(([thing, of]) => [thing, [...of].sort()]));

const key = { key: ['kms:Decrypt', 'kms:GenerateDataKey'] };
const scheduler = { "schedules' dead-letter queue": ['sqs:SendMessage'], ...key };

const expected: [StackName, string, Actions][] = [
  ['api', 'ApiRole', roleOf('api')],
  ['api', 'AuthorizerRole', everyFunction],
  ['processing', 'ProcessorRole', roleOf('processor')],
  ['processing', 'AnnounceRole', roleOf('announce')],
  ['processing', 'AnnounceScheduleRole', { ...scheduler, announce: ['lambda:InvokeFunction'] }],
  ['monitoring', 'DeadLettersRole', roleOf('dead_letters')],
  [
    'monitoring',
    'DeadLettersScheduleRole',
    { ...scheduler, dead_letters: ['lambda:InvokeFunction'] },
  ],
  ['pipeline', 'CollectResultsRole', roleOf('collect_results')],
  ['pipeline', 'StoreResultRole', roleOf('store_result')],
  ['pipeline', 'HourlyRole', { ...scheduler, 'state machine': ['states:StartExecution'] }],
  [
    'pipeline',
    'StateMachineRole',
    {
      ...key,
      collect_results: ['lambda:InvokeFunction'],
      store_result: ['lambda:InvokeFunction'],
      topic: ['sns:Publish'],
      'state machine': ['states:StartExecution'],
      'own executions': [
        'states:DescribeExecution',
        'states:RedriveExecution',
        'states:StopExecution',
      ],
      // Logs are delivered, and traces taken, by actions that know no resources.
      '*': [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
    },
  ],
];

it('the table has every function', () => {
  expect(Object.keys(table.program).sort()).toEqual([...handlers].sort());
});

describe.each(everyEnvironment)('the permissions of $where', (environment) => {
  it.each(expected)('%s: %s', (stack, role, permissions) => {
    expect(allowed(template(environment, stack), role)).toEqual(permissions);
  });
});

it('the processor may invoke the function of a queue', () => {
  const app = makeApp(contextOf('dev'));
  const { dev } = environments;
  const queues = { tasks: { ...dev.queues.tasks!, function: 'lambda:mine' } };
  const { processing } = addEnvironment(app, { ...dev, queues }, readSettings(app.node));
  const all = Template.fromStack(processing);
  expect(allowed(all, 'ProcessorRole')).toEqual(roleOf('processor', []));
});

/** Actions that are allowed on every resource: they know none, or their finding says why. */
const onEverything = new Set([
  ...expected.flatMap(([, , permissions]) => permissions['*'] ?? []),
  // The deployment pipeline (lib/deployment/findings.ts).
  'cloudformation:DescribeStacks',
  's3:ListBucket',
  'codebuild:BatchGetBuilds',
  'codebuild:StartBuild',
  'codebuild:StopBuild',
]);

describe('a wildcard', () => {
  it('stands for a resource only where the action knows none, or its finding is explained', () => {
    for (const [name, found] of everyTemplate()) {
      for (const [id, { Properties }] of resources(found, 'AWS::IAM::Policy')) {
        for (const { Action, Resource } of statements(Properties)) {
          if (!list(Resource).includes('*')) continue;
          const others = list(Action).filter((action) => !onEverything.has(action));
          expect(others, `${name}: ${id}`).toEqual([]);
        }
      }
    }
  });

  it('stands in no action outside of the deployment pipeline', () => {
    for (const [name, found] of everyTemplate()) {
      if (name.endsWith(': deployment')) continue;
      for (const [id, { Properties }] of resources(found, 'AWS::IAM::Policy')) {
        const actions = statements(Properties).flatMap(({ Action }) => Action);
        expect(actions.filter((action) => action.includes('*')), `${name}: ${id}`).toEqual([]);
      }
    }
  });

  it('stands for nobody: every role says which service assumes it', () => {
    for (const [name, found] of everyTemplate()) {
      for (const [id, { Properties }] of resources(found, 'AWS::IAM::Role')) {
        const { Statement } = Properties.AssumeRolePolicyDocument as {
          Statement: { Principal: Record<string, unknown> }[];
        };
        for (const { Principal } of Statement) {
          expect(JSON.stringify(Principal), `${name}: ${id}`).not.toContain('"*"');
        }
      }
    }
  });
});

describe.each(everyEnvironment)('schedules of $where', (environment) => {
  it.each(['processing', 'monitoring', 'pipeline'] as const)(
    'lend their role in %s to no other account',
    (stack) => {
      const roles = resources(template(environment, stack), 'AWS::IAM::Role')
        .map(([, { Properties }]) => JSON.stringify(Properties.AssumeRolePolicyDocument))
        .filter((document) => document.includes('scheduler.amazonaws.com'));
      expect(roles.length).toBe(1);
      for (const role of roles) {
        expect(role).toContain('"aws:SourceAccount":');
        expect(role).toContain('"aws:SourceArn":');
      }
    },
  );
});
