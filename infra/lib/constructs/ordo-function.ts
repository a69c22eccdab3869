/**
 * One of the six functions: the program under one handler's name, with its role, log, alarms and
 * the alias `live` that everything calls.
 */
import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Handler } from '../config/types';
import type { EnvironmentStackProps } from '../stacks/environment-stack';
import type { SharedResources } from '../stacks/shared-stack';
import { addAlarm } from './alarm';
import { addLog } from './log';
import { programFunction } from './program-code';
import type { Rollout } from './rollout';
import { functionRole, tracesAreUnscoped } from './function-role';

/** Something that a function fails at without its call failing. */
export interface Failure {
  /** Of its alarm, within the function. */
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  /** What is wrong, for whom it wakes. */
  readonly description: string;
}

export interface OrdoFunctionProps extends EnvironmentStackProps {
  readonly handler: Handler;
  readonly description: string;
  readonly shared: SharedResources;
  readonly rollout: Rollout;
  /** All that it may do beyond its log and its traces. */
  readonly permissions: iam.PolicyStatement[];
  /** A new version goes back for these, too. */
  readonly failures?: readonly Failure[];
  /** Beyond what all six have. */
  readonly environment?: Record<string, string>;
}

export class OrdoFunction extends Construct {
  readonly function: lambda.Function;
  readonly alias: lambda.Alias;
  readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: OrdoFunctionProps) {
    super(scope, id);
    const { config, settings, shared, handler } = props;
    const { memoryMb, timeoutSeconds, reservedConcurrency } = config.functions[handler];
    this.logGroup = addLog(this, 'Log', config, shared.key);
    const role = functionRole(this, 'Role', this.logGroup);
    for (const statement of props.permissions) role.addToPolicy(statement);

    this.function = programFunction(this, 'Function', handler, settings.code, {
      description: props.description,
      role,
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      reservedConcurrentExecutions: reservedConcurrency,
      tracing: lambda.Tracing.ACTIVE,
      logGroup: this.logGroup,
      environment: { ...shared.functionEnvironment(this), ...props.environment },
    });
    tracesAreUnscoped(role);

    this.alias = this.function.addAlias('live');
    const errors = addAlarm(this, 'Errors', shared.alarms, {
      metric: this.alias.metricErrors({ period: Duration.minutes(1) }),
      description: `${handler}: calls fail; see its log`,
      above: 0,
      // As long as a canary is out, which gets few of the calls.
      periods: 5,
      breaching: 2,
    });
    addAlarm(this, 'Throttles', shared.alarms, {
      metric: this.function.metricThrottles({ period: Duration.minutes(1) }),
      description: `${handler}: calls are refused; its reserved concurrency is used up`,
      above: 0,
      periods: 5,
    });
    const failures = (props.failures ?? []).map((failure) =>
      addAlarm(this, failure.id, shared.alarms, {
        metric: failure.metric,
        description: `${handler}: ${failure.description}; see its log`,
        above: 0,
        periods: 5,
        breaching: 2,
      }),
    );
    props.rollout.add(id, this.alias, [errors, ...failures]);
  }
}
