// What the packaged templates must say, whatever else is changed in them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

const kVariants = ['dev', 'prod', 'chosen'];

function read(name) {
  return JSON.parse(fs.readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
}

const templates = Object.fromEntries(
  kVariants.map((name) => [
    name,
    read(`.serverless-verify/${name}/cloudformation-template-update-stack.json`),
  ]),
);

// [logical id, resource] of those of a type.
function all(template, type) {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

function properties(template, id) {
  assert.ok(template.Resources[id], `there is no ${id}`);
  return template.Resources[id].Properties;
}

function each(name, check) {
  for (const variant of kVariants) {
    test(`${variant}: ${name}`, () => check(templates[variant], variant));
  }
}

const asList = (value) => (Array.isArray(value) ? value : [value]);

function statements(template) {
  const found = [];
  const look = (id, document) => {
    for (const statement of document.Statement) {
      const choice = statement['Fn::If'];
      found.push([id, choice ? choice[1] : statement]);
    }
  };
  for (const [id, { Properties: own }] of Object.entries(template.Resources)) {
    if (own.PolicyDocument) look(id, own.PolicyDocument);
    if (own.KeyPolicy) look(id, own.KeyPolicy);
    for (const policy of own.Policies ?? []) look(id, policy.PolicyDocument);
  }
  return found;
}

each('nobody is allowed every action, or everything', (template) => {
  // For tracing and the delivery of logs, AWS knows no other resource.
  const everywhere =
    /^(xray:|logs:\w+LogDeliver|logs:(Put|Describe)ResourcePolic|logs:DescribeLogGroups$)/;
  for (const [id, statement] of statements(template)) {
    if (statement.Effect !== 'Allow' || id === 'NoticesKey') continue;
    for (const action of asList(statement.Action)) {
      assert.ok(!action.includes('*'), `${id} allows ${action}`);
      if (asList(statement.Resource).includes('*')) assert.match(action, everywhere, id);
    }
  }
});

// What the program calls, and what Lambda does in its name: the same table as for infra/.
const kTable = read('../infra/permissions.json');
const kThings = {
  TasksTable: 'tasks',
  OrdersTable: 'orders',
  TasksQueue: 'queue',
  TasksDeadLetters: 'dead-letter queue',
  ResultsBucket: 'results',
  TaskFunction: 'task functions',
  Notices: 'topic',
  NoticesKey: 'key',
};

// What the table calls a resource of a statement.
function thing(resource, ownLog) {
  const id = resource['Fn::GetAtt']?.[0] ?? resource.Ref;
  if (id === ownLog) return 'own log';
  if (id) return kThings[id] ?? id;
  const text = resource['Fn::Sub'] ?? resource;
  return text.replace(/^\$\{(\w+)\.Arn\}/, (_, of) => kThings[of] ?? of);
}

// Actions by thing, and what adds some.
function collection() {
  const found = {};
  const add = (name, actions) => {
    for (const action of actions) (found[name] ??= new Set()).add(action);
  };
  const sorted = () =>
    Object.fromEntries(Object.entries(found).map(([name, of]) => [name, [...of].sort()]));
  return { add, sorted };
}

function allowed(template, role, ownLog, variant) {
  const { Policies, ManagedPolicyArns } = properties(template, role);
  assert.equal(ManagedPolicyArns, undefined, role);
  const { add, sorted } = collection();
  for (const statement of Policies.flatMap((policy) => policy.PolicyDocument.Statement)) {
    const [condition, chosen] = statement['Fn::If'] ?? ['', statement];
    if (condition === 'HasTaskFunction' && variant !== 'chosen') continue;
    assert.deepEqual(Object.keys(chosen).sort(), ['Action', 'Effect', 'Resource'], role);
    assert.equal(chosen.Effect, 'Allow', role);
    for (const resource of asList(chosen.Resource)) {
      add(thing(resource, ownLog), asList(chosen.Action));
    }
  }
  return sorted();
}

// Of all that functions use, the topic alone is under a key of ours.
function wanted(handler, variant) {
  const { add, sorted } = collection();
  const { program, lambda, key } = kTable;
  for (const actions of [lambda['every function'], lambda[handler] ?? {}, program[handler]]) {
    for (const [name, of] of Object.entries(actions)) {
      if (name === 'task functions' && variant !== 'chosen') continue;
      add(name, of);
      if (name === 'topic') add('key', of.flatMap((action) => key[action] ?? []));
    }
  }
  return sorted();
}

each('each function has a role of its own, and does only its work', (template, variant) => {
  const roles = [];
  const handlers = [];
  for (const [id, { Properties: own }] of all(template, 'AWS::Lambda::Function')) {
    const [role] = own.Role['Fn::GetAtt'];
    const [handler] = own.ImageConfig.Command;
    const ownLog = id.replace(/LambdaFunction$/, 'LogGroup');
    const may = allowed(template, role, ownLog, variant);
    assert.deepEqual(may, wanted(handler, variant), `${handler}: ${role}`);
    roles.push(role);
    handlers.push(handler);
  }
  assert.deepEqual(handlers.sort(), Object.keys(kTable.program).sort());
  assert.equal(new Set(roles).size, roles.length);
  assert.ok(!template.Resources.IamRoleLambdaExecution);
  // Nothing is allowed in another way than in the roles themselves.
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']) {
    const more = all(template, type).map(([, { Properties: own }]) => JSON.stringify(own));
    for (const role of roles) assert.ok(!more.some((text) => text.includes(`"${role}"`)), role);
  }
});

each('the pipeline calls its functions, tells the topic, and can be redriven', (template) => {
  const { RoleName, PolicyDocument } = properties(template, 'OrdersPipelinePolicy');
  assert.deepEqual(RoleName, { Ref: 'OrdersPipelineRole' });
  const others = Object.entries(template.Resources).filter(
    ([id, { Type, Properties: own }]) =>
      /^AWS::IAM::(Policy|ManagedPolicy|RolePolicy)$/.test(Type) &&
      id !== 'OrdersPipelinePolicy' &&
      JSON.stringify(own).includes('"OrdersPipelineRole"'),
  );
  assert.deepEqual(others, []);
  const role = properties(template, 'OrdersPipelineRole');
  assert.ok(!role.Policies && !role.ManagedPolicyArns);
  const { add, sorted } = collection();
  for (const { Effect, Action, Resource } of PolicyDocument.Statement) {
    assert.equal(Effect, 'Allow');
    for (const resource of asList(Resource)) {
      const text = resource['Fn::Sub'] ?? '';
      const own = /:(stateMachine|execution):ordo-\w+-orders/.exec(text)?.[1];
      add(own ?? thing(resource, ''), asList(Action));
    }
  }
  const { '*': everywhere, ...found } = sorted();
  assert.deepEqual(found, {
    CollectUnderscoreresultsLambdaFunction: ['lambda:InvokeFunction'],
    StoreUnderscoreresultLambdaFunction: ['lambda:InvokeFunction'],
    topic: ['sns:Publish'],
    key: ['kms:Decrypt', 'kms:GenerateDataKey'],
    stateMachine: ['states:StartExecution'],
    execution: ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
  });
  for (const action of everywhere) assert.match(action, /^(xray|logs):/);
});

each('the function knows whose pages may call', (template, variant) => {
  const { Variables } = properties(template, 'ApiLambdaFunction').Environment;
  const wanted = variant === 'chosen' ? 'https://app.example' : '';
  assert.equal(Variables.ORDO_CORS_ORIGINS, wanted);
});

each('queues are FIFO, encrypted and asked over TLS only', (template) => {
  const queue = properties(template, 'TasksQueue');
  const dead = properties(template, 'TasksDeadLetters');
  for (const own of [queue, dead]) {
    assert.equal(own.FifoQueue, true);
    assert.match(own.QueueName, /\.fifo$/);
    assert.equal(own.ContentBasedDeduplication, false);
    assert.equal(own.DeduplicationScope, 'messageGroup');
    assert.equal(own.FifoThroughputLimit, 'perMessageGroupId');
  }
  const processor = properties(template, 'ProcessorLambdaFunction');
  assert.ok(queue.VisibilityTimeout >= 6 * processor.Timeout);
  assert.deepEqual(queue.RedrivePolicy, {
    deadLetterTargetArn: { 'Fn::GetAtt': ['TasksDeadLetters', 'Arn'] },
    maxReceiveCount: 1000,
  });
  const account = 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:';
  assert.deepEqual(dead.RedriveAllowPolicy, {
    redrivePermission: 'byQueue',
    sourceQueueArns: [{ 'Fn::Sub': account + queue.QueueName }],
  });
  const { RedriveAllowPolicy: ofSchedules } = properties(template, 'ScheduleDeadLetters');
  assert.deepEqual(ofSchedules, { redrivePermission: 'denyAll' });
  const queues = all(template, 'AWS::SQS::Queue');
  assert.equal(queues.length, 3);
  for (const [id, { Properties: own }] of queues) {
    assert.equal(own.SqsManagedSseEnabled, true, id);
    assert.ok(deniesPlainText(template, 'AWS::SQS::QueuePolicy', 'Queues', id), id);
  }
});

function deniesPlainText(template, type, field, id) {
  return all(template, type).some(
    ([, { Properties: own }]) =>
      asList(own[field]).some((of) => of.Ref === id) &&
      own.PolicyDocument.Statement.some(
        (statement) =>
          statement.Effect === 'Deny' &&
          statement.Principal === '*' &&
          String(statement.Condition.Bool['aws:SecureTransport']) === 'false',
      ),
  );
}

each('buckets and the topic are encrypted and asked over TLS only', (template) => {
  const buckets = all(template, 'AWS::S3::Bucket');
  assert.equal(buckets.length, 2);
  for (const [id, { Properties: own }] of buckets) {
    assert.ok(own.BucketEncryption, id);
    assert.ok(Object.values(own.PublicAccessBlockConfiguration).every((blocked) => blocked), id);
    assert.ok(deniesPlainText(template, 'AWS::S3::BucketPolicy', 'Bucket', id), id);
  }
  assert.deepEqual(properties(template, 'Notices').KmsMasterKeyId, { Ref: 'NoticesKey' });
  assert.equal(properties(template, 'NoticesKey').EnableKeyRotation, true);
  assert.ok(deniesPlainText(template, 'AWS::SNS::TopicPolicy', 'Topics', 'Notices'));
});

each('tables have the keys and indexes that the program asks', (template, variant) => {
  const index = (name, hash) => ({
    IndexName: name,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: 'number', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  });
  for (const [id, key] of [['TasksTable', 'task_id'], ['OrdersTable', 'record_id']]) {
    const own = properties(template, id);
    assert.deepEqual(own.KeySchema, [{ AttributeName: key, KeyType: 'HASH' }]);
    assert.deepEqual(own.GlobalSecondaryIndexes, [
      index('by_number', 'shelf'),
      index('by_lot', 'lot'),
    ]);
    const types = own.AttributeDefinitions.map((a) => [a.AttributeName, a.AttributeType]);
    assert.deepEqual(Object.fromEntries(types), { [key]: 'S', shelf: 'S', lot: 'S', number: 'N' });
    assert.deepEqual(own.TimeToLiveSpecification, { AttributeName: 'expires_at', Enabled: true });
    assert.equal(own.BillingMode, 'PAY_PER_REQUEST');
    assert.equal(own.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, true);
    assert.equal(own.SSESpecification.SSEEnabled, true);
    assert.equal(own.DeletionProtectionEnabled, variant === 'prod');
    assert.equal(template.Resources[id].DeletionPolicy, variant === 'prod' ? 'Retain' : 'Delete');
  }
});

each('what a failed first deployment made is gone, but for protected tables', (template, variant) => {
  const policies = (id) => {
    const { DeletionPolicy, UpdateReplacePolicy } = template.Resources[id];
    return [DeletionPolicy, UpdateReplacePolicy];
  };
  const kept = ['RetainExceptOnCreate', 'Retain'];
  assert.deepEqual(policies('NoticesKey'), variant === 'prod' ? kept : ['Delete', 'Delete']);
  assert.deepEqual(policies('ResultsBucket'), kept);
  // What is kept in any case has a name that CloudFormation makes: the next try makes another.
  for (const [id, { DeletionPolicy, Properties: own }] of Object.entries(template.Resources)) {
    if (DeletionPolicy !== 'Retain') continue;
    assert.ok(own.DeletionProtectionEnabled, id);
    assert.ok(!own.TableName, id);
  }
});

each('functions are one image by its digest, traced, with logs that end', (template, variant) => {
  const commands = [];
  for (const [id, { Properties: own }] of all(template, 'AWS::Lambda::Function')) {
    assert.match(own.Code.ImageUri, /@sha256:[0-9a-f]{64}$/, id);
    assert.equal(own.TracingConfig.Mode, 'Active', id);
    assert.deepEqual(own.Architectures, [variant === 'chosen' ? 'arm64' : 'x86_64']);
    commands.push(...own.ImageConfig.Command);
  }
  assert.deepEqual(commands, [
    'api',
    'processor',
    'dead_letters',
    'announce',
    'collect_results',
    'store_result',
  ]);
  assert.equal(properties(template, 'ApiLambdaFunction').Timeout, 29);
  for (const [id, { Properties: own }] of all(template, 'AWS::Logs::LogGroup')) {
    assert.equal(own.RetentionInDays, variant === 'prod' ? 365 : 14, id);
  }
});

each('a task has two retries, with backoff', (template) => {
  const { 'Fn::Sub': sub } = properties(template, 'ProcessorLambdaFunction').Environment.Variables
    .ORDO_QUEUES;
  const { tasks } = JSON.parse(sub[0]);
  assert.equal(tasks.url, '${TasksQueue}');
  assert.equal(tasks.dead_letter_url, '${TasksDeadLetters}');
  assert.equal(tasks.max_attempts, 3);
  // What waits behind a failed task in a batch of ten is received with each of its attempts.
  const { maxReceiveCount } = properties(template, 'TasksQueue').RedrivePolicy;
  assert.ok(10 * tasks.max_attempts < maxReceiveCount);
  assert.deepEqual(tasks.backoff, {
    base_seconds: 1,
    factor: 2,
    max_seconds: 300,
    jitter: 'full',
  });
  const [[, { Properties: source }]] = all(template, 'AWS::Lambda::EventSourceMapping');
  assert.equal(source.BatchSize, 10);
  assert.deepEqual(source.FunctionResponseTypes, ['ReportBatchItemFailures']);
});

each('nobody calls the API who is not known, or too often', (template, variant) => {
  const routes = all(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties: own }]) => [
    own.RouteKey,
    own.AuthorizationType,
  ]);
  assert.deepEqual(Object.fromEntries(routes), {
    $default: variant === 'chosen' ? 'JWT' : 'AWS_IAM',
    'OPTIONS /{proxy+}': undefined,
  });
  const stage = properties(template, 'HttpApiStage');
  assert.ok(stage.DefaultRouteSettings.ThrottlingRateLimit > 0);
  assert.ok(stage.DefaultRouteSettings.ThrottlingBurstLimit > 0);
  assert.ok(stage.AccessLogSettings.DestinationArn);
});

