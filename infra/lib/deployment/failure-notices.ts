/**
 * Tells people that a deployment failed: a rule on the pipeline, a topic, and the Slack channel of
 * the configuration.
 */
import { Stack } from 'aws-cdk-lib';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { SlackSettings } from '../config/settings';

export interface FailureNoticesProps {
  readonly pipeline: codepipeline.Pipeline;
  readonly encryptionKey: kms.Key;
  readonly slack?: SlackSettings;
}

export class FailureNotices extends Construct {
  constructor(scope: Construct, id: string, props: FailureNoticesProps) {
    super(scope, id);
    const topic = new sns.Topic(this, 'Topic', {
      displayName: 'Failed deployments',
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
    props.encryptionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'NoticesReachTheTopic',
        principals: [new iam.ServicePrincipal('codestar-notifications.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // A key's policy speaks of the key alone.
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    props.pipeline.notifyOn('OnFailure', topic, {
      events: [codepipeline.PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED],
    });
    if (props.slack) this.addSlack(topic, props.slack);
  }

  private addSlack(topic: sns.Topic, slack: SlackSettings): void {
    new chatbot.SlackChannelConfiguration(this, 'Slack', {
      slackChannelConfigurationName: `${Stack.of(this).stackName}-failures`,
      slackWorkspaceId: slack.workspaceId,
      slackChannelId: slack.channelId,
      notificationTopics: [topic],
      // Nobody gets to do anything from the channel: without this, the bound is an administrator's.
      guardrailPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('CloudWatchReadOnlyAccess'),
      ],
    });
  }
}
