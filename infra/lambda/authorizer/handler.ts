/**
 * The Lambda authorizer of the REST API. Its answer is for the whole API, because API Gateway keeps
 * it for the token and asks it about other calls too. A token that does not hold is denied, which
 * API Gateway is told to answer with 401. When the issuer cannot be asked, the function fails:
 * nobody is let in on a guess, and an alarm rings.
 */
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { type Fetch, issuerKeys } from './issuer-keys';
import { type Expectations, Refused, verifyToken } from './jwt';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: Fetch;
  readonly now: () => number;
  readonly log: (line: string) => void;
}

function needed(env: Surroundings['env'], name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the variable ${name} is not set`);
  return value;
}

/** `arn:…:execute-api:…:api/stage/GET/tasks` to all methods and paths of that stage. */
function wholeStage(methodArn: string): string {
  const [api, stage] = methodArn.split('/');
  return `${api}/${stage}/*`;
}

function answer(
  effect: 'Allow' | 'Deny',
  principalId: string,
  methodArn: string,
): APIGatewayAuthorizerResult {
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: effect, Resource: wholeStage(methodArn) },
      ],
    },
  };
}

export function makeHandler({ env, fetch, now, log }: Surroundings) {
  const expected: Expectations = {
    issuer: needed(env, 'ISSUER'),
    audience: needed(env, 'AUDIENCE'),
    scope: env.SCOPE,
  };
  const findKey = issuerKeys(expected.issuer, fetch, now);

  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const [, token] = /^Bearer (\S+)$/i.exec(event.authorizationToken) ?? [];
    try {
      if (!token) throw new Refused('it is not a bearer token');
      const claims = await verifyToken(token, expected, findKey, now() / 1000);
      const { sub, client_id: clientId } = claims;
      return answer('Allow', sub ?? clientId ?? 'unnamed', event.methodArn);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      log(JSON.stringify({ level: 'info', message: 'token refused', reason: error.message }));
      return answer('Deny', 'refused', event.methodArn);
    }
  };
}
