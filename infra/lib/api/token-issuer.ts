/**
 * An issuer of tokens for who has none: a user pool without users, in which programs have clients
 * and get tokens by the client credentials grant.
 */
import { Aws, Fn, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { protectedRemovalPolicy } from '../config/removal';
import type { IssuerSettings } from '../config/settings';
import type { EnvironmentConfig } from '../config/types';
import { acknowledge } from '../constructs/acknowledge';

const scopeName = 'use';
const resourceServer = 'ordo';

export class TokenIssuer extends Construct {
  /** What the authorizer has to know of it. */
  readonly settings: IssuerSettings;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly poolId: string;

  constructor(scope: Construct, id: string, config: EnvironmentConfig) {
    super(scope, id);
    const pool = new cognito.UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      deletionProtection: config.keepData,
      removalPolicy: protectedRemovalPolicy(config),
      passwordPolicy: {
        minLength: 16,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
      },
    });
    const noUsers = 'The pool has no users, and nobody can sign up: its clients are programs.';
    for (const rule of ['COG2', 'COG8']) acknowledge(pool, `AwsSolutions-${rule}`, noUsers);

    const scopeOfTokens = new cognito.ResourceServerScope({
      scopeName,
      scopeDescription: 'Call the API',
    });
    const server = pool.addResourceServer('Server', {
      identifier: resourceServer,
      scopes: [scopeOfTokens],
    });
    // A prefix is unique in its region: the last part of the stack's id is.
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: Fn.join('-', ['o', Fn.select(2, Fn.split('/', Aws.STACK_ID))]) },
    });
    const client = pool.addClient('Client', {
      generateSecret: true,
      enableTokenRevocation: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: [cognito.OAuthScope.resourceServer(server, scopeOfTokens)],
      },
    });
    const { region, urlSuffix } = Stack.of(this);
    this.poolId = pool.userPoolId;
    this.clientId = client.userPoolClientId;
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`;
    this.settings = {
      url: `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`,
      audience: client.userPoolClientId,
      scope: `${resourceServer}/${scopeName}`,
    };
  }
}
