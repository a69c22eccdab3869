/**
 * ORDO_QUEUES: what the program is told of its queues, as JSON in a variable of each function.
 */
import type { EnvironmentConfig } from './types';

export interface QueueUrls {
  readonly live: string;
  readonly deadLetters: string;
}

export function queueSettings(
  config: EnvironmentConfig,
  urlsOf: (name: string) => QueueUrls,
): Record<string, object> {
  const settings = Object.entries(config.queues).map(([name, queue]) => {
    const { live, deadLetters } = urlsOf(name);
    const { backoff } = queue;
    return [
      name,
      {
        url: live,
        dead_letter_url: deadLetters,
        function: queue.function,
        max_attempts: queue.maxAttempts,
        timeout_seconds: queue.attemptSeconds,
        backoff: {
          base_seconds: backoff.baseSeconds,
          factor: backoff.factor,
          max_seconds: backoff.maxSeconds,
          jitter: backoff.jitter,
        },
      },
    ] as const;
  });
  return Object.fromEntries(settings);
}

/** Of a queue of SQS, in the region with the longest name. */
const longestUrl = `https://sqs.ap-southeast-1.amazonaws.com/${'0'.repeat(12)}/${'q'.repeat(80)}`;

/**
 * How much of Lambda's limit they can take. Lambda measures all variables as one JSON object, in
 * which each quote of this one has a backslash before it.
 */
export function bytesOfQueueSettings(config: EnvironmentConfig): number {
  const longest = queueSettings(config, () => ({ live: longestUrl, deadLetters: longestUrl }));
  return JSON.stringify(JSON.stringify(longest)).length;
}

/** Of Lambda's 4096. The rest is for the names of other things, for origins, for the auction. */
export const mostBytesOfQueueSettings = 3072;
