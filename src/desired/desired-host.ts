import type { HostFeature, Isolation } from '../core/index.ts';
import { describeHost, installHost, setHostIsolation, uninstallHost } from '../engine/index.ts';
import type { DesiredKind, Difference, Found, Work } from './desired.ts';

/** This host as it shall be; there is one. */
export interface HostWish {
  readonly exist?: true | undefined;
  /** Isolation of containers that name none. */
  readonly isolation?: Isolation | undefined;
  /** Whether the system runs the supervisor from its start on. */
  readonly service?: boolean | undefined;
  /** Optional features of Windows that shall be enabled. */
  readonly features?: readonly HostFeature[] | undefined;
}

export interface FoundHost {
  readonly name: string;
  readonly isolation: Isolation;
  readonly service: boolean;
  readonly features: readonly HostFeature[];
  /** Windows: an update or a feature waits for it. */
  readonly restartNeeded: boolean;
}

const look = async ({ engine }: Work): Promise<FoundHost> => {
  const { ports, root } = engine;
  const { windows, hostName } = ports.host;
  const features = ([['Containers', windows?.containersFeature], ['HyperV', windows?.hyperVFeature]] as const).flatMap(([name, state]) => (state === 'enabled' ? [name] : []));
  return { name: hostName, isolation: describeHost(ports).isolation, service: (await ports.service?.status(root))?.installed ?? false, features, restartNeeded: windows?.rebootPending ?? false };
};

/** The host itself. */
export const desiredHost: DesiredKind<HostWish, FoundHost> = {
  async find(work, wish): Promise<Found<FoundHost>> {
    const state = await look(work);
    const differences: Difference[] = [];
    const missing = (wish.features ?? []).filter((feature) => !state.features.includes(feature));
    // A feature that was enabled is there after the restart that it waits for.
    if (missing.length > 0 && !state.restartNeeded) differences.push({ property: 'features', change: 'InPlace', reason: `these features of Windows are not enabled: ${missing.join(', ')}` });
    if (wish.service !== undefined && wish.service !== state.service) differences.push({ property: 'service', change: 'InPlace', reason: wish.service ? 'the service is not installed' : 'the service is installed and shall not be' });
    if (wish.isolation !== undefined && wish.isolation !== state.isolation) differences.push({ property: 'isolation', change: 'InPlace', reason: `it is ${state.isolation} and shall be ${wish.isolation}` });
    return { state, differences };
  },

  async change({ engine, signal }, wish, { differences }) {
    const ports = engine.forChange();
    const differs = (name: string): boolean => differences.some(({ property }) => property === name);
    if (differs('isolation') && wish.isolation !== undefined) await setHostIsolation(ports, wish.isolation);
    if (differs('features') || (differs('service') && wish.service === true)) await installHost(ports, engine.root, differs('features') ? wish.features ?? [] : [], signal);
    if (differs('service') && wish.service === false) await uninstallHost(ports, engine.root, {}, signal);
  },

  remove: () => Promise.resolve(),

  list: async (work) => [await look(work)],
};
