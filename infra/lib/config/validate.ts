/**
 * What AWS or ordo would refuse later, refused before anything is synthesised: all that is wrong at
 * once, each with its place and what it may be.
 */
import { mostAttempts } from './attempts';
import { ConfigurationError } from './configuration-error';
import { bytesOfQueueSettings, mostBytesOfQueueSettings } from './queue-settings';
import type { EnvironmentConfig, QueueConfig } from './types';

/** The longest that API Gateway waits for a function. */
const apiTimeoutLimitSeconds = 29;
/** SQS lets a message be invisible for twelve hours, and it has to be six times the timeout. */
const queueTimeoutLimitSeconds = 900;

const duration = /^[1-9][0-9]*(ms|s|m|h|d)$/;
/** Part of a name of SQS, which has 80 characters at most and no dot. */
const queueName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const userFunction = /^(builtin:simulate|lambda:[A-Za-z0-9:_-]+)$/;

class Faults {
  readonly found: string[] = [];

  add(place: string, value: unknown, wanted: string): void {
    this.found.push(`${place} is ${JSON.stringify(value)}: it must be ${wanted}`);
  }

  integer(place: string, value: number, least: number, most: number): void {
    if (!Number.isInteger(value) || value < least || value > most) {
      this.add(place, value, `a whole number from ${least} to ${most}`);
    }
  }

  rate(place: string, value: number): void {
    if (!(value >= 0 && value <= 1)) this.add(place, value, 'a number from 0 to 1');
  }

  pattern(place: string, value: string, pattern: RegExp, wanted: string): void {
    if (!pattern.test(value)) this.add(place, value, wanted);
  }
}

function checkQueue(place: string, queue: QueueConfig, faults: Faults): void {
  faults.pattern(
    `${place}.function`,
    queue.function,
    userFunction,
    'builtin:simulate, or lambda: and the name or ARN of a function',
  );
  faults.integer(`${place}.maxAttempts`, queue.maxAttempts, 1, mostAttempts);
  faults.integer(`${place}.maximumConcurrency`, queue.maximumConcurrency, 2, 1000);
  faults.integer(`${place}.oldestTaskAlarmSeconds`, queue.oldestTaskAlarmSeconds, 60, 86_400);
  if (queue.backoff.factor < 1) faults.add(`${place}.backoff.factor`, queue.backoff.factor, '1 or more');
  faults.integer(`${place}.backoff.baseSeconds`, queue.backoff.baseSeconds, 1, 43_200);
  faults.integer(
    `${place}.backoff.maxSeconds`,
    queue.backoff.maxSeconds,
    queue.backoff.baseSeconds,
    43_200,
  );
}

function checkFunctions(config: EnvironmentConfig, faults: Faults): void {
  for (const [name, { memoryMb, timeoutSeconds, reservedConcurrency }] of Object.entries(
    config.functions,
  )) {
    const place = `functions.${name}`;
    const longest = name === 'api' ? apiTimeoutLimitSeconds : queueTimeoutLimitSeconds;
    faults.integer(`${place}.memoryMb`, memoryMb, 128, 10_240);
    faults.integer(`${place}.timeoutSeconds`, timeoutSeconds, 1, longest);
    faults.integer(`${place}.reservedConcurrency`, reservedConcurrency, 1, 100_000);
  }
  // Otherwise Lambda takes batches from the queue only to throttle them.
  const wanted = Object.values(config.queues).reduce((sum, q) => sum + q.maximumConcurrency, 0);
  const reserved = config.functions.processor.reservedConcurrency;
  if (wanted > reserved) {
    faults.add(
      'functions.processor.reservedConcurrency',
      reserved,
      `at least ${wanted}, the maximumConcurrency of all queues together`,
    );
  }
}

/** What the processor needs around an attempt, in seconds. */
const aroundAnAttempt = 10;

/** The processor waits for an attempt to its end. */
function checkAttempts(config: EnvironmentConfig, faults: Faults): void {
  const longest = config.functions.processor.timeoutSeconds - aroundAnAttempt;
  for (const [name, queue] of Object.entries(config.queues)) {
    faults.integer(`queues.${name}.attemptSeconds`, queue.attemptSeconds, 1, longest);
  }
}

/** All functions have all queues in one variable. */
function checkQueueSettings(config: EnvironmentConfig, faults: Faults): void {
  const names = Object.keys(config.queues);
  const bytes = bytesOfQueueSettings(config);
  if (bytes <= mostBytesOfQueueSettings) return;
  faults.add(
    'queues',
    names,
    `fewer, or queues with shorter names: ORDO_QUEUES can take ${bytes} bytes of Lambda's 4096 for ` +
      `all variables, and may take ${mostBytesOfQueueSettings}`,
  );
}

/** Throws a ConfigurationError that names every fault. */
export function validate(config: EnvironmentConfig): EnvironmentConfig {
  const faults = new Faults();
  if (!config.queues.tasks) {
    faults.add('queues', Object.keys(config.queues), 'names, tasks among them');
  }
  for (const [name, queue] of Object.entries(config.queues)) {
    faults.pattern(`queues.${name}`, name, queueName, 'named by 1 to 40 of A-Z a-z 0-9 _ -');
    checkQueue(`queues.${name}`, queue, faults);
  }
  checkQueueSettings(config, faults);
  checkFunctions(config, faults);
  checkAttempts(config, faults);
  faults.rate('failureRate', config.failureRate);
  faults.rate('orders.simulator.notReadyRate', config.orders.simulator.notReadyRate);
  faults.rate('orders.simulator.rejectRate', config.orders.simulator.rejectRate);
  faults.pattern('orders.keep', config.orders.keep, duration, 'a duration such as 24h');
  faults.pattern('taskRetention', config.taskRetention, duration, 'a duration such as 7d');
  faults.integer('api.ratePerSecond', config.api.ratePerSecond, 1, 10_000);
  faults.integer('api.burst', config.api.burst, 1, 5_000);
  faults.integer('api.requestsPerDay', config.api.requestsPerDay, 1, 1_000_000_000);
  faults.integer('api.latencyAlarmMs', config.api.latencyAlarmMs, 1, 29_000);
  faults.integer(
    'api.firewallRequestsPerAddress',
    config.api.firewallRequestsPerAddress,
    10,
    2_000_000_000,
  );
  if (faults.found.length > 0) {
    throw new ConfigurationError(`environment ${config.name}:\n  ${faults.found.join('\n  ')}`);
  }
  return config;
}
