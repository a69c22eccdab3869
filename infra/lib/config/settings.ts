/**
 * What is not for a repository to know, or differs from one deployment to the next: accounts, ARNs,
 * the place of the code. It comes from the context (`-c name=value`, or "context" in cdk.json).
 */
import type { Node } from 'constructs';
import { ConfigurationError } from './configuration-error';
import { type EnvironmentName, environmentNames } from './types';

export type Architecture = 'arm64' | 'x86_64';

/** Where the program of the functions comes from. */
export type CodeSettings =
  | { readonly kind: 'image'; readonly architecture: Architecture }
  | { readonly kind: 'zip'; readonly architecture: Architecture; readonly path: string };

/** Who issues the API's tokens; where it is not given, the api stack has a user pool for it. */
export interface IssuerSettings {
  readonly url: string;
  readonly audience: string;
  readonly scope?: string;
}

/** Where an environment lives; what is left out is that of the caller's credentials. */
export interface Target {
  readonly account?: string;
  readonly region?: string;
}

export interface SlackSettings {
  readonly workspaceId: string;
  readonly channelId: string;
}

export interface DeploymentSettings {
  readonly connectionArn: string;
  readonly repository: string;
  readonly branch: string;
  readonly slack?: SlackSettings;
}

export interface Settings {
  readonly application: string;
  readonly environment: EnvironmentName;
  readonly code: CodeSettings;
  readonly issuer?: IssuerSettings;
  /** Exact origins, or "*" alone; without any, no page of another origin may call. */
  readonly corsOrigins: readonly string[];
  readonly alarmEmail?: string;
  readonly auction?: { readonly url: string; readonly secretName: string };
  readonly targets: Readonly<Record<EnvironmentName, Target>>;
  /** For one deployment: CodeDeploy starts none, and stops one, while an alarm of it rings. */
  readonly ignoreAlarms: boolean;
  /** Without it there is no deployment stack. */
  readonly deployment?: DeploymentSettings;
}

interface Rule {
  readonly pattern: RegExp;
  readonly wanted: string;
}

const account: Rule = { pattern: /^[0-9]{12}$/, wanted: 'the 12 digits of an account' };
const region: Rule = { pattern: /^[a-z]{2}(-[a-z]+)+-[0-9]$/, wanted: 'a region such as eu-west-1' };

