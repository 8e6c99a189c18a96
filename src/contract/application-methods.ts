import { Type } from 'typebox';
import type { ErrorCode } from '../base/index.ts';
import type { MethodDefinition } from './method.ts';
import { progressToken, stream } from './parameters.ts';
import { count, flag, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const application = record({
  name: text('Unique name.'),
  state: oneOf(['Running', 'Partial', 'Stopped'], 'Running: every container runs, but for those that ended with exit code 0. Stopped: none runs.'),
  services: list(record({
    name: text('Name in the compose files.'),
    replicas: count('Containers.'),
    running: count('Those that run.'),
    healthy: nullable(count('Those whose health checks succeed; null where there are none.')),
  })),
  containers: list(Type.String(), { description: 'Names of its containers.' }),
  networks: list(Type.String(), { description: 'Names of its own networks.' }),
  createdAt: nullable(time('When the oldest of its containers was made.')),
}, 'Containers, networks and volumes that were made from compose files.');
export type WireApplication = Static<typeof application>;

const applicationItem = record({
  kind: oneOf(['Image', 'Network', 'Container', 'Volume'], 'What it is.'),
  name: text('Name.'),
  service: nullable(text('Service that it belongs to.')),
  action: oneOf(['Kept', 'Created', 'WouldCreate', 'Recreated', 'WouldRecreate', 'Removed', 'WouldRemove', 'Started', 'WouldStart', 'Restarted', 'Built', 'WouldBuild', 'Pulled', 'WouldPull'], 'What was done, or would be.'),
  reason: text('Why.'),
});

const name = text('Name of an application.');
const timeoutSeconds = optional(Type.Integer({ minimum: -1, description: 'Time that a service may take to be healthy or complete where others wait for that; without end where left out or -1.' }));
const dryRun = optional(flag('Tells what would be done.'));

const changeErrors = ['ApplicationNotFound', 'ApplicationBusy', 'ServiceFailed', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const satisfies readonly ErrorCode[];
const networkErrors = ['NetworkInUse', 'NetworkNotFound', 'NetworkToolMissing', 'NetworkFailed'] as const satisfies readonly ErrorCode[];

/** Methods for applications of several containers. */
export const applicationMethods = define({
  'application/apply': {
    summary: 'Makes an application what its compose files say; what is so already stays. The stream has the output of builds.',
    params: record({
      files: list(text('Absolute path of a compose file; a later one adds to the earlier. One folder stands for the compose files that lie in it.'), { minItems: 1 }),
      name: optional(text("Name of the application; the files' own, or that of the folder, where left out.")),
      profiles: optional(list(Type.String(), { description: 'Profiles whose services are wanted too.' })),
      environmentFiles: optional(list(Type.String(), { description: "Absolute paths of files with variables, in place of the folder's .env." })),
      environment: optional(list(nameValue, { description: 'Variables; they go before those of files.' })),
      start: optional(flag('Starts what does not run.')),
      build: optional(flag('Builds images also where they are there.')),
      removeOrphans: optional(flag('Removes containers of services that the files do not have.')),
      dryRun, timeoutSeconds, stream, progressToken,
    }),
    result: record({ name, items: list(applicationItem), warnings: list(Type.String(), { description: 'What the user should know although it works.' }) }),
    streams: record({ time: time('When it was written.'), stream: oneOf(['stdout', 'stderr'], 'Stream.'), text: text('Line.') }),
    readOnly: false,
    errors: ['ComposeInvalid', 'PathNotFound', 'PathAccessDenied', 'ContainerNameInUse', 'NetworkNameInUse', 'NetworkNameInvalid', 'SubnetConflict', 'NetworkDriverUnsupported', 'InterfaceNotFound', 'IdAmbiguous', 'DiskFull', ...networkErrors, ...changeErrors],
  },
  'application/list': { summary: 'Applications of this host, by name.', params: record({ names: optional(list(name, { description: 'Only these; each must exist.' })) }), result: record({ items: list(application) }), readOnly: true, errors: ['ApplicationNotFound'] },
  'application/start': { summary: 'Starts the containers of an application, each after those that it depends on.', params: record({ name, timeoutSeconds }), result: record({ application, changed: flag('False where all of it ran already.') }), readOnly: false, errors: changeErrors },
  'application/stop': { summary: 'Stops the containers of an application, each before those that it depends on.', params: record({ name, timeoutSeconds: optional(Type.Integer({ minimum: -1, description: "Seconds before SIGKILL; each container's own where left out; -1 never kills." })) }), result: record({ application, changed: flag('False where nothing of it ran.') }), readOnly: false, errors: changeErrors },
  'application/log': {
    summary: "Streams the output of an application's containers, in the order of time.",
    params: record({
      name,
      services: optional(list(Type.String(), { description: 'Only these services.' })),
      follow: optional(flag('Goes on until all of its containers have ended.')),
      tail: optional(count('Only the last lines of each container.')),
      since: optional(time('Only lines from then on.')),
      until: optional(time('Only lines before; not with follow.')),
      only: optional(oneOf(['stdout', 'stderr'], 'Only lines of this stream; tail counts those, without follow.')),
      stream,
    }),
    result: record({ lines: count('Lines sent.') }),
    streams: record({ time: time('When it was written.'), stream: oneOf(['stdout', 'stderr'], 'Stream.'), text: text('Line.'), service: text('Service that wrote it.'), container: text('Name of its container.') }),
    readOnly: true,
    errors: ['ApplicationNotFound', 'ContainerNotFound'],
  },
  'application/remove': {
    summary: 'Removes the containers and networks of an application.',
    params: record({ name, removeVolumes: optional(flag('Also its named volumes that no other container has.')), force: optional(flag('One that is not there is no error.')), dryRun }),
    result: record({ items: list(applicationItem) }),
    readOnly: false,
    errors: [...networkErrors, ...changeErrors],
  },
});
