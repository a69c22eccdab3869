/**
 * What holds state and what more than one stack uses: the key, tables, queues, the bucket of
 * results, the topics and the dead-letter queue of the schedules.
 */
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { queueSettings } from '../config/queue-settings';
import { protectedRemovalPolicy, removalPolicy } from '../config/removal';
import { acknowledge } from '../constructs/acknowledge';
import { encryptionKey } from '../constructs/encryption-key';
import { FifoQueue } from '../constructs/fifo-queue';
import { RecordTable } from '../constructs/record-table';
import { privateBucket } from '../constructs/private-bucket';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';

/** What the other stacks take from the shared one. */
export interface SharedResources {
  readonly key: kms.IKey;
  readonly tasks: dynamodb.ITable;
  readonly orders: dynamodb.ITable;
  readonly queues: ReadonlyMap<string, FifoQueue>;
  readonly results: s3.IBucket;
  /** Dead tasks and rejected orders. */
  readonly notifications: sns.ITopic;
  readonly alarms: sns.ITopic;
  readonly scheduleDeadLetters: sqs.IQueue;
  readonly metricsNamespace: string;
  /** The variables that all functions have, as the stack of `scope` refers to them. */
  functionEnvironment(scope: Construct): Record<string, string>;
  /** The name under which the other stacks import a value of this one. */
  exportName(value: string): string;
}

export class SharedStack extends EnvironmentStack implements SharedResources {
  readonly key: kms.Key;
  readonly tasks: dynamodb.Table;
  readonly orders: dynamodb.Table;
  readonly queues: ReadonlyMap<string, FifoQueue>;
  readonly results: s3.Bucket;
  readonly notifications: sns.Topic;
  readonly alarms: sns.Topic;
  readonly scheduleDeadLetters: sqs.Queue;
  readonly metricsNamespace: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: EnvironmentStackProps,
  ) {
    super(scope, id, 'ordo: tables, queues, results and topics', props);
    const { config, settings } = props;
    this.metricsNamespace = `${settings.application}-${config.name}`;
    this.key = encryptionKey(this, 'Key', config);
    this.tasks = this.addTable('Tasks', 'task_id');
    this.orders = this.addTable('Orders', 'record_id');
    this.queues = this.addQueues();
    this.results = privateBucket(this, 'Results', config, this.key);
    this.notifications = this.addTopic('Notifications', 'Dead tasks and rejected orders');
    this.alarms = this.addTopic('Alarms', 'What rings, and what stopped');
    // A topic that asks for TLS has a policy of its own, and no longer the one that lets alarms in.
    this.alarms.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    if (settings.alarmEmail) {
      this.alarms.addSubscription(new EmailSubscription(settings.alarmEmail));
    }
    this.scheduleDeadLetters = new sqs.Queue(this, 'ScheduleDeadLetters', {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: this.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: { redrivePermission: sqs.RedrivePermission.DENY_ALL },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.scheduleDeadLetters,
      'AwsSolutions-SQS3',
      'It is a dead-letter queue: that of the schedules, which no queue names as its own.',
    );
    this.addOutputs();
  }

  functionEnvironment(scope: Construct): Record<string, string> {
    const { config } = this.props;
    const queues = queueSettings(config, (name) => {
      const { queue, deadLetters } = this.queues.get(name)!;
      return { live: queue.queueUrl, deadLetters: deadLetters.queueUrl };
    });
    return {
      ORDO_TASKS_TABLE: this.tasks.tableName,
      ORDO_ORDERS_TABLE: this.orders.tableName,
      ORDO_QUEUES: Stack.of(scope).toJsonString(queues),
      ORDO_RESULTS_BUCKET: this.results.bucketName,
      ORDO_TOPIC_ARN: this.notifications.topicArn,
      ORDO_KEEP_ORDERS: config.orders.keep,
      ORDO_RETENTION: config.taskRetention,
      ORDO_METRICS_NAMESPACE: this.metricsNamespace,
      ORDO_LOG_LEVEL: config.logLevel,
    };
  }

  exportName(value: string): string {
    const imported = this.resolve(this.exportValue(value)) as { 'Fn::ImportValue': string };
    return imported['Fn::ImportValue'];
  }

  private addTable(id: string, partitionKey: string): dynamodb.Table {
    const { config } = this.props;
    return new RecordTable(this, id, {
      partitionKey,
      keepData: config.keepData,
      removalPolicy: protectedRemovalPolicy(config),
    }).table;
  }

  private addQueues(): Map<string, FifoQueue> {
    const { config } = this.props;
    const consumerTimeout = Duration.seconds(config.functions.processor.timeoutSeconds);
    return new Map(
      Object.keys(config.queues).map((name) => [
        name,
        new FifoQueue(this, `Queue-${name}`, {
          name,
          encryptionKey: this.key,
          consumerTimeout,
          removalPolicy: removalPolicy(config),
        }),
      ]),
    );
  }

  private addTopic(id: string, displayName: string): sns.Topic {
    return new sns.Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
  }

  private addOutputs(): void {
    for (const [name, { queue, deadLetters }] of this.queues) {
      const id = name.replace(/[^A-Za-z0-9]/g, '');
      new CfnOutput(this, `QueueUrl${id}`, { value: queue.queueUrl });
      new CfnOutput(this, `DeadLetterQueueUrl${id}`, { value: deadLetters.queueUrl });
    }
    new CfnOutput(this, 'ScheduleDeadLetterQueueUrl', { value: this.scheduleDeadLetters.queueUrl });
    new CfnOutput(this, 'TasksTable', { value: this.tasks.tableName });
    new CfnOutput(this, 'OrdersTable', { value: this.orders.tableName });
    new CfnOutput(this, 'ResultsBucket', { value: this.results.bucketName });
    new CfnOutput(this, 'NotificationsTopic', { value: this.notifications.topicArn });
    new CfnOutput(this, 'AlarmsTopic', { value: this.alarms.topicArn });
  }
}
