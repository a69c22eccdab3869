/**
 * How a push to the repository gets to people: CodePipeline synthesises and tests this app, deploys
 * dev, waits for somebody to approve, deploys prod, and tells Slack when any of that fails.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as pipelines from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { environments } from '../config/environments';
import { contextArguments, type DeploymentSettings, type Settings } from '../config/settings';
import { encryptionKey } from '../constructs/encryption-key';
import { addLog } from '../constructs/log';
import { privateBucket } from '../constructs/private-bucket';
import { explainPipelineFindings } from '../deployment/findings';
import { FailureNotices } from '../deployment/failure-notices';
import { EnvironmentStage } from '../environment';

export interface DeploymentStackProps {
  readonly settings: Settings;
  readonly deployment: DeploymentSettings;
}

/**
 * What the library's steps install with npm by themselves. Left to it that is whatever came out
 * last, which may not read what the aws-cdk-lib of package.json writes.
 */
function toolVersions(): { cdk: string; assets: string } {
  const file = path.resolve(__dirname, '..', '..', 'package.json');
  const { devDependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
    devDependencies: Record<'aws-cdk' | 'cdk-assets', string>;
  };
  return { cdk: devDependencies['aws-cdk'], assets: devDependencies['cdk-assets'] };
}

/** The pipeline's own key, artifacts and logs are kept as production keeps its data. */
const keeping = environments.prod;

export class DeploymentStack extends Stack {
  readonly pipeline: codepipeline.Pipeline;
  private readonly key: kms.Key;

  constructor(scope: Construct, id: string, private readonly props: DeploymentStackProps) {
    super(scope, id, {
      description: 'ordo: deploys dev and prod from the repository',
      stackName: `${props.settings.application}-deployment`,
      env: props.settings.targets.dev,
      terminationProtection: true,
      tags: { application: props.settings.application, environment: 'deployment' },
    });
    const { settings, deployment } = props;
    this.key = encryptionKey(this, 'Key', keeping);
    this.pipeline = this.addPipeline();

    const stages = this.addStages(settings);
    stages.buildPipeline();
    new FailureNotices(this, 'Failures', {
      pipeline: this.pipeline,
      encryptionKey: this.key,
      slack: deployment.slack,
    });
    explainPipelineFindings(stages, this.letItUseTheConnection());
    new CfnOutput(this, 'PipelineName', { value: this.pipeline.pipelineName });
  }

  private addPipeline(): codepipeline.Pipeline {
    return new codepipeline.Pipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      // A push while another is on its way waits, and only the latest of those that wait goes on.
      executionMode: codepipeline.ExecutionMode.SUPERSEDED,
      restartExecutionOnUpdate: true,
      // For the artifacts of a production in another region, should it have an account of its own.
      crossAccountKeys: true,
      enableKeyRotation: true,
      artifactBucket: privateBucket(this, 'Artifacts', keeping, this.key),
    });
  }

  private addStages(settings: Settings): pipelines.CodePipeline {
    const { dev, prod } = environments;
    const arm = settings.code.architecture === 'arm64';
    const log: logs.ILogGroup = addLog(this, 'BuildLog', keeping, this.key);
    const versions = toolVersions();
    const stages = new pipelines.CodePipeline(this, 'Stages', {
      codePipeline: this.pipeline,
      synth: this.synth(),
      cliVersion: versions.cdk,
      cdkAssetsCliVersion: versions.assets,
      codeBuildDefaults: {
        buildEnvironment: {
          // Of the functions' own architecture: their image is built, not emulated.
          buildImage: arm
            ? codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
            : codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
          computeType: codebuild.ComputeType.MEDIUM,
        },
        logging: { cloudWatch: { logGroup: log } },
        partialBuildSpec: codebuild.BuildSpec.fromObject({
          phases: { install: { 'runtime-versions': { nodejs: '22' } } },
        }),
      },
    });
    stages.addStage(new EnvironmentStage(this, dev, settings));
    stages.addStage(new EnvironmentStage(this, prod, settings), {
      pre: [
        new pipelines.ManualApprovalStep('Approve', {
          comment: 'dev has this version. May production have it?',
        }),
      ],
    });
    return stages;
  }

  /**
   * The library grants the use of a connection by its service's former name only, which does not
   * count for connections that were made since. Returns the role of the source action.
   */
  private letItUseTheConnection(): iam.Role {
    const role = this.pipeline.node
      .findAll()
      .find((child): child is iam.Role => /\/Source\/.*\/CodePipelineActionRole$/.test(child.node.path));
    if (!role) throw new Error('the pipeline has no action that reads the repository');
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['codeconnections:UseConnection'],
        resources: [this.props.deployment.connectionArn],
      }),
    );
    return role;
  }

  private synth(): pipelines.ShellStep {
    const { connectionArn, repository, branch } = this.props.deployment;
    return new pipelines.ShellStep('Synth', {
      input: pipelines.CodePipelineSource.connection(repository, branch, { connectionArn }),
      installCommands: ['cd infra', 'npm ci'],
      commands: [
        'npm run lint',
        'npm test',
        // The context of this very deployment, so that the pipeline finds itself again.
        `npx cdk synth --quiet '**' ${contextArguments(this.node)}`,
      ],
      primaryOutputDirectory: 'infra/cdk.out',
    });
  }
}
