/**
 * What runs tasks: the processor behind every queue, and the function that announces to SQS what
 * was accepted while its sender died.
 */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { batchSize } from '../config/attempts';
import { OrdoFunction } from '../constructs/ordo-function';
import * as permissions from '../constructs/permissions';
import { Rollout } from '../constructs/rollout';
import { ScheduledFunction } from '../constructs/scheduled-function';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { SharedResources } from './shared-stack';

export interface ProcessingStackProps extends EnvironmentStackProps {
  readonly shared: SharedResources;
}

export class ProcessingStack extends EnvironmentStack {
  readonly processor: OrdoFunction;
  readonly announce: OrdoFunction;

  constructor(scope: Construct, id: string, private readonly props: ProcessingStackProps) {
    super(scope, id, 'ordo: runs tasks', props);
    const rollout = new Rollout(this, 'Rollout', props);
    this.processor = this.addProcessor(rollout);
    this.announce = this.addAnnounce(rollout);
    new CfnOutput(this, 'ProcessorFunction', { value: this.processor.function.functionName });
    new CfnOutput(this, 'AnnounceFunction', { value: this.announce.function.functionName });
  }

  private addProcessor(rollout: Rollout): OrdoFunction {
    const { config, shared } = this.props;
    const pairs = [...shared.queues.values()];
    const userFunctions = Object.values(config.queues)
      .map((queue) => permissions.userFunctionArn(this, queue.function))
      .filter((arn) => arn !== undefined);
    const processor = new OrdoFunction(this, 'Processor', {
      ...this.props,
      handler: 'processor',
      description: 'ordo: runs the tasks of the queues, lane by lane',
      rollout,
      // It hands tasks back when a service fails it, and its call succeeds: it counts them itself
      // (src/lambda/processor_function.cc).
      failures: [...shared.queues.keys()].map((queue) => ({
        id: `Troubles-${queue}`,
        metric: new cloudwatch.Metric({
          namespace: shared.metricsNamespace,
          metricName: 'Troubles',
          dimensionsMap: { Queue: queue },
          statistic: cloudwatch.Stats.SUM,
          period: Duration.minutes(1),
        }),
        description: `a service fails it, and tasks of the queue ${queue} are handed over again`,
      })),
      permissions: [
        ...permissions.readItem(shared.tasks),
        ...permissions.putItems(shared.tasks),
        ...permissions.query(shared.tasks, ['by_number']),
        ...permissions.workOn(pairs.map(({ queue }) => queue)),
        ...permissions.sendTo(pairs.map(({ deadLetters }) => deadLetters)),
        ...permissions.encryptWith(shared.key),
        ...permissions.invoke([...new Set(userFunctions)]),
      ],
      environment: { ORDO_FAILURE_RATE: String(config.failureRate) },
    });
    for (const [name, { queue }] of shared.queues) {
      new lambda.EventSourceMapping(this, `From-${name}`, {
        target: processor.alias,
        eventSourceArn: queue.queueArn,
        batchSize,
        reportBatchItemFailures: true,
        maxConcurrency: config.queues[name]!.maximumConcurrency,
      });
    }
    return processor;
  }

  private addAnnounce(rollout: Rollout): OrdoFunction {
    const { shared } = this.props;
    return new ScheduledFunction(this, 'Announce', {
      ...this.props,
      handler: 'announce',
      description: 'ordo: tells the queues of tasks whose sender died before it could',
      schedule: 'rate(1 minute)',
      rollout,
      permissions: [
        ...permissions.readItems(shared.tasks),
        ...permissions.putItems(shared.tasks),
        ...permissions.query(shared.tasks, ['by_number']),
        ...permissions.sendTo([...shared.queues.values()].map(({ queue }) => queue)),
        ...permissions.encryptWith(shared.key),
      ],
    });
  }
}
