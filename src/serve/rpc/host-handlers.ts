import type { WireHostService } from '../../contract/index.ts';
import type { HostServiceState } from '../../core/index.ts';
import { installHost, uninstallHost } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';

const viewService = ({ kind, name, installed, running, unitPath }: HostServiceState, restartNeeded: boolean): WireHostService => ({
  kind: kind === 'systemd' ? 'Systemd' : 'ScheduledTask', installed, running, unitPath: unitPath ?? null, taskName: kind === 'scheduledTask' ? name : null, restartNeeded,
});

/** Methods that give Silo a place among the services of the system, and take it away. */
export const hostHandlers: Handlers<'host/install' | 'host/uninstall'> = {
  'host/install': async ({ features }, { engine, signal }) => {
    const { service, changed, restartNeeded } = await installHost(engine.forChange(), engine.root, features ?? [], signal);
    return { service: viewService(service, restartNeeded), changed };
  },
  'host/uninstall': async (params, { engine, signal }) => {
    const { service, changed, storeRemoved } = await uninstallHost(engine.forChange(), engine.root, params, signal);
    return { service: viewService(service, engine.ports.host.windows?.rebootPending ?? false), changed, storeRemoved };
  },
};
