/**
 * The deployment pipeline: from the connection to dev and, once approved, prod; what fails is told
 * in Slack. And what all stacks have in common.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environmentNames } from '../lib/config/types';
import {
  contextOf,
  exampleContext,
  infraRoot,
  resources,
  stackNames,
  synthesise,
} from './support/synthesise';

const { templates, app, folder } = synthesise(contextOf('dev'));
const { devDependencies } = JSON.parse(
  readFileSync(path.join(infraRoot, 'package.json'), 'utf8'),
) as { devDependencies: Record<string, string> };
const found = templates.get('deployment')!;

interface Action {
  readonly Name: string;
  readonly ActionTypeId: { Category: string; Provider: string };
  readonly Configuration: Record<string, unknown>;
  readonly RunOrder: number;
}

const [pipeline] = resources(found, 'AWS::CodePipeline::Pipeline');
const stages = pipeline![1].Properties.Stages as { Name: string; Actions: Action[] }[];

describe('the deployment pipeline', () => {
  it('builds, renews itself, publishes, deploys dev and then prod', () => {
    expect(stages.map(({ Name }) => Name)).toEqual([
      'Source',
      'Build',
      'UpdatePipeline',
      'Assets',
      'dev',
      'prod',
    ]);
  });

  it('reads the repository through the connection', () => {
    const [source] = stages[0]!.Actions;
    expect(source!.ActionTypeId.Provider).toBe('CodeStarSourceConnection');
    expect(source!.Configuration).toMatchObject({
      ConnectionArn: exampleContext.connectionArn,
      FullRepositoryId: exampleContext.repository,
      BranchName: 'main',
    });
    found.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
            Effect: 'Allow',
            Resource: exampleContext.connectionArn,
          },
        ]),
      },
    });
  });

  it('lets nothing into prod before somebody approves', () => {
    const { Actions } = stages.find(({ Name }) => Name === 'prod')!;
    const [first, ...others] = [...Actions].sort((a, b) => a.RunOrder - b.RunOrder);
    expect(first!.ActionTypeId).toMatchObject({ Category: 'Approval', Provider: 'Manual' });
    for (const { RunOrder } of others) expect(RunOrder).toBeGreaterThan(first!.RunOrder);
    const deployed = others.filter(({ Name }) => Name.endsWith('.Deploy')).map(({ Name }) => Name);
    expect(deployed.sort()).toEqual(stackNames.map((name) => `ordo-prod-${name}.Deploy`).sort());
  });

  it('lints, tests and synthesises with the context that it was made with', () => {
    const projects = resources(found, 'AWS::CodeBuild::Project').map(([, { Properties }]) =>
      JSON.stringify(Properties.Source),
    );
    const [synth] = projects.filter((source) => source.includes('npm ci'));
    for (const command of ['npm run lint', 'npm test', "npx cdk synth --quiet '**'"]) {
      expect(synth).toContain(command);
    }
    for (const [key, value] of Object.entries(exampleContext)) {
      expect(synth).toContain(`-c ${key}='${value}'`);
    }
  });

  it('installs the tools that package.json pins', () => {
    const text = JSON.stringify(resources(found, 'AWS::CodeBuild::Project'));
    const installed = [...text.matchAll(/npm install -g ([^"\\]+)/g)].map(([, what]) => what!);
    expect([...new Set(installed)].sort()).toEqual(
      ['aws-cdk', 'cdk-assets'].map((tool) => `${tool}@${devDependencies[tool]!}`),
    );
    for (const what of installed) expect(what).toMatch(/@\d+\.\d+\.\d+$/);
  });

  it('hands on what those tools can read', () => {
    const program = require.resolve('cdk-assets/bin/cdk-assets');
    const manifests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.assets.json'),
    );
    expect(manifests.length).toBeGreaterThan(stackNames.length);
    for (const name of manifests) {
      const from = path.join(folder, name);
      const listed = execFileSync(process.execPath, [program, 'ls', '--path', from], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      expect(listed, name).toContain('cdk-hnb659fds');
    }
  });

  it('builds on machines of the functions’ architecture', () => {
    for (const [id, { Properties }] of resources(found, 'AWS::CodeBuild::Project')) {
      expect((Properties.Environment as { Type: string }).Type, id).toBe('ARM_CONTAINER');
    }
  });

  it('tells a topic and a Slack channel when it fails', () => {
    found.hasResourceProperties('AWS::CodeStarNotifications::NotificationRule', {
      EventTypeIds: ['codepipeline-pipeline-pipeline-execution-failed'],
      Targets: [{ TargetType: 'SNS', TargetAddress: { Ref: Match.stringLikeRegexp('^Failures') } }],
    });
    found.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
      SlackWorkspaceId: exampleContext.slackWorkspaceId,
      SlackChannelId: exampleContext.slackChannelId,
      SnsTopicArns: [{ Ref: Match.stringLikeRegexp('^Failures') }],
      GuardrailPolicies: [Match.anyValue()],
    });
  });

  it('is not there without a connection', () => {
    const names = [...synthesise({ env: 'dev' }).templates.keys()];
    expect(names.sort()).toEqual([...stackNames].sort());
  });
});

/** Without what API Gateway's constructs make of their place in the tree: ids, and their hashes. */
function withoutPlace(of: Template): unknown {
  const text = JSON.stringify(of.toJSON())
    .replace(/deployment(dev|prod)(?=api)/g, '')
    .replace(/(?<=RestApiDeployment)\w+|(?<=[A-Za-z])(?:[0-9A-F]{8})+/g, '#');
  return JSON.parse(text);
}

describe('the stages of the pipeline', () => {
  it.each(environmentNames)('of %s have all its stacks', (name) => {
    for (const stack of stackNames) {
      expect([...templates.keys()]).toContain(`deployment/${name}/${stack}`);
    }
  });

  it.each(environmentNames)('of %s deploy what `cdk deploy` does', (name) => {
    const alone = synthesise(contextOf(name)).templates;
    for (const stack of stackNames) {
      const staged = templates.get(`deployment/${name}/${stack}`)!;
      expect(withoutPlace(staged)).toEqual(withoutPlace(alone.get(stack)!));
    }
  });
});

describe('every stack', () => {
  const all = app.node.findAll().filter((node) => Stack.isStack(node));

  it('says whose it is, by tags', () => {
    expect(all).toHaveLength(1 + 3 * stackNames.length);
    for (const stack of all) {
      const [environment] = /dev|prod|deployment/.exec(stack.stackName)!;
      expect(stack.tags.tagValues(), stack.node.path).toEqual({ application: 'ordo', environment });
    }
  });

  it('cannot be deleted by mistake where it keeps data', () => {
    for (const stack of all) {
      expect(stack.terminationProtection, stack.node.path).toBe(!stack.stackName.includes('dev'));
    }
  });

  it('names no account and no region but by reference', () => {
    for (const stack of all) {
      expect(stack.environment, stack.node.path).toBe('aws://unknown-account/unknown-region');
    }
  });

  it('goes where the context says', () => {
    const context = { devAccount: '111111111111', devRegion: 'eu-west-1' };
    const { stacks } = synthesise(context);
    expect(stacks.shared.environment).toBe('aws://111111111111/eu-west-1');
  });
});
