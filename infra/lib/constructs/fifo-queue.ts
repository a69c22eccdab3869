/**
 * One of ordo's queues on SQS: a FIFO queue and its dead-letter queue, in high-throughput mode. The
 * message group is the lane.
 */
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/**
 * Not the number of attempts: SQS counts each return of what waits behind a failed head as well.
 * Attempts are counted in the table; this is for a processor that cannot even start.
 */
export const maxReceiveCount = 1000;

/** The longest that SQS keeps a message. */
const retention = Duration.days(14);

/** What AWS advises: a batch is not given out again while Lambda still tries it. */
const visibilityInTimeouts = 6;

export interface FifoQueueProps {
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
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', common);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(
        props.consumerTimeout.toSeconds() * visibilityInTimeouts,
      ),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }
}