each('the monitor and the announcer run each minute, and are not run twice', (template) => {
  const rules = all(template, 'AWS::Events::Rule');
  assert.equal(rules.length, 2);
  for (const [, { Properties: own }] of rules) {
    assert.equal(own.ScheduleExpression, 'rate(1 minute)');
  }
  for (const [, { Properties: own }] of all(template, 'AWS::Lambda::EventInvokeConfig')) {
    assert.equal(own.MaximumRetryAttempts, 0);
  }
});

each('alarms tell somebody', (template) => {
  const watched = new Set();
  for (const [id, { Properties: own }] of all(template, 'AWS::CloudWatch::Alarm')) {
    assert.deepEqual(own.AlarmActions, [{ Ref: 'Notices' }], id);
    const silence = id === 'MonitorSilentAlarm';
    assert.equal(own.TreatMissingData, silence ? 'missing' : 'notBreaching', id);
    assert.deepEqual(own.InsufficientDataActions, silence ? own.AlarmActions : undefined, id);
    watched.add(`${own.Namespace} ${own.MetricName}`);
  }
  for (const id of ['DeadLettersAlarm', 'ProcessorTroublesAlarm']) {
    const { Dimensions } = properties(template, id);
    assert.deepEqual(Dimensions, [{ Name: 'Queue', Value: 'tasks' }], id);
  }
  const stage = properties(template, 'ApiLambdaFunction').Environment.Variables
    .ORDO_METRICS_NAMESPACE;
  for (const metric of [
    `${stage} DeadLetters`,
    `${stage} Troubles`,
    'AWS/SQS ApproximateAgeOfOldestMessage',
    'AWS/Lambda Errors',
    'AWS/Lambda Throttles',
    'AWS/ApiGateway 5xx',
    'AWS/ApiGateway Latency',
    'AWS/States ExecutionsFailed',
    'AWS/States ExecutionsTimedOut',
  ]) {
    assert.ok(watched.has(metric), metric);
  }
});

each('the pipeline is the one of this project', (template) => {
  const own = properties(template, 'OrdersPipeline');
  const text = own.DefinitionString;
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  assert.deepEqual(names.sort(), Object.keys(own.DefinitionSubstitutions).sort());
  assert.deepEqual(
    JSON.parse(text.replaceAll(/\$\{(\w+)\}/g, '$1')),
    read('../pipelines/orders.asl.json'),
  );
  // Without a limit nothing ever times out, and the alarm could not ring.
  assert.ok(JSON.parse(text).TimeoutSeconds > 0);
});

test('a function of one’s own is called, and only then allowed', () => {
  const template = templates.chosen;
  assert.match(template.Parameters.TaskFunction.Default, /function:mine$/);
  assert.equal(templates.dev.Parameters.TaskFunction.Default, '');
  const conditional = properties(template, 'ProcessorRole').Policies[0].PolicyDocument.Statement
    .map((statement) => statement['Fn::If'])
    .filter(Boolean);
  assert.deepEqual(conditional, [
    [
      'HasTaskFunction',
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { Ref: 'TaskFunction' } },
      { Ref: 'AWS::NoValue' },
    ],
  ]);
});
