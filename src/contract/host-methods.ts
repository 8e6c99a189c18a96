import type { MethodDefinition } from './method.ts';
import { flag, list, nullable, oneOf, optional, record, text, type Static } from './schema.ts';

const hostService = record({
  kind: oneOf(['Systemd', 'ScheduledTask'], 'What keeps the supervisor running.'),
  installed: flag('Whether it is installed.'),
  running: flag('Whether it runs.'),
  unitPath: nullable(text("The unit's file; null where it is none of systemd.")),
  taskName: nullable(text('Name of the scheduled task; null where it is none.')),
  restartNeeded: flag('Whether the machine must be restarted before containers run.'),
});
export type WireHostService = Static<typeof hostService>;

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const serviceErrors = ['ServiceManagerMissing', 'HostServiceFailed', 'ElevationRequired', 'MountNamespacePrivate'] as const;

/** Methods that give Silo a place among the services of the system, and take it away. */
export const hostMethods = define({
  'host/install': {
    summary: 'Has the system run the supervisor from its start on, so that restart policies work after a reboot with no session open.',
    params: record({ features: optional(list(oneOf(['Containers', 'HyperV'], 'Feature.'), { description: 'Optional features of Windows to enable first; on another system there are none.' })) }),
    result: record({ service: hostService, changed: flag('Whether anything was changed.') }),
    readOnly: false,
    errors: ['HostFeatureFailed', 'OptionUnsupported', ...serviceErrors],
  },
  'host/uninstall': {
    summary: 'Takes the service away; with removeStore also every container, network, image and volume, for which no other engine may be open.',
    params: record({ removeStore: optional(flag('Removes everything that is kept.')), force: optional(flag('With removeStore: ends containers that run; without it they are a refusal.')) }),
    result: record({ service: hostService, changed: flag('Whether there was a service.'), storeRemoved: flag('Whether the store was removed.') }),
    readOnly: false,
    errors: ['ContainerRunning', 'ContainerBusy', 'StoreBusy', 'StoreMounted', 'SnapshotInUse', 'NetworkInUse', 'NetworkFailed', 'NetworkToolMissing', 'RuntimeFailed', 'PathAccessDenied', ...serviceErrors],
  },
});
