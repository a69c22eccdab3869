/**
 * A log group as all of ours are: a retention, our key, and removed or kept as the environment
 * says.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { removalPolicy } from '../config/removal';
import type { EnvironmentConfig } from '../config/types';

export function addLog(
  scope: Construct,
  id: string,
  config: EnvironmentConfig,
  encryptionKey: kms.IKey,
  logGroupName?: string,
): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    logGroupName,
    retention: config.logRetention,
    encryptionKey,
    removalPolicy: removalPolicy(config),
  });
}

/** As those want it who are told where to write: CloudFormation's own ends in `:*`. */
export function destinationArn(log: logs.ILogGroup): string {
  return Stack.of(log).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: log.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
