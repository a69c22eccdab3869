/**
 * The public keys of an OpenID Connect issuer: found by its discovery document, kept while this
 * process lives, and asked for again when a token names one that is not among them.
 */
import type { JsonWebKey as Jwk } from 'node:crypto';
import type { FindKey } from './jwt';

export type Fetch = (url: string, init: { signal: AbortSignal }) => Promise<Response>;

const timeoutMs = 3_000;
/** A flood of tokens with invented key ids must not become one of requests to the issuer. */
const leastPauseMs = 60_000;

export function issuerKeys(issuer: string, fetch: Fetch, now: () => number): FindKey {
  let keys = new Map<string, Jwk>();
  let askedAt = -Infinity;

  async function get(url: string): Promise<Record<string, unknown>> {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  async function ask(): Promise<void> {
    const discovery = await get(`${issuer}/.well-known/openid-configuration`);
    if (discovery.issuer !== issuer) throw new Error(`${issuer} says that it is another issuer`);
    const set = await get(String(discovery.jwks_uri));
    if (!Array.isArray(set.keys)) throw new Error(`${String(discovery.jwks_uri)} has no keys`);
    keys = new Map(
      (set.keys as (Jwk & { kid?: string; use?: string })[])
        .filter(({ use }) => use === undefined || use === 'sig')
        .flatMap((key) => (key.kid ? [[key.kid, key]] : [])),
    );
    askedAt = now();
  }

  return async (kid) => {
    if (!keys.has(kid) && now() - askedAt >= leastPauseMs) await ask();
    return keys.get(kid);
  };
}
