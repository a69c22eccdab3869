/**
 * What an environment is: the shape of the configuration, and what each part of it means. The
 * values of dev and prod are in environments.ts; what names an account or a person comes from the
 * context (settings.ts).
 */

import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

export const environmentNames = ['dev', 'prod'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** The functions that the program `ordo-lambda` can be, by the name that it is started with. */
export const handlers = [
  'api',
  'processor',
  'dead_letters',
  'announce',
  'collect_results',
  'store_result',
] as const;
export type Handler = (typeof handlers)[number];

export interface Backoff {
  readonly baseSeconds: number;
  readonly factor: number;
  readonly maxSeconds: number;
  readonly jitter: 'none' | 'full' | 'equal';
}

/** One of ordo's queues: an SQS FIFO queue, its dead-letter queue, and the rules of its tasks. */
export interface QueueConfig {
  /** What runs its tasks: `builtin:simulate`, or `lambda:` and the name or ARN of a function. */
  readonly function: string;
  /** 1 to 90 (attempts.ts). */
  readonly maxAttempts: number;
  /** An attempt by a function of Lambda has failed then. Its own timeout should be no longer. */
  readonly attemptSeconds: number;
  readonly backoff: Backoff;
  /** How many batches of this queue the processor works on at once: 2 to 1000. */
  readonly maximumConcurrency: number;
  /** An alarm rings when a task has waited longer. */
  readonly oldestTaskAlarmSeconds: number;
}

export interface FunctionConfig {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Taken from the account's limit for this function alone, and the most that it gets. */
  readonly reservedConcurrency: number;
}

export interface ApiConfig {
  /** Of all callers together. */
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly requestsPerDay: number;
  /** An alarm rings when one request in a hundred takes longer. */
  readonly latencyAlarmMs: number;
  readonly webFirewall: boolean;
  /** Requests of one address in five minutes, before the firewall refuses more. */
  readonly firewallRequestsPerAddress: number;
}

export interface OrdersConfig {
  /** How long an order is kept, such as `24h`. */
  readonly keep: string;
  /** The simulator that stands in where no auction platform is configured. */
  readonly simulator: {
    readonly notReadyRate: number;
    readonly rejectRate: number;
    readonly seed: number;
  };
}

export interface EnvironmentConfig {
  readonly name: EnvironmentName;
  /** By ordo's name of the queue; `tasks` is the one of a submission that names none. */
  readonly queues: Readonly<Record<string, QueueConfig>>;
  readonly functions: Readonly<Record<Handler, FunctionConfig>>;
  /** How often `builtin:simulate` fails: 0 to 1. */
  readonly failureRate: number;
  readonly api: ApiConfig;
  readonly orders: OrdersConfig;
  /** How long a finished task is kept, such as `7d`. */
  readonly taskRetention: string;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly logRetention: RetentionDays;
  /** Whether a new version first gets a tenth of the calls for five minutes. */
  readonly canary: boolean;
  /** Whether tables, bucket, key and logs outlive their stack, and stacks refuse to be deleted. */
  readonly keepData: boolean;
}
