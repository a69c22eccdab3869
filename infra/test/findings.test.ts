/**
 * cdk-nag finds nothing that is not explained, in dev, prod and the stages of the deployment
 * pipeline; and nothing is explained that it does not find.
 */
import { Stack, Stage, Validations } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { environmentNames } from '../lib/config/types';
import { contextOf, makeApp, synthesise } from './support/synthesise';

const apps = [
  ...environmentNames.map(contextOf),
  // Without what the example switches on, and with what it leaves out.
  ...environmentNames.map((env) => ({ env })),
  { env: 'dev', architecture: 'x86_64', issuer: 'https://id.example.org', audience: 'ordo' },
  // Accounts and regions that are known, and differ.
  {
    ...contextOf('dev'),
    devAccount: '111111111111',
    devRegion: 'eu-west-1',
    prodAccount: '222222222222',
    prodRegion: 'eu-central-1',
  },
];

function findings(root: IConstruct): string[] {
  const { violations } = new AwsSolutionsChecks(root).validateScope(root);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${constructPath}: ${ruleName}`),
  );
}

/** A pack that takes no acknowledgement. */
class Unforgiving extends AwsSolutionsChecks {
  constructor(root: IConstruct) {
    super(root);
    Object.assign(this, { isAcknowledged: () => false });
  }

  all(root: IConstruct): { path: string; id: string }[] {
    return this.validateScope(root).violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ path: constructPath ?? '', id: ruleName })),
    );
  }
}

function acknowledgements(root: IConstruct): { path: string; id: string; reason: string }[] {
  return root.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ path: node.path, id: id.replace(/^annotation::/i, ''), reason })),
  );
}

function isUnder(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}/`);
}

describe.each(apps)('the app with %j', (context) => {
  const { app } = synthesise(context);

  it('has no finding that is not explained', () => {
    expect(findings(app)).toEqual([]);
  });

  it('has no warning and no error from the library', () => {
    for (const stack of app.node.findAll().filter((node) => Stack.isStack(node))) {
      const annotations = Annotations.fromStack(stack);
      expect(annotations.findWarning('*', Match.anyValue())).toEqual([]);
      expect(annotations.findError('*', Match.anyValue())).toEqual([]);
    }
  });

  it('explains nothing that is not found', () => {
    const found = new Unforgiving(app).all(app);
    const idle = acknowledgements(app).filter(
      ({ path, id }) => !found.some((one) => one.id === id && isUnder(one.path, path)),
    );
    expect(idle).toEqual([]);
  });

  it('gives a reason with each explanation', () => {
    for (const { reason } of acknowledgements(app)) expect(reason.length).toBeGreaterThan(40);
  });
});

describe('cdk-nag', () => {
  function bare(scope: Stage): void {
    new sqs.Queue(new Stack(scope, 'bare'), 'Queue');
  }

  it('stops the synthesis of a stack with a finding', () => {
    const app = makeApp({});
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    bare(app);
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS/);
  });

  it('looks into stages', () => {
    const app = makeApp({});
    bare(new Stage(app, 'stage'));
    expect(findings(app)).toContain('stage/bare/Queue/Resource: AwsSolutions-SQS4');
  });
});
