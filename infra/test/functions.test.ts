/**
 * The six functions: what starts them and with what variables, how they are limited, watched and
 * rolled out, and what is never true of any of them.
 */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { bytesOfQueueSettings, mostBytesOfQueueSettings } from '../lib/config/queue-settings';
import type { Handler } from '../lib/config/types';
import {
  everyEnvironment,
  everyTemplate,
  exampleContext,
  resources,
  type Resource,
  type StackName,
  stackNames,
  synthesise,
  template,
} from './support/synthesise';

const places: Record<Handler, { stack: StackName; id: string }> = {
  api: { stack: 'api', id: 'Api' },
  processor: { stack: 'processing', id: 'Processor' },
  announce: { stack: 'processing', id: 'Announce' },
  dead_letters: { stack: 'monitoring', id: 'DeadLetters' },
  collect_results: { stack: 'pipeline', id: 'CollectResults' },
  store_result: { stack: 'pipeline', id: 'StoreResult' },
};
const handlers = Object.keys(places) as Handler[];

function only(found: Template, type: string, id: RegExp): Resource {
  const matches = resources(found, type).filter(([name]) => id.test(name));
  expect(matches.map(([name]) => name)).toHaveLength(1);
  return matches[0]![1];
}

function variables({ Properties }: Resource): Record<string, unknown> {
  return (Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

/** What a Fn::Join of literals and references reads as, each reference as `<name>`. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join': [string, unknown[]] };
  return join[1].map((part) => (typeof part === 'string' ? part : '<reference>')).join(join[0]);
}

const cases = everyEnvironment.flatMap((environment) =>
  handlers.map((handler) => ({ ...environment, handler })),
);

describe.each(cases)('$handler of $where', ({ handler, ...environment }) => {
  const { stack, id } = places[handler];
  const config = environments[environment.name];
  const found = template(environment, stack);
  const made = only(found, 'AWS::Lambda::Function', new RegExp(`^${id}Function`));

  it('is the image, started as the handler', () => {
    expect(made.Properties).toMatchObject({
      PackageType: 'Image',
      ImageConfig: { Command: [handler] },
      Architectures: ['arm64'],
      Timeout: config.functions[handler].timeoutSeconds,
      MemorySize: config.functions[handler].memoryMb,
      ReservedConcurrentExecutions: config.functions[handler].reservedConcurrency,
    });
  });

  it('is traced, and writes to a log of its own', () => {
    expect(made.Properties.TracingConfig).toEqual({ Mode: 'Active' });
    expect(JSON.stringify(made.Properties.LoggingConfig)).toMatch(new RegExp(`"Ref":"${id}Log`));
    const log = only(found, 'AWS::Logs::LogGroup', new RegExp(`^${id}Log`));
    expect(log.Properties.RetentionInDays).toBe(config.logRetention);
  });

  it('has the variables that the program reads', () => {
    const own: Partial<Record<Handler, string[]>> = {
      api: ['ORDO_CORS_ORIGINS'],
      processor: ['ORDO_FAILURE_RATE'],
      collect_results: [
        'ORDO_AUCTION_NOT_READY_RATE',
        'ORDO_AUCTION_REJECT_RATE',
        'ORDO_AUCTION_SEED',
      ],
    };
    expect(Object.keys(variables(made)).sort()).toEqual(
      [
        'ORDO_KEEP_ORDERS',
        'ORDO_LOG_LEVEL',
        'ORDO_METRICS_NAMESPACE',
        'ORDO_ORDERS_TABLE',
        'ORDO_QUEUES',
        'ORDO_RESULTS_BUCKET',
        'ORDO_RETENTION',
        'ORDO_TASKS_TABLE',
        'ORDO_TOPIC_ARN',
        ...(own[handler] ?? []),
      ].sort(),
    );
  });

  it('knows the queues and their rules', () => {
    expect(JSON.parse(text(variables(made).ORDO_QUEUES))).toEqual({
      tasks: {
        url: '<reference>',
        dead_letter_url: '<reference>',
        function: 'builtin:simulate',
        max_attempts: 3,
        timeout_seconds: 30,
        backoff: { base_seconds: 1, factor: 2, max_seconds: 300, jitter: 'full' },
      },
    });
  });

  it('has variables that Lambda takes, and no more of queues than is reckoned with', () => {
    const full = (value: unknown): string =>
      text(value).replaceAll('<reference>', `https://sqs.ap-southeast-1.${'x'.repeat(80)}`);
    const values = Object.entries(variables(made)).map(([name, value]) => {
      // Anything but the queues' JSON is one reference, or none.
      const plain = typeof value === 'string' || 'Fn::Join' in (value as object);
      return [name, plain ? full(value) : 'x'.repeat(108)] as const;
    });
    // Lambda measures them as JSON.
    const bytes = (of: unknown) => JSON.stringify(of).length;
    expect(bytes(Object.fromEntries(values))).toBeLessThan(4096);
    const { ORDO_QUEUES: queues, ...others } = Object.fromEntries(values);
    expect(bytes(queues)).toBeLessThanOrEqual(bytesOfQueueSettings(config));
    expect(bytes(others) + mostBytesOfQueueSettings).toBeLessThanOrEqual(4096);
  });

  it('goes live by its alias, and back when calls fail', () => {
    const alias = only(found, 'AWS::Lambda::Alias', new RegExp(`^${id}FunctionAliaslive`));
    expect(alias.Properties.Name).toBe('live');
    expect(alias.UpdatePolicy).toHaveProperty('CodeDeployLambdaAliasUpdate');
    const group = only(found, 'AWS::CodeDeploy::DeploymentGroup', new RegExp(`^Rollout${id}`));
    expect(group.Properties).toMatchObject({
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: [
          'DEPLOYMENT_FAILURE',
          'DEPLOYMENT_STOP_ON_REQUEST',
          'DEPLOYMENT_STOP_ON_ALARM',
        ],
      },
      DeploymentConfigName: config.canary
        ? 'CodeDeployDefault.LambdaCanary10Percent5Minutes'
        : 'CodeDeployDefault.LambdaAllAtOnce',
    });
    expect(JSON.stringify(group.Properties.AlarmConfiguration)).toMatch(
      new RegExp(`"Ref":"${id}Errors`),
    );
    expect(group.Properties.AlarmConfiguration).toMatchObject({ Enabled: true });
  });

  it.each(['Errors', 'Throttles'])('rings when there are %s', (metric) => {
    const alarm = only(found, 'AWS::CloudWatch::Alarm', new RegExp(`^${id}${metric}`));
    expect(alarm.Properties).toMatchObject({
      MetricName: metric,
      Namespace: 'AWS/Lambda',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(JSON.stringify(alarm.Properties.AlarmActions)).toContain('Alarms');
  });

  it('is named in the outputs', () => {
    const outputs = Object.values(found.findOutputs('*')).map(({ Value }) => JSON.stringify(Value));
    expect(outputs.some((value) => value.includes(`"Ref":"${id}Function`))).toBe(true);
  });
});

describe('production', () => {
  it('moves calls by canary', () => {
    expect(environments.prod.canary).toBe(true);
  });
});

describe('a deployment that ignores alarms', () => {
  const { templates } = synthesise({ env: 'prod', ignoreAlarms: 'true' });
  const inOf = (name: string) => resources(templates.get(name)!, 'AWS::CodeDeploy::DeploymentGroup');

  it('goes on while they ring, of every function, and still back when it fails', () => {
    const groups = stackNames.flatMap(inOf);
    expect(groups).toHaveLength(handlers.length);
    for (const [id, { Properties }] of groups) {
      expect(Properties, id).toMatchObject({
        AlarmConfiguration: { Enabled: false },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'],
        },
      });
    }
  });

  it('leaves every alarm as it is', () => {
    for (const stack of stackNames) {
      const usual = synthesise({ env: 'prod' }).templates.get(stack)!;
      const type = 'AWS::CloudWatch::Alarm';
      expect(templates.get(stack)!.findResources(type)).toEqual(usual.findResources(type));
    }
  });
});

describe('every function in every template', () => {
  const all = everyTemplate().flatMap(([name, found]) =>
    resources(found, 'AWS::Lambda::Function')
      // The library's own, which empties a bucket that is deleted.
      .filter(([id]) => !id.startsWith('CustomS3AutoDeleteObjects'))
      .map(([id, { Properties }]) => ({ where: `${name}: ${id}`, Properties })),
  );

  it('is traced and limited', () => {
    for (const { where, Properties } of all) {
      expect(Properties.TracingConfig, where).toEqual({ Mode: 'Active' });
      expect(Properties.ReservedConcurrentExecutions, where).toBeGreaterThan(0);
    }
  });
});

describe('the auction platform', () => {
  const { templates } = synthesise({
    auctionUrl: 'https://auction.example.org',
    auctionSecretName: 'auction/key',
  });

  it('is given to collect_results alone, its secret by reference', () => {
    const made = only(templates.get('pipeline')!, 'AWS::Lambda::Function', /^CollectResults/);
    expect(variables(made)).toMatchObject({
      ORDO_AUCTION_URL: 'https://auction.example.org',
      ORDO_AUCTION_SECRET: '{{resolve:secretsmanager:auction/key:SecretString:::}}',
    });
    expect(variables(made)).not.toHaveProperty('ORDO_AUCTION_SEED');
    const others = [...templates.values()]
      .flatMap((found) => resources(found, 'AWS::Lambda::Function'))
      .filter(([id]) => !id.startsWith('CollectResults'));
    expect(JSON.stringify(others)).not.toContain('ORDO_AUCTION');
  });
});

describe.each(everyEnvironment)('the processor of $where', (environment) => {
  const found = template(environment, 'processing');

  it('goes back to the version before when services fail it, queue by queue', () => {
    const group = only(found, 'AWS::CodeDeploy::DeploymentGroup', /^RolloutProcessor/);
    const { Alarms } = group.Properties.AlarmConfiguration as {
      Alarms: { Name: { Ref: string } }[];
    };
    // CodeDeploy looks at ten.
    expect(Alarms.length).toBeLessThanOrEqual(10);
    const alarms = new Map(resources(found, 'AWS::CloudWatch::Alarm'));
    const rung = Alarms.map(({ Name }) => alarms.get(Name.Ref)!.Properties);
    for (const queue of Object.keys(environments[environment.name].queues)) {
      // As the program writes it (src/lambda/processor_function.cc), only when there are some.
      expect(rung).toContainEqual(
        expect.objectContaining({
          Namespace: `ordo-${environment.name}`,
          MetricName: 'Troubles',
          Dimensions: [{ Name: 'Queue', Value: queue }],
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 5,
          DatapointsToAlarm: 2,
          Threshold: 0,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
        }),
      );
    }
    expect(variables(only(found, 'AWS::Lambda::Function', /^ProcessorFunction/))).toMatchObject({
      ORDO_METRICS_NAMESPACE: `ordo-${environment.name}`,
    });
  });
});

describe.each(everyEnvironment)('what gives the processor its work in $where', (environment) => {
  const { queues } = environments[environment.name];
  const found = template(environment, 'processing');

  it('is one event source for each queue', () => {
    found.resourceCountIs('AWS::Lambda::EventSourceMapping', Object.keys(queues).length);
    for (const { maximumConcurrency } of Object.values(queues)) {
      found.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: maximumConcurrency },
      });
    }
  });

  it('goes to the live version', () => {
    for (const [, { Properties }] of resources(found, 'AWS::Lambda::EventSourceMapping')) {
      expect(JSON.stringify(Properties.FunctionName)).toContain('"ProcessorFunctionAliaslive');
    }
  });
});

describe.each([
  { handler: 'announce', stack: 'processing', id: 'Announce' },
  { handler: 'dead_letters', stack: 'monitoring', id: 'DeadLetters' },
] as const)('the schedule of $handler', ({ stack, id }) => {
  it.each(everyEnvironment)('of $where is every minute, with a dead-letter queue', (environment) => {
    const found = template(environment, stack);
    found.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { Ref: Match.stringLikeRegexp(`^${id}FunctionAliaslive`) },
        DeadLetterConfig: {
          Arn: { 'Fn::ImportValue': Match.stringLikeRegexp('ScheduleDeadLetters') },
        },
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 5 },
      },
    });
    found.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });
});

describe('a context', () => {
  it('names the architecture', () => {
    const { templates } = synthesise({
      env: 'dev',
      architecture: 'x86_64',
      issuer: 'https://id.example.org',
      audience: 'ordo',
    });
    const made = only(templates.get('api')!, 'AWS::Lambda::Function', /^ApiFunction/);
    expect(made.Properties.Architectures).toEqual(['x86_64']);
  });

  it('without origins leaves CORS out', () => {
    const { templates } = synthesise({ env: 'dev' });
    const made = only(templates.get('api')!, 'AWS::Lambda::Function', /^ApiFunction/);
    expect(variables(made)).not.toHaveProperty('ORDO_CORS_ORIGINS');
    expect(exampleContext.corsOrigins).toBeDefined();
  });
});
