/**
 * Checks a JSON Web Token: its signature with the issuer's public keys, and that it is for us and
 * now. Only asymmetric signatures are taken, and each only with a key of its own kind.
 */
import { type JsonWebKey as Jwk, createPublicKey, verify } from 'node:crypto';

export interface Expectations {
  readonly issuer: string;
  /** Stands in `aud`, or in `client_id` where the issuer (such as Cognito) writes it there. */
  readonly audience: string;
  /** One of those in `scope`, if it is asked for. */
  readonly scope?: string;
}

export type Claims = Record<string, unknown> & { sub?: string; client_id?: string };

/** A key of the issuer, by its id; undefined if it has none such. */
export type FindKey = (kid: string) => Promise<Jwk | undefined>;

/** Why a token is refused. It is for the log: a caller learns no more than that it was. */
export class Refused extends Error {}

/** Clocks differ. */
const clockToleranceSeconds = 60;

const algorithms: Record<string, { keyType: string; curve?: string; options: object }> = {
  RS256: { keyType: 'RSA', options: {} },
  ES256: { keyType: 'EC', curve: 'P-256', options: { dsaEncoding: 'ieee-p1363' } },
};

function decode(part: string, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw new Refused(`the ${what} is not a JSON object`);
}

function includes(value: unknown, wanted: string): boolean {
  return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}

function checkClaims(claims: Claims, expected: Expectations, nowSeconds: number): void {
  const { iss, aud, exp, nbf, scope, client_id: clientId } = claims;
  if (iss !== expected.issuer) throw new Refused('it is of another issuer');
  if (!includes(aud, expected.audience) && clientId !== expected.audience) {
    throw new Refused('it is for another audience');
  }
  if (typeof exp !== 'number' || exp + clockToleranceSeconds <= nowSeconds) {
    throw new Refused('it has expired');
  }
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf - clockToleranceSeconds > nowSeconds)) {
    throw new Refused('it is not valid yet');
  }
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  if (expected.scope && !scopes.includes(expected.scope)) {
    throw new Refused(`it lacks the scope ${expected.scope}`);
  }
}

/** The claims of a token that holds; otherwise throws Refused. Throws what `findKey` throws. */
export async function verifyToken(
  token: string,
  expected: Expectations,
  findKey: FindKey,
  nowSeconds: number,
): Promise<Claims> {
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new Refused('it does not have three parts');
  }
  const { alg, kid } = decode(header, 'header');
  const algorithm = Object.hasOwn(algorithms, String(alg)) ? algorithms[String(alg)] : undefined;
  if (!algorithm) throw new Refused(`its algorithm is ${JSON.stringify(alg)}, not RS256 or ES256`);
  if (typeof kid !== 'string') throw new Refused('it names no key');
  // Before any key is asked for: a token that could not hold costs the issuer nothing.
  const claims = decode(payload, 'payload') as Claims;
  checkClaims(claims, expected, nowSeconds);
  const jwk = await findKey(kid);
  if (!jwk) throw new Refused('its key is none of the issuer');
  if (jwk.kty !== algorithm.keyType || (algorithm.curve && jwk.crv !== algorithm.curve)) {
    throw new Refused('its key is of another kind than its algorithm');
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  if (!verify('sha256', signed, { key, ...algorithm.options }, bytes)) {
    throw new Refused('its signature is wrong');
  }
  return claims;
}
