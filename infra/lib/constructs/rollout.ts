/**
 * How new versions of a stack's functions come into use: CodeDeploy moves the alias, in production
 * a tenth of the calls first, and moves it back when an alarm rings.
 */
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Settings } from '../config/settings';
import type { EnvironmentConfig } from '../config/types';
import { acknowledgeManagedPolicy } from './acknowledge';

export interface RolloutProps {
  readonly config: EnvironmentConfig;
  readonly settings: Settings;
}

export class Rollout extends Construct {
  private readonly application: codedeploy.LambdaApplication;
  private readonly role: iam.Role;
  private readonly deploymentConfig: codedeploy.ILambdaDeploymentConfig;

  constructor(scope: Construct, id: string, private readonly props: RolloutProps) {
    super(scope, id);
    this.application = new codedeploy.LambdaApplication(this, 'Application');
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('codedeploy.amazonaws.com'),
      description: 'Moves the aliases of functions',
    });
    acknowledgeManagedPolicy(
      this.role,
      'service-role/AWSCodeDeployRoleForLambdaLimited',
      'The library always attaches it; it is the narrow one that AWS keeps for CodeDeploy on Lambda ' +
        '(aliases, alarms, its own hooks and topics), and only CodeDeploy may assume the role.',
    );
    this.deploymentConfig = props.config.canary
      ? codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES
      : codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE;
  }

  /** From now on `alias` moves this way, and goes back when one of the alarms rings. */
  add(id: string, alias: lambda.Alias, alarms: cloudwatch.IAlarm[]): void {
    const { ignoreAlarms } = this.props.settings;
    new codedeploy.LambdaDeploymentGroup(this, id, {
      application: this.application,
      role: this.role,
      alias,
      deploymentConfig: this.deploymentConfig,
      alarms,
      // They stay attached, and ring for people.
      ignoreAlarmConfiguration: ignoreAlarms,
      autoRollback: {
        failedDeployment: true,
        stoppedDeployment: true,
        deploymentInAlarm: !ignoreAlarms,
      },
    });
  }
}
