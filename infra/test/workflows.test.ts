/**
 * The workflows of GitHub: the one that checks gets no credentials and checks everything, and the
 * one that deploys proves by OIDC who it is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentNames } from '../lib/config/types';
import { repositoryRoot } from '../lib/constructs/program-code';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Record<string, unknown>;
  readonly env?: Record<string, string>;
}

interface Job {
  readonly steps: Step[];
  readonly permissions?: Record<string, string>;
  readonly environment?: string;
  readonly 'timeout-minutes'?: number;
  readonly defaults?: { run: Record<string, string> };
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const folder = path.join(repositoryRoot, '.github', 'workflows');

function textOf(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

const commands = (job: Job): string[] => job.steps.flatMap(({ run }) => (run ? [run] : []));
const actions = (job: Job): string[] => job.steps.flatMap(({ uses }) => (uses ? [uses] : []));

const all = readdirSync(folder);

it('there are two workflows: a third one comes here too', () => {
  expect(all.sort()).toEqual(['check.yml', 'deploy.yml']);
});

describe.each(all)('%s', (name) => {
  const { permissions, jobs } = parse(textOf(name)) as Workflow;

  it('may read the repository and nothing else, unless a job says so', () => {
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('has no secret, and no key of AWS', () => {
    expect(textOf(name)).not.toMatch(/secrets\.|aws-(access-key-id|secret-access-key|session-token)/i);
    expect(textOf(name)).not.toMatch(/AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)/);
  });

  it('takes actions by their commit, and leaves no token in the tree', () => {
    for (const job of Object.values(jobs)) {
      for (const used of actions(job)) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      const [checkout] = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkout!.with).toEqual({ 'persist-credentials': false });
    }
  });

  it('ends', () => {
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(180);
  });
});

describe('check.yml', () => {
  const { on, jobs } = parse(textOf('check.yml')) as Workflow;

  it('runs for each change, as it comes from the outside too', () => {
    expect(on).toHaveProperty('pull_request');
    expect(on).toHaveProperty('push', { branches: ['main'] });
    // It would run what others wrote with the rights of this repository.
    expect(on).not.toHaveProperty('pull_request_target');
  });

  it('gets no rights for any job, and asks nobody for credentials', () => {
    expect(Object.keys(jobs).sort()).toEqual(['infrastructure', 'program']);
    for (const job of Object.values(jobs)) {
      expect(job).not.toHaveProperty('permissions');
      expect(job).not.toHaveProperty('environment');
      const names = actions(job).map((used) => used.replace(/@.*/, ''));
      expect(names).toEqual(['actions/checkout', 'actions/setup-node']);
    }
  });

  it('builds, lints and tests the program', () => {
    // `./dev test` builds it, in three ways.
    expect(commands(jobs.program!)).toEqual(expect.arrayContaining(['./dev check', './dev test']));
  });

  it('lints, types, tests and synthesises the infrastructure', () => {
    const job = jobs.infrastructure!;
    expect(job.defaults!.run['working-directory']).toBe('infra');
    expect(commands(job)).toEqual([
      'npm ci',
      'npm run lint',
      'npm run typecheck',
      'npm test',
      'npm run synth',
    ]);
  });
});

describe('deploy.yml', () => {
  const { on, jobs } = parse(textOf('deploy.yml')) as Workflow;
  const job = jobs.deploy!;

  it('runs by hand alone, for one environment', () => {
    const { workflow_dispatch: byHand, ...others } = on as {
      workflow_dispatch: { inputs: Record<string, Record<string, unknown>> };
    };
    expect(others).toEqual({});
    expect(byHand.inputs.environment).toMatchObject({
      type: 'choice',
      options: [...environmentNames],
      default: 'dev',
    });
    expect(byHand.inputs.ignore_alarms).toMatchObject({ type: 'boolean', default: false });
    expect(Object.keys(jobs)).toEqual(['deploy']);
    expect(job.environment).toBe('${{ inputs.environment }}');
  });

  it('gets its role by OIDC', () => {
    expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const [login] = job.steps.filter(({ uses }) =>
      uses?.startsWith('aws-actions/configure-aws-credentials@'),
    );
    expect(login!.with).toEqual({
      'role-to-assume': '${{ vars.AWS_ROLE_ARN }}',
      'aws-region': '${{ vars.AWS_REGION }}',
    });
  });

  it('lints and tests before it has the role, and deploys after', () => {
    const order = job.steps.map(({ run, uses }) => run ?? uses!.replace(/@.*/, ''));
    const at = (what: string) => order.findIndex((step) => step.startsWith(what));
    const role = at('aws-actions/configure-aws-credentials');
    for (const before of ['npm ci', 'npm run lint', 'npm test']) {
      expect(at(before)).toBeGreaterThanOrEqual(0);
      expect(at(before)).toBeLessThan(role);
    }
    expect(at('npx cdk deploy --all')).toBeGreaterThan(role);
  });

  it('lets no text of a person into the shell but by variables', () => {
    for (const command of commands(job)) expect(command).not.toContain('${{');
    const [deploy] = job.steps.filter(({ name }) => name === 'Deploy');
    expect(deploy!.env).toMatchObject({
      ENVIRONMENT: '${{ inputs.environment }}',
      IGNORE_ALARMS: '${{ inputs.ignore_alarms }}',
    });
    expect(deploy!.run).toContain('-c env="$ENVIRONMENT"');
    expect(deploy!.run).toContain('-c ignoreAlarms="$IGNORE_ALARMS"');
  });
});
