/**
 * One page on which somebody who was woken sees what is wrong: requests, queues, functions, and
 * the pipeline.
 */
import { Duration } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { OrdoFunction } from './ordo-function';

export interface WatchedQueue {
  readonly name: string;
  readonly queue: sqs.IQueue;
  readonly deadLetters: cloudwatch.IMetric;
}

export interface DashboardContents {
  readonly title: string;
  readonly restApi: apigateway.RestApi;
  readonly queues: readonly WatchedQueue[];
  readonly functions: readonly OrdoFunction[];
  readonly stateMachine: sfn.IStateMachine;
}

const period = Duration.minutes(1);
/** A dashboard is 24 units wide. */
const [whole, half, third] = [24, 12, 8];
const height = 6;

function graph(
  width: number,
  title: string,
  left: cloudwatch.IMetric[],
  right: cloudwatch.IMetric[] = [],
): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ width, height, title, left, right });
}

function ofApi(api: apigateway.RestApi): cloudwatch.IWidget[] {
  const latency = [50, 99].map((p) =>
    api.metricLatency({ period, statistic: cloudwatch.Stats.p(p), label: `p${p}` }),
  );
  const failed = [api.metricClientError({ period }), api.metricServerError({ period })];
  return [
    graph(third, 'API: requests', [api.metricCount({ period })]),
    graph(third, 'API: refused and failed', failed),
    graph(third, 'API: latency', latency),
  ];
}

function ofQueue({ name, queue, deadLetters }: WatchedQueue): cloudwatch.IWidget[] {
  const messages = [
    queue.metricApproximateNumberOfMessagesVisible({ period }),
    queue.metricApproximateNumberOfMessagesNotVisible({ period }),
  ];
  const age = queue.metricApproximateAgeOfOldestMessage({ period });
  return [
    graph(third, `Queue ${name}: waiting, and being worked on`, messages),
    graph(third, `Queue ${name}: age of the oldest`, [age]),
    graph(third, `Queue ${name}: dead letters`, [deadLetters]),
  ];
}

function ofFunctions(functions: readonly OrdoFunction[]): cloudwatch.IWidget[] {
  const p99 = { period, statistic: cloudwatch.Stats.p(99) };
  const each = (title: string, metric: (one: OrdoFunction, label: string) => cloudwatch.IMetric) =>
    graph(half, `Functions: ${title}`, functions.map((one) => metric(one, one.node.id)));
  return [
    each('calls', (one, label) => one.function.metricInvocations({ period, label })),
    each('duration, p99', (one, label) => one.function.metricDuration({ ...p99, label })),
    each('errors', (one, label) => one.function.metricErrors({ period, label })),
    each('throttled', (one, label) => one.function.metricThrottles({ period, label })),
  ];
}

function ofPipeline(machine: sfn.IStateMachine): cloudwatch.IWidget[] {
  const good = [machine.metricStarted(), machine.metricSucceeded()];
  const bad = [machine.metricFailed(), machine.metricTimedOut()];
  return [
    graph(half, 'Pipeline of orders: executions', good, bad),
    graph(half, 'Pipeline of orders: how long one takes', [machine.metricTime()]),
  ];
}

export function addDashboard(
  scope: Construct,
  id: string,
  { title, restApi, queues, functions, stateMachine }: DashboardContents,
): cloudwatch.Dashboard {
  return new cloudwatch.Dashboard(scope, id, {
    defaultInterval: Duration.hours(3),
    widgets: [
      [new cloudwatch.TextWidget({ markdown: `# ${title}`, width: whole, height: 1 })],
      ofApi(restApi),
      ...queues.map(ofQueue),
      // Two to a row of the page: what does not fit goes below.
      ofFunctions(functions),
      ofPipeline(stateMachine),
    ],
  });
}
