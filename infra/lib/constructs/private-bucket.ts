/**
 * A bucket that is nobody's but ours: encrypted, versioned, over TLS only, its accesses written
 * down in a bucket of its own.
 */
import { CfnResource, Duration, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { removalPolicy } from '../config/removal';
import type { EnvironmentConfig } from '../config/types';
import { addLog } from './log';

/** How long what was overwritten or deleted can be brought back. */
const oldVersionsFor = Duration.days(30);
const unfinishedUploadsFor = Duration.days(7);

/**
 * The library empties buckets by a function of its own, one for the stack, whose log Lambda would
 * make: without our key and for ever.
 */
function addLogOfEmptying(scope: Construct, config: EnvironmentConfig, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const logId = 'EmptyingLog';
  if (stack.node.tryFindChild(logId)) return;
  const provider = stack.node.findChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  const handler = provider.node.findChild('Handler');
  if (!CfnResource.isCfnResource(handler)) throw new Error(`${handler.node.path} is no resource`);
  const { logGroupName } = addLog(stack, logId, config, key);
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName });
}

export function privateBucket(
  scope: Construct,
  id: string,
  config: EnvironmentConfig,
  encryptionKey: kms.IKey,
): s3.Bucket {
  const common: s3.BucketProps = {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: removalPolicy(config),
    autoDeleteObjects: !config.keepData,
  };
  const accessLog = new s3.Bucket(scope, `${id}AccessLog`, {
    ...common,
    // The service that writes access logs takes no key of ours.
    encryption: s3.BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ expiration: Duration.days(config.logRetention) }],
  });
  const bucket = new s3.Bucket(scope, id, {
    ...common,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    versioned: true,
    serverAccessLogsBucket: accessLog,
    lifecycleRules: [
      {
        noncurrentVersionExpiration: oldVersionsFor,
        abortIncompleteMultipartUploadAfter: unfinishedUploadsFor,
      },
    ],
  });
  if (common.autoDeleteObjects) addLogOfEmptying(scope, config, encryptionKey);
  return bucket;
}
