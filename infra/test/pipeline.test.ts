/**
 * The pipeline of orders: its definition is the one on disk with ARNs for names, is valid, and runs
 * every hour, traced and logged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { ordersDefinitionFile, withNames } from '../lib/constructs/orders-definition';
import { repositoryRoot } from '../lib/constructs/program-code';
import { everyEnvironment, everyTemplate, resources, template } from './support/synthesise';

/** The definition in a template, each reference as an ARN that could be one. */
function definitionOf(properties: Record<string, unknown>): unknown {
  const { 'Fn::Join': join } = properties.DefinitionString as { 'Fn::Join': [string, unknown[]] };
  const whole = join[1].map((part) => {
    if (typeof part === 'string') return part;
    const name = JSON.stringify(part);
    if (name.includes('CollectResults')) return 'arn:aws:lambda:eu-west-1:000000000000:function:c:live';
    if (name.includes('StoreResult')) return 'arn:aws:lambda:eu-west-1:000000000000:function:s:live';
    return 'arn:aws:sns:eu-west-1:000000000000:notifications';
  });
  return JSON.parse(whole.join(join[0]));
}

describe('every definition of a state machine', () => {
  const pipelines = path.join(repositoryRoot, 'pipelines');
  const onDisk = readdirSync(pipelines).filter((name) => name.endsWith('.asl.json'));

  it.each(onDisk)('pipelines/%s is valid', (name) => {
    const definition = JSON.parse(readFileSync(path.join(pipelines, name), 'utf8')) as object;
    expect(validate(definition)).toMatchObject({ isValid: true });
  });

  it('is valid in every template', () => {
    const machines = everyTemplate().flatMap(([, found]) =>
      resources(found, 'AWS::StepFunctions::StateMachine'),
    );
    expect(machines).toHaveLength(4);
    for (const [, { Properties }] of machines) {
      expect(validate(definitionOf(Properties) as object)).toMatchObject({ isValid: true });
    }
  });

  it('is refused where it is wrong', () => {
    expect(validate({ StartAt: 'A', States: { B: { Type: 'Succeed' } } }).isValid).toBe(false);
  });
});

describe.each(everyEnvironment)('the state machine of $where', (environment) => {
  const found = template(environment, 'pipeline');
  const [machine] = resources(found, 'AWS::StepFunctions::StateMachine');

  it('is the definition on disk, names aside', () => {
    const disk = readFileSync(ordersDefinitionFile, 'utf8');
    const expected = disk
      .replace('"FunctionName": "collect_results"', '"FunctionName": "arn:aws:lambda:eu-west-1:000000000000:function:c:live"')
      .replace('"FunctionName": "store_result"', '"FunctionName": "arn:aws:lambda:eu-west-1:000000000000:function:s:live"')
      .replace('"TopicArn": "orders"', '"TopicArn": "arn:aws:sns:eu-west-1:000000000000:notifications"');
    expect(definitionOf(machine![1].Properties)).toEqual(JSON.parse(expected));
  });

  it('has a limit of time, without which the alarm on it could never ring', () => {
    const definition = definitionOf(machine![1].Properties) as { TimeoutSeconds: number };
    // Longer than all its waits (500 of 5 s) and starts; no longer than orders are kept.
    expect(definition.TimeoutSeconds).toBeGreaterThan(2 * 3600);
    expect(definition.TimeoutSeconds).toBeLessThanOrEqual(24 * 3600);
    template(environment, 'monitoring').hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/States',
      MetricName: 'ExecutionsTimedOut',
    });
  });

  it('calls the live versions', () => {
    const definition = JSON.stringify(machine![1].Properties.DefinitionString);
    expect(definition).toMatch(/"Ref":"CollectResultsFunctionAliaslive/);
    expect(definition).toMatch(/"Ref":"StoreResultFunctionAliaslive/);
  });

  it('is traced, and logs all its events without what is in orders', () => {
    expect(machine![1].Properties).toMatchObject({
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
    expect(machine![1].DeletionPolicy).toBe(
      environments[environment.name].keepData ? 'RetainExceptOnCreate' : 'Delete',
    );
  });

  it('starts every hour, with a dead-letter queue', () => {
    found.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Target: {
        Arn: { Ref: Match.stringLikeRegexp('^Orders') },
        Input: '{}',
        DeadLetterConfig: {
          Arn: { 'Fn::ImportValue': Match.stringLikeRegexp('ScheduleDeadLetters') },
        },
      },
    });
  });
});

describe('a name in a definition', () => {
  const call = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
  const names = { functions: { known: 'arn:known' }, topics: {} };

  it('becomes an ARN however deep it stands', () => {
    const definition = { States: { Map: { States: { A: { ...call, Parameters: { FunctionName: 'known' } } } } } };
    expect(JSON.stringify(withNames(definition, names))).toContain('"FunctionName":"arn:known"');
  });

  it('that nobody knows is an error', () => {
    const definition = { States: { A: { ...call, Parameters: { FunctionName: 'other' } } } };
    expect(() => withNames(definition, names)).toThrow(
      '/States/A: FunctionName is "other": it must be of known',
    );
  });
});
