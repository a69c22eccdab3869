/**
 * Something that EventBridge Scheduler starts, by a role that may start nothing else; what it could
 * not start goes to a dead-letter queue.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { SharedResources } from '../stacks/shared-stack';
import { encryptWith, sendTo } from './permissions';

export interface ScheduledCallProps {
  /** Such as `rate(1 minute)`. */
  readonly schedule: string;
  readonly description: string;
  readonly targetArn: string;
  /** What starting the target takes. */
  readonly permission: iam.PolicyStatement[];
  readonly shared: SharedResources;
  /** Afterwards it is not worth starting any more: the next one is due. */
  readonly maximumAgeSeconds: number;
}

/** The group of all schedules that name none. */
const scheduleGroup = 'default';

export class ScheduledCall extends Construct {
  constructor(scope: Construct, id: string, props: ScheduledCallProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const group = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: scheduleGroup,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const role = new iam.Role(this, 'Role', {
      // Nobody else's schedules can borrow it.
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group },
        },
      }),
    });
    const { scheduleDeadLetters, key } = props.shared;
    for (const statement of [
      ...props.permission,
      ...sendTo([scheduleDeadLetters]),
      ...encryptWith(key),
    ]) {
      role.addToPolicy(statement);
    }
    const schedule = new scheduler.CfnSchedule(this, 'Schedule', {
      description: props.description,
      groupName: scheduleGroup,
      scheduleExpression: props.schedule,
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      target: {
        arn: props.targetArn,
        roleArn: role.roleArn,
        input: '{}',
        deadLetterConfig: { arn: scheduleDeadLetters.queueArn },
        retryPolicy: {
          maximumEventAgeInSeconds: props.maximumAgeSeconds,
          maximumRetryAttempts: 5,
        },
      },
    });
    // The scheduler tries the role when the schedule is made.
    schedule.node.addDependency(role);
  }
}
