/**
 * What the stacks of one environment have in common: its configuration, its tags, and protection
 * against being deleted where the data is kept.
 */
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../config/settings';
import type { EnvironmentConfig } from '../config/types';

export interface EnvironmentStackProps {
  readonly config: EnvironmentConfig;
  readonly settings: Settings;
  readonly env?: StackProps['env'];
}

export abstract class EnvironmentStack extends Stack {
  protected constructor(
    scope: Construct,
    /** Also the last part of the stack's name. */
    id: string,
    description: string,
    { config, settings, env }: EnvironmentStackProps,
  ) {
    super(scope, id, {
      env,
      description,
      stackName: `${settings.application}-${config.name}-${id.replace(/^.*-/, '')}`,
      terminationProtection: config.keepData,
      tags: { application: settings.application, environment: config.name },
    });
  }
}
