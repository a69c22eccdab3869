/**
 * Who may do what: the exact actions of each function on each thing, and that no statement anywhere
 * has a wildcard which is not listed here with its reason.
 */
import { describe, expect, it } from 'vitest';
import {
  everyEnvironment,
  everyTemplate,
  resources,
  type StackName,
  template,
  type Environment,
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

/** The last name in an ARN that is made of parts, such as `tasks` of an import of its table. */
function short(resource: unknown): string {
  const text = JSON.stringify(resource);
  if (text === '"*"') return '*';
  const known: [RegExp, string][] = [
    [/index\/(\w+)/, 'index $1'],
    [/"\w*Log[0-9A-F]{8}"/, 'own log'],
    [/execution:/, 'own executions'],
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
    [/RefNotifications/, 'notifications'],
    [/GetAttKey/, 'key'],
    [/"Orders[0-9A-F]{8}/, 'state machine'],
  ];
  for (const [pattern, name] of known) {
    const match = pattern.exec(text);
    if (match) return name.replace('$1', match[1] ?? '');
  }
  return text;
}

/** `thing: actions` of all policies of one role, by the beginning of the role's logical id. */
function allowed(
  environment: Environment,
  stack: StackName,
  role: string,
): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const [, { Properties }] of resources(template(environment, stack), 'AWS::IAM::Policy')) {
    const roles = JSON.stringify(Properties.Roles);
    if (!new RegExp(`"${role}[0-9A-F]{8}"`).test(roles)) continue;
    for (const { Effect, Action, Resource } of statements(Properties)) {
      expect(Effect).toBe('Allow');
      for (const resource of list(Resource)) {
        const actions = (found[short(resource)] ??= new Set());
        for (const action of list(Action)) actions.add(action);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([thing, actions]) => [thing, [...actions].sort()]),
  );
}

const everyFunction = {
  '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  'own log': ['logs:CreateLogStream', 'logs:PutLogEvents'],
};
const itemsOfATable = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
const indexes = { 'index by_number': ['dynamodb:Query'], 'index by_lot': ['dynamodb:Query'] };
const key = { key: ['kms:Decrypt', 'kms:GenerateDataKey'] };
const scheduler = { "schedules' dead-letter queue": ['sqs:SendMessage'], ...key };

const expected: [StackName, string, Record<string, string[]>][] = [
  [
    'api',
    'ApiRole',
    {
      ...everyFunction,
      ...indexes,
      ...key,
      tasks: itemsOfATable,
      orders: itemsOfATable,
      queue: ['sqs:SendMessage'],
      results: ['s3:ListBucket'],
      'results/*': ['s3:GetObject'],
    },
  ],
  ['api', 'AuthorizerRole', everyFunction],
  [
    'processing',
    'ProcessorRole',
    {
      ...everyFunction,
      ...indexes,
      ...key,
      tasks: itemsOfATable,
      queue: [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      'dead-letter queue': ['sqs:SendMessage'],
    },
  ],
  [
    'processing',
    'AnnounceRole',
    { ...everyFunction, ...indexes, ...key, tasks: itemsOfATable, queue: ['sqs:SendMessage'] },
  ],
  ['processing', 'AnnounceScheduleRole', { ...scheduler, announce: ['lambda:InvokeFunction'] }],
  [
    'monitoring',
    'DeadLettersRole',
    {
      ...everyFunction,
      ...indexes,
      ...key,
      tasks: itemsOfATable,
      'dead-letter queue': [
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      notifications: ['sns:Publish'],
    },
  ],
  [
    'monitoring',
    'DeadLettersScheduleRole',
    { ...scheduler, dead_letters: ['lambda:InvokeFunction'] },
  ],
  ['pipeline', 'CollectResultsRole', { ...everyFunction, ...indexes, orders: itemsOfATable }],
  [
    'pipeline',
    'StoreResultRole',
    {
      ...everyFunction,
      ...key,
      orders: ['dynamodb:GetItem'],
      results: ['s3:ListBucket'],
      'results/*': ['s3:GetObject', 's3:PutObject'],
    },
  ],
  ['pipeline', 'HourlyRole', { ...scheduler, 'state machine': ['states:StartExecution'] }],
  [
    'pipeline',
    'StateMachineRole',
    {
      ...key,
      collect_results: ['lambda:InvokeFunction'],
      store_result: ['lambda:InvokeFunction'],
      notifications: ['sns:Publish'],
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

describe.each(everyEnvironment)('the permissions of $where', (environment) => {
  it.each(expected)('%s: %s', (stack, role, permissions) => {
    expect(allowed(environment, stack, role)).toEqual(permissions);
  });
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