/** Every key of the context that is ours, and what it may be. */
const rules = {
  application: { pattern: /^[a-z][a-z0-9-]{0,19}$/, wanted: '1 to 20 of a-z 0-9 -, a letter first' },
  env: { pattern: /^(dev|prod)$/, wanted: `one of ${environmentNames.join(', ')}` },
  architecture: { pattern: /^(arm64|x86_64)$/, wanted: 'arm64 or x86_64' },
  code: { pattern: /^(image|zip)$/, wanted: 'image or zip' },
  zip: { pattern: /\.zip$/, wanted: 'the path of a .zip with the file bootstrap' },
  issuer: { pattern: /^https:\/\/[^\s?#]+$/, wanted: 'the https URL of an OpenID Connect issuer' },
  audience: { pattern: /^\S+$/, wanted: 'the audience (or client id) that tokens are for' },
  scope: { pattern: /^\S+$/, wanted: 'the scope that tokens need' },
  corsOrigins: {
    pattern: /^(\*|https?:\/\/[^\s,/'"]+(,https?:\/\/[^\s,/'"]+)*)$/,
    wanted: 'origins such as https://app.example.org, with commas between them, or *',
  },
  alarmEmail: { pattern: /^[^@\s]+@[^@\s]+$/, wanted: 'an e-mail address' },
  ignoreAlarms: { pattern: /^(true|false)$/, wanted: 'true or false' },
  auctionUrl: { pattern: /^https:\/\/[^\s]+$/, wanted: 'an https URL' },
  auctionSecretName: { pattern: /^[\w/+=.@-]+$/, wanted: 'the name of a secret in Secrets Manager' },
  devAccount: account,
  devRegion: region,
  prodAccount: account,
  prodRegion: region,
  connectionArn: {
    pattern: /^arn:[\w-]+:(codeconnections|codestar-connections):[\w-]+:[0-9]{12}:connection\/[\w-]+$/,
    wanted: 'the ARN of a connection to GitHub',
  },
  repository: { pattern: /^[\w.-]+\/[\w.-]+$/, wanted: 'owner/name of a repository' },
  branch: { pattern: /^[\w./-]+$/, wanted: 'the name of a branch' },
  slackWorkspaceId: { pattern: /^[0-9A-Z]{1,255}$/, wanted: 'the id of a Slack workspace' },
  slackChannelId: { pattern: /^[A-Za-z0-9]{1,255}$/, wanted: 'the id of a Slack channel' },
} satisfies Record<string, Rule>;

export type ContextKey = keyof typeof rules;
export const contextKeys = Object.keys(rules) as ContextKey[];

/** Those that are only of use together. */
const companions: readonly (readonly [ContextKey, ContextKey])[] = [
  ['issuer', 'audience'],
  ['auctionUrl', 'auctionSecretName'],
  ['connectionArn', 'repository'],
  ['slackWorkspaceId', 'slackChannelId'],
];

type Values = Partial<Record<ContextKey, string>>;

function readContext(node: Node): Values {
  const values: Values = {};
  const faults: string[] = [];
  for (const key of contextKeys) {
    const value: unknown = node.tryGetContext(key);
    if (value === undefined || value === '') continue;
    const { pattern, wanted } = rules[key];
    if (typeof value === 'string' && pattern.test(value)) values[key] = value;
    else faults.push(`${key} is ${JSON.stringify(value)}: it must be ${wanted}`);
  }
  for (const [one, other] of companions) {
    if ((values[one] === undefined) === (values[other] === undefined)) continue;
    const [given, missing] = values[one] === undefined ? [other, one] : [one, other];
    faults.push(`${given} is given without ${missing}: it must be ${rules[missing].wanted}`);
  }
  if (values.code === 'zip' && !values.zip) faults.push('code is "zip": zip must say its path');
  // What a pipeline deploys has the same context each time, and is fetched from the repository.
  if (values.connectionArn && values.code === 'zip') {
    faults.push('code is "zip" beside connectionArn: the pipeline has no zip, it builds the image');
  }
  if (values.connectionArn && values.ignoreAlarms === 'true') {
    faults.push(
      'ignoreAlarms is "true" beside connectionArn: it is for one deployment by hand, ' +
        'and the pipeline would keep it',
    );
  }
  if (faults.length > 0) throw new ConfigurationError(`context:\n  ${faults.join('\n  ')}`);
  return values;
}

function codeOf(values: Values): CodeSettings {
  const architecture = (values.architecture ?? 'arm64') as Architecture;
  return values.code === 'zip'
    ? { kind: 'zip', architecture, path: values.zip! }
    : { kind: 'image', architecture };
}

function deploymentOf(values: Values): DeploymentSettings | undefined {
  if (!values.connectionArn) return undefined;
  return {
    connectionArn: values.connectionArn,
    repository: values.repository!,
    branch: values.branch ?? 'main',
    slack: values.slackWorkspaceId
      ? { workspaceId: values.slackWorkspaceId, channelId: values.slackChannelId! }
      : undefined,
  };
}

/** Throws a ConfigurationError that names every value that cannot be. */
export function readSettings(node: Node): Settings {
  const values = readContext(node);
  return {
    application: values.application ?? 'ordo',
    environment: (values.env ?? 'dev') as EnvironmentName,
    code: codeOf(values),
    issuer: values.issuer
      ? { url: values.issuer.replace(/\/$/, ''), audience: values.audience!, scope: values.scope }
      : undefined,
    corsOrigins: values.corsOrigins?.split(',') ?? [],
    alarmEmail: values.alarmEmail,
    ignoreAlarms: values.ignoreAlarms === 'true',
    auction: values.auctionUrl
      ? { url: values.auctionUrl, secretName: values.auctionSecretName! }
      : undefined,
    targets: {
      dev: { account: values.devAccount, region: values.devRegion },
      prod: { account: values.prodAccount, region: values.prodRegion },
    },
    deployment: deploymentOf(values),
  };
}

/** The same context again, as arguments of the `cdk` command in a shell. */
export function contextArguments(node: Node): string {
  const values = readContext(node);
  return contextKeys
    .filter((key) => values[key] !== undefined)
    .map((key) => `-c ${key}='${values[key]!.replaceAll("'", `'\\''`)}'`)
    .join(' ');
}
