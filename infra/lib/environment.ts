/**
 * All stacks of one environment, wired: at the top of the app, where `cdk deploy` finds them, and
 * in the stages of the deployment pipeline.
 */
import { Stage, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from './config/settings';
import type { EnvironmentConfig } from './config/types';
import { validate } from './config/validate';
import { ApiStack } from './stacks/api-stack';
import type { EnvironmentStackProps } from './stacks/environment-stack';
import { MonitoringStack } from './stacks/monitoring-stack';
import { PipelineStack } from './stacks/pipeline-stack';
import { ProcessingStack } from './stacks/processing-stack';
import { SharedStack } from './stacks/shared-stack';

export interface EnvironmentStacks {
  readonly shared: SharedStack;
  readonly api: ApiStack;
  readonly processing: ProcessingStack;
  readonly pipeline: PipelineStack;
  readonly monitoring: MonitoringStack;
}

export function addEnvironment(
  scope: Construct,
  config: EnvironmentConfig,
  settings: Settings,
  env?: StackProps['env'],
): EnvironmentStacks {
  validate(config);
  const props: EnvironmentStackProps = { config, settings, env };
  const shared = new SharedStack(scope, 'shared', props);
  const api = new ApiStack(scope, 'api', { ...props, shared });
  const processing = new ProcessingStack(scope, 'processing', { ...props, shared });
  const pipeline = new PipelineStack(scope, 'pipeline', { ...props, shared });
  const monitoring = new MonitoringStack(scope, 'monitoring', {
    ...props,
    shared,
    api,
    processing,
    pipeline,
  });
  return { shared, api, processing, pipeline, monitoring };
}

/** An environment as the deployment pipeline deploys it. */
export class EnvironmentStage extends Stage {
  constructor(scope: Construct, config: EnvironmentConfig, settings: Settings) {
    super(scope, config.name, { env: settings.targets[config.name] });
    addEnvironment(this, config, settings);
  }
}
