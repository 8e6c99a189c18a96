import { SiloError } from '../base/index.ts';
import type { Challenge } from './challenge.ts';
import { secretsOf, type Credential, type CredentialProvider } from './credentials.ts';
import { abortError, Deadline } from './deadline.ts';
import type { Endpoint, EndpointRules } from './endpoint.ts';
import type { Secret } from './secret.ts';
import { basicHeader, fetchToken, type BearerChallenge, type Token } from './token-service.ts';
import type { Transport } from './transport.ts';

type Scheme = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly challenge: BearerChallenge };

interface Session {
  credential: Promise<Credential | undefined> | undefined;
  scheme: Scheme | undefined;
  readonly tokens: Map<string, Token>;
  /** Tokens being fetched: many transfers begin at once and need the same one. */
  readonly fetches: Map<string, Promise<Token>>;
  /** The latest secrets, for keeping them out of messages. */
  readonly secrets: Set<Secret>;
}

const scopeLimit = 16;
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;
const tokenLimit = 256;
const rememberedSecrets = 64;
const keyOf = (scopes: readonly string[]): string => [...scopes].sort().join(' ');

/**
 * Authorization headers for registries: what a registry once asked for is remembered, tokens are kept a
 * scope each until they end, and credentials are those of the registry that asked. Nothing here knows
 * redirects: whoever was redirected asks nobody.
 */
export class Authorizer {
  readonly #provider: CredentialProvider;
  readonly #rules: EndpointRules;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #sessions = new Map<string, Session>();

  constructor(provider: CredentialProvider, rules: EndpointRules, transport: Transport, timeoutMs: number) {
    this.#provider = provider;
    this.#rules = rules;
    this.#transport = transport;
    this.#timeoutMs = timeoutMs;
  }

  /** The header to begin with; undefined where the registry hasn't asked for any. Errors: those of `answer`. */
  async header(endpoint: Endpoint, scopes: readonly string[], signal: AbortSignal | undefined): Promise<string | undefined> {
    const session = this.#session(endpoint);
    if (session.scheme === undefined) return undefined;
    const credential = await this.#credential(endpoint, session, signal);
    if (session.scheme.kind === 'basic') return credential?.kind === 'password' ? basicHeader(credential) : undefined;
    if (credential?.kind === 'accessToken') return `Bearer ${credential.secret.reveal()}`;
    return this.#bearer(endpoint, session, session.scheme.challenge, scopes, credential, signal);
  }

  /**
   * The header for another try after a 401 of the registry itself.
   * @param rejected what the refused request carried.
   * Errors: RegistryLoginRequired, RegistryAnswerInvalid, those of the provider and of the token service.
   */
  async answer(endpoint: Endpoint, scopes: readonly string[], challenges: readonly Challenge[], rejected: string | undefined, signal: AbortSignal | undefined): Promise<string> {
    const session = this.#session(endpoint);
    const scheme = this.#chooseScheme(endpoint, challenges);
    session.scheme = scheme;
    // A person may have logged in meanwhile.
    if (rejected !== undefined) session.credential = undefined;
    const credential = await this.#credential(endpoint, session, signal);
    if (scheme.kind === 'basic') {
      if (credential?.kind !== 'password') throw loginRequired(endpoint, credential === undefined ? 'no credentials are known for it' : 'it wants a user name and a password');
      const header = basicHeader(credential);
      if (header === rejected) throw loginRequired(endpoint, 'it refused the credentials');
      return header;
    }
    if (credential?.kind === 'accessToken') {
      const header = `Bearer ${credential.secret.reveal()}`;
      if (header === rejected) throw loginRequired(endpoint, 'it refused the token');
      return header;
    }
    const wanted = [...new Set([...scopes, ...challengeScopes(challenges)])];
    for (const [key, { secret }] of session.tokens) if (rejected === `Bearer ${secret.reveal()}`) session.tokens.delete(key);
    const header = await this.#bearer(endpoint, session, scheme.challenge, wanted, credential, signal);
    const token = session.tokens.get(keyOf(wanted));
    // The next request of this kind begins with this token, though the registry wanted more scopes than it asks for.
    if (token !== undefined) session.tokens.set(keyOf(scopes), token);
    return header;
  }

