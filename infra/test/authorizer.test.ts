/**
 * The authorizer: whose tokens it lets in, whose it does not and why, how it asks the issuer; and
 * the file that is deployed, as Lambda would load it.
 */
import {
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHandler } from '../lambda/authorizer/handler';
import { resources, synthesise } from './support/synthesise';

const issuer = 'https://id.example.org/tenant';
const jwksUrl = 'https://keys.example.org/jwks';
const now = 1_800_000_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const methodArn = 'arn:aws:execute-api:eu-west-1:000000000000:abc/v1/GET/tasks/17';

const publicKeys = [
  { kid: 'rsa', use: 'sig', ...rsa.publicKey.export({ format: 'jwk' }) },
  { kid: 'ec', ...ec.publicKey.export({ format: 'jwk' }) },
  { kid: 'encryption', use: 'enc', ...rsa.publicKey.export({ format: 'jwk' }) },
];

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const good = { iss: issuer, aud: 'ordo', sub: 'somebody', exp: now + 600, scope: 'read ordo/use' };

interface TokenOptions {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: KeyObject;
}

function token({ header, claims, key = rsa.privateKey }: TokenOptions = {}): string {
  const head = { alg: 'RS256', kid: 'rsa', ...header };
  const signed = `${part(head)}.${part({ ...good, ...claims })}`;
  const options = key.asymmetricKeyType === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : {};
  const signature = sign('sha256', Buffer.from(signed), { key, ...options });
  return `${signed}.${signature.toString('base64url')}`;
}

/** An issuer, what was asked of it, and an authorizer that takes its tokens. */
class Scene {
  readonly asked: string[] = [];
  readonly lines: string[] = [];
  seconds = now;
  keys: object[] = publicKeys;
  discovery: object = { issuer, jwks_uri: jwksUrl };
  status = 200;
  private readonly handler;

  constructor(env: Record<string, string> = {}) {
    this.handler = makeHandler({
      env: { ISSUER: issuer, AUDIENCE: 'ordo', SCOPE: 'ordo/use', ...env },
      fetch: (url) => {
        this.asked.push(url);
        const body = url === jwksUrl ? { keys: this.keys } : this.discovery;
        return Promise.resolve(new Response(JSON.stringify(body), { status: this.status }));
      },
      now: () => this.seconds * 1000,
      log: (line) => this.lines.push(line),
    });
  }

  call(authorizationToken: string): Promise<APIGatewayAuthorizerResult> {
    return this.handler({ type: 'TOKEN', methodArn, authorizationToken });
  }

  async effect(authorizationToken: string): Promise<string | undefined> {
    const { policyDocument } = await this.call(authorizationToken);
    return policyDocument.Statement[0]?.Effect;
  }
}

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

