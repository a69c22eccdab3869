/**
 * The authorizer in front of every call: a small function that checks a bearer token (a JWT)
 * against its issuer's public keys. A REST API can check tokens of Cognito by itself and of nobody
 * else; this takes those of any OpenID Connect issuer, and is tested here to the last line.
 */
import * as path from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { IssuerSettings } from '../config/settings';
import { addAlarm } from '../constructs/alarm';
import { functionRole, tracesAreUnscoped } from '../constructs/function-role';
import { addLog } from '../constructs/log';
import { lambdaArchitectures } from '../constructs/program-code';
import type { EnvironmentStackProps } from '../stacks/environment-stack';
import type { SharedResources } from '../stacks/shared-stack';

const infraRoot = path.resolve(__dirname, '..', '..');

export interface AuthorizerProps extends EnvironmentStackProps {
  readonly shared: SharedResources;
  readonly issuer: IssuerSettings;
}

/** How long API Gateway remembers a token: also how long one works that was revoked meanwhile. */
const cacheFor = Duration.minutes(5);
/** One call brings an answer for five minutes; more at once than this is an attack. */
const reservedConcurrency = 10;

export class Authorizer extends Construct {
  readonly function: lambda.Function;
  readonly authorizer: apigateway.TokenAuthorizer;

  constructor(scope: Construct, id: string, props: AuthorizerProps) {
    super(scope, id);
    const { config, settings, shared, issuer } = props;
    const logGroup = addLog(this, 'Log', config, shared.key);
    const role = functionRole(this, 'Role', logGroup);
    this.function = new NodejsFunction(this, 'Function', {
      description: 'ordo: checks the token of a call',
      entry: path.join(infraRoot, 'lambda', 'authorizer', 'index.ts'),
      projectRoot: infraRoot,
      depsLockFilePath: path.join(infraRoot, 'package-lock.json'),
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambdaArchitectures[settings.code.architecture],
      bundling: { minify: true, target: 'node24' },
      role,
      memorySize: 256,
      timeout: Duration.seconds(10),
      reservedConcurrentExecutions: reservedConcurrency,
      tracing: lambda.Tracing.ACTIVE,
      logGroup,
      environment: {
        ISSUER: issuer.url,
        AUDIENCE: issuer.audience,
        ...(issuer.scope ? { SCOPE: issuer.scope } : {}),
      },
    });
    tracesAreUnscoped(role);
    addAlarm(this, 'Errors', shared.alarms, {
      // A refused token is not an error of the function: it answers with a policy that denies.
      metric: this.function.metricErrors({ period: Duration.minutes(1) }),
      description: 'authorizer: tokens cannot be checked; is the issuer reachable?',
      above: 0,
      periods: 3,
    });
    addAlarm(this, 'Throttles', shared.alarms, {
      metric: this.function.metricThrottles({ period: Duration.minutes(1) }),
      description: 'authorizer: calls are refused; its reserved concurrency is used up',
      above: 0,
      periods: 5,
    });
    this.authorizer = new apigateway.TokenAuthorizer(this, 'Authorizer', {
      handler: this.function,
      validationRegex: '^Bearer [-0-9A-Za-z_]+\\.[-0-9A-Za-z_]+\\.[-0-9A-Za-z_]+$',
      resultsCacheTtl: cacheFor,
    });
  }
}
