/**
 * Why the roles that CDK Pipelines makes have wildcards. It takes no roles of ours with narrower
 * grants; each finding is named with its place and reason, and a new one stops the build.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import type * as pipelines from 'aws-cdk-lib/pipelines';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { acknowledge, acknowledgeResource } from '../constructs/acknowledge';

const reading = ['s3:GetBucket*', 's3:GetObject*', 's3:List*'];
const writing = ['s3:Abort*', 's3:DeleteObject*'];
const keyUse = ['kms:GenerateDataKey*', 'kms:ReEncrypt*'];

const logsReason =
  'CodeBuild has log groups for the projects of the pipeline under this prefix; only logs can be written.';
const reportsReason =
  'CodeBuild names report groups after the project; nothing but test reports can be written.';

/** In CodeBuild: all log groups or report groups whose names begin so. */
function named(role: IConstruct, service: 'logs' | 'codebuild', name: string): string {
  const [resource, prefix] =
    service === 'logs' ? ['log-group', '/aws/codebuild/'] : ['report-group', ''];
  return Stack.of(role).formatArn({
    service,
    resource,
    resourceName: `${prefix}${name}`,
    arnFormat:
      service === 'logs' ? ArnFormat.COLON_RESOURCE_NAME : ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function explainActions(role: IConstruct, actions: readonly string[]): void {
  for (const action of actions) {
    const reason = action.startsWith('kms:')
      ? 'The library grants the whole family; it is only the key of this stack.'
      : 'The library grants the whole family; it is only the bucket of artifacts of this stack.';
    acknowledge(role, `AwsSolutions-IAM5[Action::${action}]`, reason);
  }
}

/** What CodeBuild grants to the role of every project. */
function explainProject({ projectName, role }: codebuild.IProject): void {
  acknowledgeResource(role!, named(role!, 'logs', `${projectName}:*`), logsReason);
  acknowledgeResource(role!, named(role!, 'codebuild', `${projectName}-*`), reportsReason);
}

function explainArtifacts(role: IConstruct, artifacts: IBucket): void {
  acknowledgeResource(
    role,
    artifacts.arnForObjects('*'),
    'CodePipeline names the artifacts that it hands from step to step; it is only this one bucket.',
  );
}

function explainSelfMutation(role: IConstruct): void {
  acknowledgeResource(
    role,
    `arn:*:iam::${Stack.of(role).account}:role/*`,
    'Only roles with the tag of the CDK bootstrap (deploy and publish) can be assumed: a condition says so.',
  );
  acknowledgeResource(
    role,
    '*',
    'cloudformation:DescribeStacks and s3:ListBucket, by which the cdk command finds the bootstrap stack.',
  );
}

function explainAssets(role: IConstruct): void {
  acknowledgeResource(role, named(role, 'logs', '*'), logsReason);
  acknowledgeResource(role, named(role, 'codebuild', '*'), reportsReason);
  acknowledgeResource(
    role,
    '*',
    'codebuild:StartBuild, StopBuild and BatchGetBuilds; one role publishes all assets, each by a ' +
      'project of its own that does not exist yet when the role is made.',
  );
}

/** Where production is in another region, artifacts are handed over in a bucket there. */
function explainOtherRegions(pipeline: codepipeline.Pipeline): void {
  const buckets = Object.values(pipeline.crossRegionSupport).map((one) => one.replicationBucket);
  for (const bucket of buckets) {
    explainArtifacts(pipeline.role, bucket);
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'The library makes this bucket and has no log for it; it holds copies of artifacts whose own bucket has one.',
    );
  }
  if (buckets.length === 0) return;
  acknowledgeResource(
    pipeline.role,
    '*',
    'The key of the bucket in the other region has no ARN that could be known in this one; the ' +
      "key's own policy says who may use it.",
  );
}

/** After buildPipeline(), when the roles are there. `source` is the role of the source action. */
export function explainPipelineFindings(
  stages: pipelines.CodePipeline,
  source: IConstruct,
): void {
  const { pipeline, synthProject, selfMutationProject } = stages;
  const synth = synthProject.role!;
  const selfMutation = selfMutationProject.role!;
  const assets = stages.node
    .findChild('Assets')
    .node.children.filter(({ node }) => node.id === 'DockerRole' || node.id === 'FileRole');
  for (const role of [pipeline.role, source, synth]) {
    explainActions(role, [...reading, ...writing, ...keyUse]);
  }
  explainActions(selfMutation, [...reading, ...keyUse]);
  for (const role of assets) explainActions(role, reading);
  for (const role of [pipeline.role, source, synth, selfMutation, ...assets]) {
    explainArtifacts(role, pipeline.artifactBucket);
  }
  explainProject(synthProject);
  explainProject(selfMutationProject);
  explainSelfMutation(selfMutation);
  explainOtherRegions(pipeline);
  for (const role of assets) explainAssets(role);
}
