import { ImageConfigs } from './image-configs.ts';
import { requireHost } from './guards.ts';
import type { Ports } from './ports.ts';

/** An open state root: what every use case needs. It holds no state of its own beyond caches. */
export class Engine {
  readonly ports: Ports;
  readonly root: string;
  readonly configs: ImageConfigs;
  #background: Promise<void> = Promise.resolve();
  readonly #releases: (() => Promise<void>)[] = [];

  constructor(ports: Ports, root: string) {
    this.ports = ports;
    this.root = root;
    this.configs = new ImageConfigs(ports.content);
  }

  /** Ports for a change. Errors: ElevationRequired, MountNamespacePrivate. */
  forChange(): Ports {
    requireHost(this.ports, this.root);
    return this.ports;
  }

  /** Work that nobody waits for but the end: what is begun is finished before the store is closed. Failures are logged. */
  inBackground(what: string, work: () => Promise<void>): void {
    const before = this.#background;
    const done = work().catch((error: unknown) => { this.ports.log.error({ err: error }, `${what} failed; the next engine tries again`); });
    this.#background = before.then(() => done);
  }

  /** What the engine's parts hold beside the store: released when it is closed, the last first. */
  atClose(release: () => Promise<void>): void { this.#releases.unshift(release); }

  async close(): Promise<void> {
    await this.#background;
    await this.ports.supervisor.close();
    await this.ports.registry.close();
    await this.ports.web.close();
    for (const release of this.#releases) await release();
    this.ports.metadata.close();
    await this.ports.stateRoot.leave();
  }
}
