/**
 * One of ordo's queues on SQS: a FIFO queue and its dead-letter queue, in high-throughput mode. The
 * message group is the lane.
 */
import { ArnFormat, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { maxReceiveCount } from '../config/attempts';

/** The longest that SQS keeps a message. */
const retention = Duration.days(14);

/** What AWS advises: a batch is not given out again while Lambda still tries it. */
const visibilityInTimeouts = 6;

export interface FifoQueueProps {
  /** Ordo's name of the queue. */
  readonly name: string;
  readonly encryptionKey: kms.IKey;
  readonly consumerTimeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

export class FifoQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: FifoQueueProps) {
    super(scope, id);
    const common: sqs.QueueProps = {
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: sqs.DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: retention,
      removalPolicy: props.removalPolicy,
    };
    // Each of the two names the other: the dead-letter queue knows its source by a name that is
    // there before the source is.
    const stack = Stack.of(this);
    const queueName = `${stack.stackName}-${props.name}.fifo`;
    const sourceArn = stack.formatArn({
      service: 'sqs',
      resource: queueName,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      ...common,
      redriveAllowPolicy: {
        redrivePermission: sqs.RedrivePermission.BY_QUEUE,
        sourceQueues: [sqs.Queue.fromQueueArn(this, 'Source', sourceArn)],
      },
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      queueName,
      visibilityTimeout: Duration.seconds(
        props.consumerTimeout.toSeconds() * visibilityInTimeouts,
      ),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }
}
