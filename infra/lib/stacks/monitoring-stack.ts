/**
 * What watches: the function that looks into the dead-letter queues every minute, the alarms on
 * queues, API and pipeline, and the dashboard. (Alarms on a function are made with the function.)
 */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { addAlarm } from '../constructs/alarm';
import { addDashboard } from '../constructs/dashboard';
import type { OrdoFunction } from '../constructs/ordo-function';
import * as permissions from '../constructs/permissions';
import { Rollout } from '../constructs/rollout';
import { ScheduledFunction } from '../constructs/scheduled-function';
import type { ApiStack } from './api-stack';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { PipelineStack } from './pipeline-stack';
import type { ProcessingStack } from './processing-stack';
import type { SharedResources } from './shared-stack';

export interface MonitoringStackProps extends EnvironmentStackProps {
  readonly shared: SharedResources;
  readonly api: ApiStack;
  readonly processing: ProcessingStack;
  readonly pipeline: PipelineStack;
}

/**
 * The monitor writes once a minute; so long without a word of it is an alarm as well. One that
 * never says a word rings by its errors, its throttles or the dead-letter queue of its schedule.
 */
const monitorSilenceMinutes = 5;

export class MonitoringStack extends EnvironmentStack {
  readonly deadLetters: OrdoFunction;

  constructor(scope: Construct, id: string, private readonly props: MonitoringStackProps) {
    super(scope, id, 'ordo: watches over the others', props);
    const { config, shared, api, processing, pipeline } = props;
    this.deadLetters = this.addDeadLetters();
    for (const name of shared.queues.keys()) this.watchQueue(name);
    this.watchApi();
    this.watchPipeline();
    this.watchSchedules();
    const dashboard = addDashboard(this, 'Dashboard', {
      restApi: api.restApi,
      queues: [...shared.queues].map(([name, { queue }]) => ({
        name,
        queue,
        deadLetters: this.deadLettersMetric(name),
      })),
      functions: [
        api.handler,
        processing.processor,
        processing.announce,
        this.deadLetters,
        pipeline.collectResults,
        pipeline.storeResult,
      ],
      stateMachine: pipeline.stateMachine,
      title: `ordo ${config.name}`,
    });
    new CfnOutput(this, 'DeadLettersFunction', { value: this.deadLetters.function.functionName });
    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
  }

  private addDeadLetters(): OrdoFunction {
    const { shared } = this.props;
    return new ScheduledFunction(this, 'DeadLetters', {
      ...this.props,
      handler: 'dead_letters',
      description: 'ordo: looks into the dead-letter queues and tells people of what died',
      schedule: 'rate(1 minute)',
      rollout: new Rollout(this, 'Rollout', this.props),
      permissions: [
        ...permissions.readItems(shared.tasks),
        ...permissions.putItems(shared.tasks),
        ...permissions.query(shared.tasks, ['by_number', 'by_lot']),
        ...permissions.peekInto([...shared.queues.values()].map(({ deadLetters }) => deadLetters)),
        ...permissions.publishTo(shared.notifications),
        ...permissions.encryptWith(shared.key),
      ],
    });
  }

  private deadLettersMetric(queue: string, statistic: string = cloudwatch.Stats.MAXIMUM) {
    return new cloudwatch.Metric({
      namespace: this.props.shared.metricsNamespace,
      metricName: 'DeadLetters',
      dimensionsMap: { Queue: queue },
      statistic,
      period: Duration.minutes(1),
    });
  }

  private watchQueue(name: string): void {
    const { config, shared } = this.props;
    addAlarm(this, `DeadLetters-${name}`, shared.alarms, {
      metric: this.deadLettersMetric(name),
      description: `Queue ${name}: tasks are dead; GET /dead-letters lists them`,
      above: 0,
    });
    addAlarm(this, `MonitorSilent-${name}`, shared.alarms, {
      metric: this.deadLettersMetric(name, cloudwatch.Stats.SAMPLE_COUNT),
      description: `Queue ${name}: the function dead_letters says nothing about it`,
      below: 1,
      periods: monitorSilenceMinutes,
      onSilence: true,
    });
    addAlarm(this, `OldestTask-${name}`, shared.alarms, {
      metric: shared.queues.get(name)!.queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
      }),
      description: `Queue ${name}: a task has waited longer than it should`,
      above: config.queues[name]!.oldestTaskAlarmSeconds,
      periods: 3,
    });
  }

  private watchApi(): void {
    const { config, shared, api } = this.props;
    addAlarm(this, 'ApiErrors', shared.alarms, {
      metric: api.restApi.metricServerError({
        period: Duration.minutes(1),
        statistic: cloudwatch.Stats.SUM,
      }),
      description: 'API: requests are answered with 5xx',
      above: 0,
      periods: 3,
    });
    addAlarm(this, 'ApiLatency', shared.alarms, {
      metric: api.restApi.metricLatency({
        period: Duration.minutes(1),
        statistic: cloudwatch.Stats.p(99),
      }),
      description: 'API: one request in a hundred takes longer than it should',
      above: config.api.latencyAlarmMs,
      periods: 5,
    });
  }

  private watchPipeline(): void {
    const { shared, pipeline } = this.props;
    const period = { period: Duration.minutes(5) };
    addAlarm(this, 'PipelineFailed', shared.alarms, {
      metric: pipeline.stateMachine.metricFailed(period),
      description: 'Pipeline of orders: an execution failed',
      above: 0,
    });
    addAlarm(this, 'PipelineTimedOut', shared.alarms, {
      metric: pipeline.stateMachine.metricTimedOut(period),
      description: 'Pipeline of orders: an execution did not end in its TimeoutSeconds; redrive it',
      above: 0,
    });
  }

  private watchSchedules(): void {
    const { shared } = this.props;
    addAlarm(this, 'ScheduleDeadLetters', shared.alarms, {
      metric: shared.scheduleDeadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
      }),
      description: 'A schedule could not start what it is for; the queue says which',
      above: 0,
    });
  }
}