describe('a token that holds', () => {
  it('opens the whole stage, because the answer is kept for other calls', async () => {
    expect(await scene.call(`Bearer ${token()}`)).toEqual({
      principalId: 'somebody',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:eu-west-1:000000000000:abc/v1/*',
          },
        ],
      },
    });
  });

  it.each([
    ['signed with an elliptic curve', { header: { alg: 'ES256', kid: 'ec' }, key: ec.privateKey }],
    ['for several audiences', { claims: { aud: ['other', 'ordo'] } }],
    ['with its client in the place of the audience', { claims: { aud: undefined, client_id: 'ordo' } }],
    ['that expired within the tolerance', { claims: { exp: now - 59 } }],
    ['that begins within the tolerance', { claims: { nbf: now + 59 } }],
  ])('is also one %s', async (_, options) => {
    expect(await scene.effect(`Bearer ${token(options)}`)).toBe('Allow');
  });

  it('needs no scope where none is configured', async () => {
    scene = new Scene({ SCOPE: '' });
    expect(await scene.effect(`Bearer ${token({ claims: { scope: undefined } })}`)).toBe('Allow');
  });

  it('of a program is named after its client', async () => {
    const claims = { sub: undefined, client_id: 'ordo' };
    expect((await scene.call(`Bearer ${token({ claims })}`)).principalId).toBe('ordo');
  });
});

function withoutSignature(): string {
  return `${part({ alg: 'none', kid: 'rsa' })}.${part(good)}.`;
}

/** The old trick: the public key as the secret of a symmetric signature. */
function signedWithThePublicKey(): string {
  const signed = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(good)}`;
  const secret = rsa.publicKey.export({ format: 'pem', type: 'spki' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function changed(): string {
  const [header, , signature] = token().split('.');
  return `${header!}.${part({ ...good, sub: 'root' })}.${signature!}`;
}

describe('a token is refused', () => {
  it.each([
    ['without a signature', withoutSignature(), 'it does not have three parts'],
    ['with a symmetric signature', signedWithThePublicKey(), 'its algorithm is "HS256"'],
    ['with an algorithm of another name', token({ header: { alg: 'toString' } }), 'its algorithm is'],
    ['with claims that were changed', changed(), 'its signature is wrong'],
    ['signed by somebody else', token({ key: stranger.privateKey }), 'its signature is wrong'],
    ['with a key of another kind', token({ header: { alg: 'ES256' } }), 'its key is of another kind'],
    ['with a key that is not for signatures', token({ header: { kid: 'encryption' } }), 'its key is none'],
    ['with an unknown key', token({ header: { kid: 'other' } }), 'its key is none of the issuer'],
    ['without a key', token({ header: { kid: undefined } }), 'it names no key'],
    ['of another issuer', token({ claims: { iss: 'https://other' } }), 'it is of another issuer'],
    ['for another audience', token({ claims: { aud: 'other' } }), 'it is for another audience'],
    ['that has expired', token({ claims: { exp: now - 60 } }), 'it has expired'],
    ['that never expires', token({ claims: { exp: undefined } }), 'it has expired'],
    ['before its time', token({ claims: { nbf: now + 61 } }), 'it is not valid yet'],
    ['without the scope', token({ claims: { scope: 'ordo/used' } }), 'it lacks the scope ordo/use'],
    ['that is not JSON', 'YQ.YQ.YQ', 'the header is not a JSON object'],
    ['whose payload is a list', `${part({ alg: 'RS256', kid: 'rsa' })}.${part([])}.YQ`, 'the payload is not'],
    ['in two parts', 'a.b', 'it does not have three parts'],
  ])('%s', async (_, refused, reason) => {
    expect(await scene.call(`Bearer ${refused}`)).toMatchObject({
      principalId: 'refused',
      policyDocument: { Statement: [{ Effect: 'Deny' }] },
    });
    expect(scene.lines).toHaveLength(1);
    const { message, reason: said } = JSON.parse(scene.lines[0]!) as Record<string, string>;
    expect(message).toBe('token refused');
    expect(said).toContain(reason);
    expect(scene.lines[0]).not.toContain(refused);
  });

  it('that is no bearer token', async () => {
    expect(await scene.effect('Basic dTpw')).toBe('Deny');
  });

  it('before the issuer is asked, when it cannot hold anyway', async () => {
    await scene.call(`Bearer ${token({ claims: { exp: 1 } })}`);
    expect(scene.asked).toEqual([]);
  });
});

describe('the issuer', () => {
  it('is asked once for many tokens', async () => {
    await scene.call(`Bearer ${token()}`);
    await scene.call(`Bearer ${token({ header: { alg: 'ES256', kid: 'ec' }, key: ec.privateKey })}`);
    expect(scene.asked).toEqual([`${issuer}/.well-known/openid-configuration`, jwksUrl]);
  });

  it('is asked again about a new key, but not at once', async () => {
    const fresh = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signedByFresh = token({ header: { kid: 'fresh' }, key: fresh.privateKey });
    await scene.call(`Bearer ${token()}`);
    scene.keys = [...publicKeys, { kid: 'fresh', ...fresh.publicKey.export({ format: 'jwk' }) }];
    scene.seconds += 59;
    expect(await scene.effect(`Bearer ${signedByFresh}`)).toBe('Deny');
    scene.seconds += 1;
    expect(await scene.effect(`Bearer ${signedByFresh}`)).toBe('Allow');
    expect(scene.asked).toHaveLength(4);
  });

  it('that fails lets nobody in, and is asked again', async () => {
    scene.status = 503;
    await expect(scene.call(`Bearer ${token()}`)).rejects.toThrow('answers 503');
    scene.status = 200;
    expect(await scene.effect(`Bearer ${token()}`)).toBe('Allow');
  });

  it('has to be the one that it says it is', async () => {
    scene.discovery = { issuer: 'https://other', jwks_uri: jwksUrl };
    await expect(scene.call(`Bearer ${token()}`)).rejects.toThrow('says that it is another issuer');
  });

  it('has to have keys', async () => {
    scene.keys = 'none' as unknown as object[];
    await expect(scene.call(`Bearer ${token()}`)).rejects.toThrow(`${jwksUrl} has no keys`);
  });

  it('has to be configured', () => {
    expect(() => new Scene({ ISSUER: '' })).toThrow('the variable ISSUER is not set');
  });
});

describe('the file that is deployed', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });

  it('lets a good token in', async () => {
    const { folder, templates } = synthesise({ env: 'dev' });
    const [made] = resources(templates.get('api')!, 'AWS::Lambda::Function')
      .filter(([id]) => id.startsWith('Authorizer'))
      .map(([, { Properties }]) => Properties.Code as { S3Key: string });
    const bundle = path.join(folder, `asset.${path.parse(made!.S3Key).name}`, 'index.js');
    vi.stubEnv('ISSUER', issuer);
    vi.stubEnv('AUDIENCE', 'ordo');
    vi.stubGlobal('fetch', (url: string) => {
      const body = url === jwksUrl ? { keys: publicKeys } : { issuer, jwks_uri: jwksUrl };
      return Promise.resolve(Response.json(body));
    });
    const { handler } = createRequire(__filename)(bundle) as {
      handler: (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;
    };
    const claims = { exp: Date.now() / 1000 + 60 };
    const answer = await handler({
      type: 'TOKEN',
      methodArn,
      authorizationToken: `Bearer ${token({ claims })}`,
    });
    expect(answer.policyDocument.Statement[0]?.Effect).toBe('Allow');
  });
});

