import { SiloError } from '../base/index.ts';
import { isLoopback, meansThisMachine } from './host.ts';
import type { RegistrySettings } from './registry-settings.ts';

/** A registry, and where it is. */
export interface Endpoint {
  /** As references and credentials name it. */
  readonly registry: string;
  /** Scheme, host and port; the path is `/`. */
  readonly base: URL;
}

/** Docker Hub answers the registry protocol under another name than references use. */
const apiHosts: ReadonlyMap<string, string> = new Map([['docker.io', 'registry-1.docker.io']]);

/**
 * Where requests go and may be led to: HTTPS, and plain HTTP only on loopback or where the settings list
 * the host. A loopback host with a CA file, or with port 443, is spoken to over TLS.
 */
export class EndpointRules {
  readonly #settings: RegistrySettings;

  constructor(settings: RegistrySettings) { this.#settings = settings; }

  endpoint(registry: string): Endpoint {
    const host = apiHosts.get(registry) ?? registry;
    const url = new URL(`https://${host}/`);
    const listed = this.#settings.plainHttpHosts.has(registry.toLowerCase());
    const plainLoopback = isLoopback(url.hostname) && url.port !== '' && !this.#settings.caFiles.has(url.host);
    return { registry, base: listed || plainLoopback ? new URL(`http://${host}/`) : url };
  }

  /** The registry's mirrors in their order, then itself. */
  pullEndpoints(registry: string): readonly Endpoint[] {
    return [...(this.#settings.mirrors.get(registry.toLowerCase()) ?? []).filter((mirror) => mirror !== registry), registry].map((name) => this.endpoint(name));
  }

  /** Errors: RegistryPlainHttpRefused. */
  assertTransport(url: URL): void {
    if (url.protocol !== 'http:' || isLoopback(url.hostname)) return;
    const listed = this.#settings.plainHttpHosts;
    if (!listed.has(url.host) && !(url.port === '' && listed.has(`${url.hostname}:80`))) throw new SiloError('RegistryPlainHttpRefused', { args: { host: url.host }, target: { kind: 'host', id: url.host } });
  }

  /**
   * Where an answer of `from` leads: a redirect, an upload's place, a page, a layer's own address.
   * Undefined where it leads to no web address, carries a user and password, or leads a remote host's
   * client to services of this machine. Errors: RegistryPlainHttpRefused.
   */
  follow(from: URL, location: string): URL | undefined {
    if (location.length > 16_384 || !URL.canParse(location, from)) return undefined;
    const to = new URL(location, from);
    if ((to.protocol !== 'https:' && to.protocol !== 'http:') || to.username !== '' || to.password !== '') return undefined;
    if (meansThisMachine(to.hostname) && !meansThisMachine(from.hostname)) return undefined;
    this.assertTransport(to);
    to.hash = '';
    return to;
  }

  /**
   * The token service that a registry names. A host of its own needs HTTPS; without TLS it must be the
   * registry's own host, and the registry itself be spoken to without. Undefined where it may not be used.
   */
  tokenRealm(registry: URL, realm: string): URL | undefined {
    if (!URL.canParse(realm)) return undefined;
    const to = new URL(realm);
    if (to.username !== '' || to.password !== '') return undefined;
    if (meansThisMachine(to.hostname) && !meansThisMachine(registry.hostname)) return undefined;
    to.hash = '';
    if (to.protocol === 'https:') return to;
    const sameHost = to.hostname === registry.hostname || (isLoopback(to.hostname) && isLoopback(registry.hostname));
    return to.protocol === 'http:' && registry.protocol === 'http:' && sameHost ? to : undefined;
  }

  caFile(host: string): string | undefined { return this.#settings.caFiles.get(host); }
}
