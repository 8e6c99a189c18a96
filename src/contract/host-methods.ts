import type { MethodDefinition } from './method.ts';
import { stream } from './parameters.ts';
import { count, flag, list, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const hostService = record({
  kind: oneOf(['Systemd', 'ScheduledTask'], 'What keeps the supervisor running.'),
  installed: flag('Whether it is installed.'),
  running: flag('Whether it runs.'),
  unitPath: nullable(text("The unit's file; null where it is none of systemd.")),
  taskName: nullable(text('Name of the scheduled task; null where it is none.')),
  restartNeeded: flag('Whether the machine must be restarted before containers run.'),
});
export type WireHostService = Static<typeof hostService>;

const logLine = record({
  time: time('When it was written.'),
  level: oneOf(['Debug', 'Information', 'Warning', 'Error'], 'How grave it is.'),
  source: oneOf(['Engine', 'Supervisor'], 'Who wrote it.'),
  processId: count('Process id of who wrote it.'),
  message: text('What happened.'),
  data: text('More of it, as JSON, without secrets; empty where there is no more.'),
});

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const serviceErrors = ['ServiceManagerMissing', 'HostServiceFailed', 'ElevationRequired', 'MountNamespacePrivate'] as const;

/** Methods that tell of the host, and that give Silo a place among the services of its system and take it away. */
export const hostMethods = define({
  'host/log': {
    summary: "Streams the engines' and the supervisor's own log, the oldest first. It needs no store.",
    params: record({
      source: optional(oneOf(['Engine', 'Supervisor'], 'Only what one of them wrote.')),
      level: optional(oneOf(['Debug', 'Information', 'Warning', 'Error'], 'Only what is at least so grave.')),
      since: optional(time('Only from then on.')),
      tail: optional(count('Only so many of the last lines.')),
      follow: optional(flag('Goes on until it is cancelled.')),
      stream,
    }),
    result: record({}),
    streams: logLine,
    readOnly: true,
    errors: ['OperationCancelled', 'PathAccessDenied'],
  },
  'host/settings': {
    summary: 'The settings that stand in files of the state root, and what lies in it, without anything secret. It needs no store.',
    params: record({}),
    result: record({ files: list(record({ name: text('Name of the file.'), text: text('Its text; values of fields that may be secret are ***.') })), entries: list(record({ path: text('Path below the state root.'), kind: oneOf(['File', 'Folder', 'Other'], 'What it is.'), sizeBytes: count('Size of a file, in bytes.') })) }),
    readOnly: true,
    errors: ['PathAccessDenied', 'PathNotFound'],
  },
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
