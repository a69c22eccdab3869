/**
 * An alarm that tells the alarms' topic when it rings and when it stops.
 */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** It rings beyond the limit, not at it. */
type Limit = { readonly above: number } | { readonly below: number };

export type AlarmOptions = Limit & {
  readonly metric: cloudwatch.IMetric;
  /** What is wrong, for whom it wakes. */
  readonly description: string;
  readonly periods?: number;
  /** In how many of those: all of them, if it is not said. */
  readonly breaching?: number;
  /**
   * Rings when there is nothing to look at any more, by the step to INSUFFICIENT_DATA. An alarm
   * begins there, without a step: were missing data bad data, each first deployment would ring.
   */
  readonly onSilence?: boolean;
};

export function addAlarm(
  scope: Construct,
  id: string,
  topic: sns.ITopic,
  options: AlarmOptions,
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(scope, id, {
    metric: options.metric,
    alarmDescription: options.description,
    ...('above' in options
      ? {
          threshold: options.above,
          comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        }
      : {
          threshold: options.below,
          comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        }),
    evaluationPeriods: options.periods ?? 1,
    datapointsToAlarm: options.breaching,
    treatMissingData: options.onSilence
      ? cloudwatch.TreatMissingData.MISSING
      : cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  if (options.onSilence) alarm.addInsufficientDataAction(action);
  return alarm;
}
