/**
 * The one key of an environment: queues, topics, results and logs are encrypted with it.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { removalPolicy } from '../config/removal';
import type { EnvironmentConfig } from '../config/types';

export function encryptionKey(scope: Construct, id: string, config: EnvironmentConfig): kms.Key {
  const { account, partition, region } = Stack.of(scope);
  const key = new kms.Key(scope, id, {
    description: `ordo ${config.name}: queues, topics, results and logs`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(config.keepData ? 30 : 7),
    removalPolicy: removalPolicy(config),
  });
  // A key's policy speaks of the key alone: '*' is this key.
  const resources = ['*'];
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AlarmsReachTheTopic',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'LogsAreWritten',
      principals: [new iam.ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
      ],
      resources,
      conditions: {
        // The names of log groups are made by CloudFormation.
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      },
    }),
  );
  return key;
}
