import { ImageConfigs } from './image-configs.ts';
import { requireHost } from './guards.ts';
import type { Ports } from './ports.ts';

/** An open state root: what every use case needs. It holds no state of its own beyond caches. */
export class Engine {
  readonly ports: Ports;
  readonly root: string;
  readonly configs: ImageConfigs;

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

  async close(): Promise<void> {
    await this.ports.registry.close();
    this.ports.metadata.close();
    await this.ports.stateRoot.leave();
  }
}
