/**
 * What is wrong in the configuration or the context is said before anything is synthesised, all of
 * it at once, with what it must be.
 */
import { describe, expect, it } from 'vitest';
import { batchSize, maxReceiveCount, mostAttempts } from '../lib/config/attempts';
import { environments } from '../lib/config/environments';
import { contextArguments, readSettings } from '../lib/config/settings';
import { environmentNames } from '../lib/config/types';
import { validate } from '../lib/config/validate';
import { exampleContext, makeApp } from './support/synthesise';

const { dev } = environments;

function settingsOf(context: Record<string, string>) {
  return readSettings(makeApp(context).node);
}

describe('the environments', () => {
  it.each(environmentNames)('%s is valid', (name) => {
    expect(validate(environments[name])).toBe(environments[name]);
  });

  it('an attempt ends before the processor does', () => {
    const tasks = { ...dev.queues.tasks!, attemptSeconds: 55 };
    expect(() => validate({ ...dev, queues: { tasks } })).toThrow(
      'queues.tasks.attemptSeconds is 55: it must be a whole number from 1 to 50',
    );
  });

  it('try no task so often that SQS would take away those behind it, untried', () => {
    // The tenth of a batch is received with each attempt of the nine before it, and its own.
    expect(batchSize * mostAttempts).toBeLessThan(maxReceiveCount);
    expect(mostAttempts).toBe(90);
    const queues = (maxAttempts: number) => ({ tasks: { ...dev.queues.tasks!, maxAttempts } });
    expect(() => validate({ ...dev, queues: queues(mostAttempts) })).not.toThrow();
    expect(() => validate({ ...dev, queues: queues(mostAttempts + 1) })).toThrow(
      'queues.tasks.maxAttempts is 91: it must be a whole number from 1 to 90',
    );
  });

  it('have no more queues than fit into the variables of a function', () => {
    const { tasks } = dev.queues;
    const functions = {
      ...dev.functions,
      processor: { ...dev.functions.processor, reservedConcurrency: 100 },
    };
    const withQueues = (count: number) => {
      const names = ['tasks', ...Array.from({ length: count - 1 }, (_, i) => `queue-${i}`)];
      return { ...dev, functions, queues: Object.fromEntries(names.map((name) => [name, tasks!])) };
    };
    expect(() => validate(withQueues(6))).not.toThrow();
    expect(() => validate(withQueues(7))).toThrow(
      /queues is \["tasks",.*\]: it must be fewer, .* ORDO_QUEUES can take 3\d{3} bytes .* 3072$/,
    );
  });

  it('are refused with all that is wrong', () => {
    const { tasks } = dev.queues;
    const wrong = {
      ...dev,
      queues: { 'a b': { ...tasks!, function: 'mine', maximumConcurrency: 1 } },
      failureRate: 2,
      taskRetention: 'a week',
    };
    expect(() => validate(wrong)).toThrow(
      [
        'environment dev:',
        '  queues is ["a b"]: it must be names, tasks among them',
        '  queues.a b is "a b": it must be named by 1 to 40 of A-Z a-z 0-9 _ -',
        '  queues.a b.function is "mine": it must be builtin:simulate, or lambda: and the name or ARN of a function',
        '  queues.a b.maximumConcurrency is 1: it must be a whole number from 2 to 1000',
        '  failureRate is 2: it must be a number from 0 to 1',
        '  taskRetention is "a week": it must be a duration such as 7d',
      ].join('\n'),
    );
  });

  it('must reserve as much for the processor as its queues make it run', () => {
    const { tasks } = dev.queues;
    const two = { ...dev, queues: { tasks: tasks!, mail: tasks! } };
    expect(() => validate(two)).toThrow(
      'functions.processor.reservedConcurrency is 10: it must be at least 20, the maximumConcurrency of all queues together',
    );
  });

  it('may not let the API wait longer than API Gateway does', () => {
    const api = { ...dev.functions.api, timeoutSeconds: 30 };
    expect(() => validate({ ...dev, functions: { ...dev.functions, api } })).toThrow(
      'functions.api.timeoutSeconds is 30: it must be a whole number from 1 to 29',
    );
  });
});

describe('the context', () => {
  it('may be empty', () => {
    expect(settingsOf({})).toMatchObject({
      application: 'ordo',
      environment: 'dev',
      code: { kind: 'image', architecture: 'arm64' },
      corsOrigins: [],
      targets: { dev: {}, prod: {} },
    });
  });

  it('is refused with all that is wrong', () => {
    expect(() =>
      settingsOf({ env: 'test', devAccount: '12', connectionArn: 'mine', architecture: 'arm' }),
    ).toThrow(
      [
        'context:',
        '  env is "test": it must be one of dev, prod',
        '  architecture is "arm": it must be arm64 or x86_64',
        '  devAccount is "12": it must be the 12 digits of an account',
        '  connectionArn is "mine": it must be the ARN of a connection to GitHub',
      ].join('\n'),
    );
  });

  it.each([
    ['issuer', 'https://id.example.org', 'audience'],
    ['slackChannelId', 'C1', 'slackWorkspaceId'],
    ['repository', 'example/ordo', 'connectionArn'],
    ['auctionUrl', 'https://auction.example.org', 'auctionSecretName'],
  ])('%s needs its companion', (given, value, missing) => {
    expect(() => settingsOf({ [given]: value })).toThrow(`${given} is given without ${missing}`);
  });

  it.each([
    [{ code: 'zip', zip: 'build/ordo-lambda.zip' }, 'code is "zip" beside connectionArn'],
    [{ ignoreAlarms: 'true' }, 'ignoreAlarms is "true" beside connectionArn'],
  ])('of a pipeline is not %j', (context, fault) => {
    const { connectionArn, repository } = exampleContext;
    const pipeline = { connectionArn: connectionArn!, repository: repository! };
    expect(() => settingsOf({ ...pipeline, ...context })).toThrow(fault);
    expect(settingsOf({ connectionArn: '', ...context })).toMatchObject({ deployment: undefined });
  });

  it('ignores alarms only if it says so', () => {
    expect(settingsOf({}).ignoreAlarms).toBe(false);
    expect(settingsOf({ ignoreAlarms: 'false' }).ignoreAlarms).toBe(false);
    expect(settingsOf({ ignoreAlarms: 'true' }).ignoreAlarms).toBe(true);
    expect(() => settingsOf({ ignoreAlarms: 'yes' })).toThrow(
      'ignoreAlarms is "yes": it must be true or false',
    );
  });

  it('with code=zip needs the zip', () => {
    expect(() => settingsOf({ code: 'zip' })).toThrow('zip must say its path');
  });

  it('takes several origins, and the issuer without a slash at its end', () => {
    const corsOrigins = 'https://a.example,http://localhost:5173';
    const settings = settingsOf({ corsOrigins, issuer: 'https://id.example/', audience: 'ordo' });
    expect(settings.corsOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
    expect(settings.issuer).toEqual({ url: 'https://id.example', audience: 'ordo' });
  });

  it('becomes the same arguments again, safe in a shell', () => {
    const { node } = makeApp({ env: 'prod', audience: "o'r", issuer: 'https://i' });
    expect(contextArguments(node)).toBe(
      `-c env='prod' -c issuer='https://i' -c audience='o'\\''r'`,
    );
  });
});
