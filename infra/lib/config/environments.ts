/**
 * dev and prod: every figure in which they differ, and no name, account or region.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { EnvironmentConfig, EnvironmentName, QueueConfig } from './types';

const tasks: QueueConfig = {
  function: 'builtin:simulate',
  maxAttempts: 3,
  attemptSeconds: 30,
  backoff: { baseSeconds: 1, factor: 2, maxSeconds: 300, jitter: 'full' },
  maximumConcurrency: 10,
  oldestTaskAlarmSeconds: 15 * 60,
};

const dev: EnvironmentConfig = {
  name: 'dev',
  queues: { tasks },
  functions: {
    api: { memoryMb: 512, timeoutSeconds: 29, reservedConcurrency: 10 },
    processor: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 10 },
    // One run at a time: the next one has all that this one leaves.
    dead_letters: { memoryMb: 256, timeoutSeconds: 60, reservedConcurrency: 1 },
    announce: { memoryMb: 256, timeoutSeconds: 60, reservedConcurrency: 1 },
    collect_results: { memoryMb: 256, timeoutSeconds: 60, reservedConcurrency: 2 },
    // As many as the Map of the pipeline runs at once.
    store_result: { memoryMb: 256, timeoutSeconds: 60, reservedConcurrency: 40 },
  },
  failureRate: 0,
  api: {
    ratePerSecond: 50,
    burst: 100,
    requestsPerDay: 100_000,
    latencyAlarmMs: 3_000,
    webFirewall: false,
    firewallRequestsPerAddress: 2_000,
  },
  orders: { keep: '24h', simulator: { notReadyRate: 0.5, rejectRate: 0.2, seed: 1 } },
  taskRetention: '7d',
  logLevel: 'info',
  logRetention: RetentionDays.TWO_WEEKS,
  canary: false,
  keepData: false,
};

const prod: EnvironmentConfig = {
  name: 'prod',
  queues: { tasks: { ...tasks, maximumConcurrency: 200, oldestTaskAlarmSeconds: 5 * 60 } },
  functions: {
    api: { memoryMb: 1024, timeoutSeconds: 29, reservedConcurrency: 200 },
    processor: { memoryMb: 1024, timeoutSeconds: 60, reservedConcurrency: 200 },
    dead_letters: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 1 },
    announce: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 1 },
    collect_results: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 5 },
    store_result: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 40 },
  },
  failureRate: 0,
  api: {
    ratePerSecond: 1_000,
    burst: 2_000,
    requestsPerDay: 50_000_000,
    latencyAlarmMs: 1_000,
    webFirewall: true,
    firewallRequestsPerAddress: 100_000,
  },
  orders: { keep: '24h', simulator: { notReadyRate: 0.5, rejectRate: 0.2, seed: 1 } },
  taskRetention: '7d',
  logLevel: 'info',
  logRetention: RetentionDays.ONE_YEAR,
  canary: true,
  keepData: true,
};

export const environments: Readonly<Record<EnvironmentName, EnvironmentConfig>> = { dev, prod };
