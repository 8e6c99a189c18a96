import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { fromFileError, SiloError } from '../base/index.ts';
import type { ClientLimits } from './client-limits.ts';
import type { EndpointRules } from './endpoint.ts';
import { meansThisMachine } from './host.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const proxiesOf = (environment: Environment): { httpProxy: string; httpsProxy: string; noProxy: string } => {
  const read = (name: string): string => environment[name] || environment[name.toUpperCase()] || '';
  return { httpProxy: read('http_proxy'), httpsProxy: read('https_proxy'), noProxy: read('no_proxy') };
};

/**
 * Keep-alive connections (HTTP/1.1), a set for each host with authorities of its own and one for all
 * others. Proxies are those of the environment (`http_proxy`, `https_proxy`, `no_proxy`); this machine
 * is never reached by one.
 */
export class Connections {
  readonly #rules: EndpointRules;
  readonly #limits: ClientLimits;
  readonly #environment: Environment;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();

  constructor(rules: EndpointRules, limits: ClientLimits, environment: Environment) {
    this.#rules = rules;
    this.#limits = limits;
    this.#environment = environment;
  }

  /** Errors: PathNotFound and PathAccessDenied of a CA file, RegistrySettingsInvalid. */
  async dispatcherFor(url: URL): Promise<Dispatcher> {
    const direct = meansThisMachine(url.hostname);
    const caFile = this.#rules.caFile(url.host);
    const key = `${direct ? 'direct' : 'environment'} ${caFile ?? ''}`;
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const made = this.#make(direct, caFile);
    this.#dispatchers.set(key, made);
    try {
      return await made;
    } catch (error) {
      this.#dispatchers.delete(key);
      throw error;
    }
  }

  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(all.map(async (dispatcher) => (await dispatcher).destroy()));
  }

  async #make(direct: boolean, caFile: string | undefined): Promise<Dispatcher> {
    const ca = caFile === undefined ? undefined : [...getCACertificates('default'), await readAuthorities(caFile)];
    const connect = { timeout: this.#limits.connectTimeoutMs, ...(ca === undefined ? {} : { ca }) };
    const options = { connect, headersTimeout: this.#limits.inactivityMs, bodyTimeout: this.#limits.inactivityMs };
    if (direct) return new Agent(options);
    try {
      // A proxy speaks plain HTTP for plain targets itself: many refuse tunnels to other ports than 443.
      return new EnvHttpProxyAgent({ ...options, ...proxiesOf(this.#environment), requestTls: connect, proxyTunnel: false });
    } catch {
      // Without the cause: it may show the proxy's password.
      throw new SiloError('RegistrySettingsInvalid', { args: { reason: 'the proxy of the environment is not a web address' } });
    }
  }
}

const readAuthorities = async (path: string): Promise<string> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fromFileError(error, path);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new SiloError('RegistrySettingsInvalid', { args: { reason: `${path} holds no certificate in PEM form` } });
  return text;
};
