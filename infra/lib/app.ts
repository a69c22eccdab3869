/**
 * The whole app for a context: the stacks of its environment, the deployment stack if the context
 * says where the repository is, and cdk-nag over all of it.
 */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { environments } from './config/environments';
import { readSettings } from './config/settings';
import { addEnvironment, type EnvironmentStacks } from './environment';
import { DeploymentStack } from './stacks/deployment-stack';

export interface OrdoApp {
  readonly stacks: EnvironmentStacks;
  readonly deployment?: DeploymentStack;
}

export function addOrdo(app: App): OrdoApp {
  const settings = readSettings(app.node);
  const { environment, targets } = settings;
  const stacks = addEnvironment(app, environments[environment], settings, targets[environment]);
  const deployment = settings.deployment
    ? new DeploymentStack(app, 'deployment', { settings, deployment: settings.deployment })
    : undefined;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { stacks, deployment };
}
