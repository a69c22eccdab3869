/**
 * The role of a function: its own log, and what is added to it. Lambda adds X-Ray.
 */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge';

export function functionRole(scope: Construct, id: string, log: logs.ILogGroup): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    }),
  );
  return role;
}

/** Says why the policy of a function that is traced has a wildcard. */
export function tracesAreUnscoped(role: iam.Role): void {
  acknowledgeResource(
    role,
    '*',
    'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources; no other action of this ' +
      'role has a wildcard resource (test/permissions.test.ts).',
  );
}
