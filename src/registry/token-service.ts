import { SiloError } from '../base/index.ts';
import type { Answer } from './answer.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import { basicSecret, secretsOf, type Credential } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { refusalOf } from './refusal.ts';
import { Secret } from './secret.ts';
import type { Transport } from './transport.ts';

/** What a Bearer challenge says, checked. */
export interface BearerChallenge {
  readonly realm: URL;
  readonly service: string | undefined;
}

export interface Token {
  readonly secret: Secret;
  /** By the clock of performance.now(), in milliseconds. */
  readonly expiresAtMs: number;
}

/** Seconds a token counts for: none less, whatever is said (docker's token specification), and none longer, since a day is long enough. */
const leastSeconds = 60;
const mostSeconds = 86_400;
/** A token is given up before it ends, so that it doesn't end on its way. */
const marginMs = 10_000;
const answerBytes = 1024 * 1024;
const tokenPattern = /^[A-Za-z0-9\-._~+/]{1,16384}=*$/;

/** Milliseconds that a token with this `expires_in` is used for. */
export const lifetimeMs = (expiresIn: unknown): number => {
  const seconds = typeof expiresIn === 'number' && Number.isFinite(expiresIn) ? Math.min(mostSeconds, Math.max(leastSeconds, expiresIn)) : leastSeconds;
  return seconds * 1000 - marginMs;
};

export const basicHeader = (credential: Credential & { kind: 'password' }): string => `Basic ${basicSecret(credential).reveal()}`;

/**
 * Asks a token service for a token (docker's token authentication, "token" and "oauth"): GET, with Basic
 * where there is a password; POST where there is an identity token, which thus stays out of addresses.
 * Errors: RegistryLoginRequired where it refuses the credentials, RegistryAnswerInvalid, and those of Transport.
 */
export const fetchToken = async (transport: Transport, endpoint: Endpoint, challenge: BearerChallenge, scopes: readonly string[], credential: Credential | undefined, signal: AbortSignal): Promise<Token> => {
  const url = new URL(challenge.realm);
  const { registry } = endpoint;
  let answer: Answer;
  if (credential?.kind === 'identityToken') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'silo', scope: scopes.join(' '), refresh_token: credential.secret.reveal() });
    if (challenge.service !== undefined) form.set('service', challenge.service);
    answer = await transport.send(registry, { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form.toString()), signal }, undefined);
  } else {
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    answer = await transport.send(registry, { method: 'GET', url, signal }, credential?.kind === 'password' ? basicHeader(credential) : undefined);
  }
  if (!answer.succeeded) return refuse(answer, registry, credential);
  const invalid = answer.invalid('its token service gave no token');
  let fields: ReadonlyMap<string, unknown> | undefined;
  const bytes = await answer.read(answerBytes);
  try {
    fields = fieldsOf(parseBoundedJson(bytes));
  } catch {
    throw invalid;
  }
  const text = fields?.get('token') || fields?.get('access_token');
  if (typeof text !== 'string' || !tokenPattern.test(text)) throw invalid;
  return { secret: new Secret(text), expiresAtMs: performance.now() + lifetimeMs(fields?.get('expires_in')) };
};

const refuse = async (answer: Answer, registry: string, credential: Credential | undefined): Promise<never> => {
  const refused = [400, 401, 403].includes(answer.status) && !answer.ledAway;
  const error = await refusalOf(answer, { repository: registry, secrets: secretsOf(credential), known: false });
  if (!refused) throw error;
  throw new SiloError('RegistryLoginRequired', {
    args: { registry, reason: credential === undefined ? 'its token service gives none without a login' : 'its token service refused the credentials' },
    target: { kind: 'host', id: registry }, native: { httpStatus: answer.status },
  });
};
