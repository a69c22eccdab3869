/**
 * One of the six functions that runs every minute or so.
 */
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OrdoFunction, type OrdoFunctionProps } from './ordo-function';
import { invoke } from './permissions';
import { ScheduledCall } from './scheduled-call';

export interface ScheduledFunctionProps extends OrdoFunctionProps {
  /** Such as `rate(1 minute)`. */
  readonly schedule: string;
}

/** What has waited so long is done by a later run anyway. */
const maximumAge = Duration.minutes(1);

export class ScheduledFunction extends OrdoFunction {
  constructor(scope: Construct, id: string, props: ScheduledFunctionProps) {
    super(scope, id, props);
    // The next run does what this one could not: no second try, and no queue of runs.
    this.alias.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: maximumAge });
    new ScheduledCall(this, 'Schedule', {
      schedule: props.schedule,
      description: props.description,
      targetArn: this.alias.functionArn,
      permission: invoke([this.alias.functionArn]),
      maximumAgeSeconds: maximumAge.toSeconds(),
      shared: props.shared,
    });
  }
}
