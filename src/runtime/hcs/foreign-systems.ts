import type { ForeignSystem, ForeignSystems } from '../../core/index.ts';
import { owner as own } from './builders/windows-container.ts';
import type { SystemState } from './documents/answers.ts';
import type { HostComputeService } from './host-compute-service.ts';

const stateOf = (state: SystemState | undefined): ForeignSystem['state'] => {
  switch (state) {
    case 'Created': return 'created';
    case 'Running': return 'running';
    case 'Paused': return 'paused';
    case 'Stopped': return 'exited';
    default: return 'unknown';
  }
};

/** Compute systems that bear another owner than Silo's. */
export class ForeignComputeSystems implements ForeignSystems {
  readonly #open: () => HostComputeService;
  #hcs: HostComputeService | undefined;

  /** `open` is called when they are first asked for: opening loads libraries. */
  constructor(open: () => HostComputeService) { this.#open = open; }

  async list(): Promise<readonly ForeignSystem[]> {
    const systems = await (this.#hcs ??= this.#open()).listSystems();
    return systems.filter(({ Owner, SystemType }) => Owner !== own && SystemType !== 'Host').map(({ Id, Name, Owner, State }) => ({
      id: Id, name: Name === undefined || Name === '' || Name === Id ? undefined : Name, state: stateOf(State), owner: Owner ?? '', pid: undefined, createdAt: undefined,
    }));
  }
}