  /** Secrets that must not get into a message about this registry. */
  secrets(endpoint: Endpoint): Iterable<Secret> { return this.#session(endpoint).secrets; }

  /** True where requests to the registry carry credentials of a person. */
  async isKnown(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<boolean> {
    const session = this.#session(endpoint);
    return session.scheme !== undefined && (await this.#credential(endpoint, session, signal)) !== undefined;
  }

  /** Forgets credentials and tokens, after a login or logout. */
  forget(registry: string): void { this.#sessions.delete(registry); }

  #session(endpoint: Endpoint): Session {
    const known = this.#sessions.get(endpoint.registry);
    if (known !== undefined) return known;
    const session: Session = { credential: undefined, scheme: undefined, tokens: new Map(), fetches: new Map(), secrets: new Set() };
    this.#sessions.set(endpoint.registry, session);
    return session;
  }

  async #credential(endpoint: Endpoint, session: Session, signal: AbortSignal | undefined): Promise<Credential | undefined> {
    let asked = session.credential;
    if (asked === undefined) {
      // Without the signal: the answer serves all who wait for it.
      asked = this.#provider.credentialFor(endpoint.registry);
      session.credential = asked;
      asked.then((credential) => remember(session, ...secretsOf(credential)), () => {
        if (session.credential === asked) session.credential = undefined;
      });
    }
    return unlessAborted(asked, endpoint.registry, signal);
  }

  #chooseScheme(endpoint: Endpoint, challenges: readonly Challenge[]): Scheme {
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) {
      const realm = this.#rules.tokenRealm(endpoint.base, bearer.parameters.get('realm') ?? '');
      if (realm === undefined) throw answerInvalid(endpoint, 'the token service that it names may not be used');
      return { kind: 'bearer', challenge: { realm, service: bearer.parameters.get('service') } };
    }
    if (challenges.some(({ scheme }) => scheme === 'basic')) return { kind: 'basic' };
    throw challenges.length === 0 ? answerInvalid(endpoint, 'it asks for credentials and does not say which') : loginRequired(endpoint, 'its way to log in is not known here');
  }

  async #bearer(endpoint: Endpoint, session: Session, challenge: BearerChallenge, scopes: readonly string[], credential: Credential | undefined, signal: AbortSignal | undefined): Promise<string> {
    const key = keyOf(scopes);
    const kept = session.tokens.get(key);
    if (kept !== undefined && kept.expiresAtMs > performance.now()) return `Bearer ${kept.secret.reveal()}`;
    let fetching = session.fetches.get(key);
    if (fetching === undefined) {
      // It serves all who wait for it, so it ends by its own clock and not by the signal of whoever came first.
      const deadline = new Deadline(this.#timeoutMs);
      fetching = fetchToken(this.#transport, endpoint, challenge, scopes, credential, deadline.signal).finally(() => {
        deadline.end();
        session.fetches.delete(key);
      });
      fetching.catch(() => undefined);
      session.fetches.set(key, fetching);
    }
    const token = await unlessAborted(fetching, endpoint.registry, signal);
    if (session.tokens.size >= tokenLimit) session.tokens.clear();
    remember(session, token.secret);
    session.tokens.set(key, token);
    return `Bearer ${token.secret.reveal()}`;
  }
}

const remember = (session: Session, ...secrets: readonly Secret[]): void => {
  for (const secret of secrets) session.secrets.add(secret);
  for (const oldest of session.secrets) {
    if (session.secrets.size <= rememberedSecrets) break;
    session.secrets.delete(oldest);
  }
};

const challengeScopes = (challenges: readonly Challenge[]): readonly string[] => {
  const text = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope') ?? '';
  return text.split(' ').filter((scope) => scopePattern.test(scope)).slice(0, scopeLimit);
};

const loginRequired = ({ registry }: Endpoint, reason: string): SiloError => new SiloError('RegistryLoginRequired', { args: { registry, reason }, target: { kind: 'host', id: registry }, native: { httpStatus: 401 } });
const answerInvalid = ({ registry }: Endpoint, reason: string): SiloError => new SiloError('RegistryAnswerInvalid', { args: { registry, reason }, target: { kind: 'host', id: registry }, native: { httpStatus: 401 } });

const unlessAborted = <Value>(promise: Promise<Value>, registry: string, signal: AbortSignal | undefined): Promise<Value> => {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(abortError(signal, registry));
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(abortError(signal, registry));
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
};
