import { Type } from 'typebox';
import type { ErrorCode } from '../base/index.ts';
import { applicationMethods } from './application-methods.ts';
import { buildMethods } from './build-methods.ts';
import { container, containerRef, createParams, effectiveIsolation, isolation } from './container.ts';
import { desiredMethods } from './desired-methods.ts';
import { fileMethods } from './file-methods.ts';
import { hostMethods } from './host-methods.ts';
import { image, importConfig } from './image.ts';
import { containerErrors, lifeMethods, startErrors, stopReason } from './life-methods.ts';
import type { MethodDefinition } from './method.ts';
import { linkErrors, networkMethods } from './network-methods.ts';
import { registryMethods } from './registry-methods.ts';
import { volumeMethods } from './volume-methods.ts';
import { watchMethods } from './watch-methods.ts';
import { storeMethods } from './store-methods.ts';
import { progressToken, stream } from './parameters.ts';
import { count, flag, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const timeoutSeconds = optional(Type.Integer({ minimum: -1, description: 'Seconds; -1 waits for ever.' }));

export const logLine = record({
  time: time('When it was written.'),
  stream: oneOf(['stdout', 'stderr'], 'Where it was written to.'),
  text: text('The line without its end; bytes that are no UTF-8 appear as U+FFFD. With outputBytes, of stdout: a piece of it in base64.'),
});

export const process = record({
  id: text('64 hex digits.'),
  containerId: text('Container in which it runs.'),
  command: list(Type.String()),
  user: text('user[:group]; empty means root.'),
  state: oneOf(['Running', 'Exited'], 'State.'),
  pid: nullable(count('Process id on the host while it runs.')),
  exitCode: nullable(Type.Integer({ description: 'Exit code; null while it runs, and where it was lost.' })),
  startedAt: time('Start.'),
  exitedAt: nullable(time('End.')),
});
export type WireProcess = Static<typeof process>;

const outputBytes = optional(flag('Streams stdout as it is written, byte for byte, in pieces of about 48 KiB; stderr still comes in lines. The log is not turned over meanwhile.'));

const processParams = {
  container: containerRef,
  command: list(Type.String(), { minItems: 1, description: 'File and arguments, each as it is: no shell reads them.' }),
  user: optional(text('user[:group]; the user of the container where left out.')),
  workingDirectory: optional(text('Absolute path in the container.')),
  environment: optional(list(nameValue, { description: "Added to the container's environment." })),
  input: optional(Type.String({ description: 'Bytes for standard input, base64.', pattern: '^[A-Za-z0-9+/]*={0,2}$' })),
};

const requirement = record({
  name: text('What is required.'),
  satisfied: flag('Whether it holds.'),
  detail: text('What was found.'),
  remedy: nullable(text('Command that mends it.')),
  neededFor: oneOf(['Everything', 'Process', 'HyperV', 'LinuxContainers', 'Advice'], 'Which containers need it; Advice: they run without.'),
});
export type WireRequirement = Static<typeof requirement>;

/** Beside what was made. */
const warning = nullable(text('What the user should know although it works, for example that Auto took Hyper-V isolation, and why.'));

export const isolationInfo = record({
  scope: oneOf(['Host', 'Container'], 'What the answer speaks of.'),
  containerId: nullable(text('Id of the container.')),
  isolation: isolation,
  effectiveIsolation: effectiveIsolation,
  reason: text('Why this isolation is the effective one.'),
  warning: nullable(text('What the user should know although it works: Auto had to take another isolation than is usual here.')),
  available: list(record({ isolation: effectiveIsolation, available: flag('Whether this host has it.'), reason: text('Why, or why not.'), action: nullable(text('What would bring it.')) })),
});
export type WireIsolation = Static<typeof isolationInfo>;

const hostInfo = record({
  name: text('Host name.'),
  operatingSystem: text('Operating system.'),
  architecture: text('Architecture.'),
  osVersion: text('Version of the operating system.'),
  kernelVersion: text('Version of the kernel.'),
  engineVersion: text('Version of the engine.'),
  protocolVersion: count('Version of this protocol.'),
  nodeVersion: text('Version of the Node that runs the engine.'),
  enginePid: count('Process id of the engine.'),
  engineMemoryBytes: count('Resident memory of the engine, in bytes.'),
  root: text('State root.'),
  logPath: text("The engine's own log."),
  isolation: isolation,
  runtime: text('Runtime of process isolation.'),
  snapshotter: text('Snapshotter of process isolation.'),
  cpuCount: count('Processors.'),
  memoryBytes: count('Memory, in bytes.'),
  containerCount: count('Containers.'),
  runningCount: count('Running containers.'),
  imageCount: count('Images.'),
  elevated: flag('Whether the engine has administrative rights.'),
});
export type WireHost = Static<typeof hostInfo>;

const createErrors = [...new Set<ErrorCode>([...linkErrors, 'ContainerNotFound', 'IdAmbiguous', 'SharePathInvalid', 'ShareCredentialInvalid', 'ShareCredentialMissing', 'ImageNotFound', 'ImageReferenceInvalid', 'ContainerNameInUse', 'ContainerNameInvalid', 'CommandMissing', 'SignalInvalid', 'PathNotFound', 'IsolationUnsupported', 'OptionUnsupported', 'PathAccessDenied', 'InitMissing', 'StorageLimitUnsupported', 'ImagePlatformMismatch', 'DiskFull', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'])];
const importErrors = ['PathNotFound', 'PathAccessDenied', 'ArchiveInvalid', 'ArchivePathUnsafe', 'ArchiveTooLarge', 'LayerEntryUnsupported', 'ManifestInvalid', 'DigestMismatch', 'SizeMismatch', 'ImageReferenceInvalid', 'PlatformInvalid', 'DiskFull', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const satisfies readonly ErrorCode[];

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** Every request a client can make: the source of types, validators, the OpenRPC document and the module's tables. */
export const methods = define({
  initialize: {
    summary: 'Opens the connection: both sides tell their version and what they can do. It must be the first request.',
    params: record({
      protocolVersion: Type.Integer({ description: 'Version that the client speaks.' }),
      client: record({ name: text('Name of the client.'), version: text('Version of the client.') }),
      capabilities: optional(record({
        escapeDateLikeText: optional(flag('Asks the engine to put U+0001 before text that looks like a date (or begins with U+0001), for parsers that would turn it into one. Fields of format date-time are left as they are.')),
      })),
    }),
    result: record({
      protocolVersion: Type.Integer(),
      engine: record({ name: Type.String(), version: Type.String(), pid: Type.Integer() }),
      capabilities: record({ methods: list(Type.String()), streamWindowBytes: Type.Integer({ description: 'Most bytes that a stream sends without credit.' }), maximumFrameBytes: Type.Integer() }),
    }),
    readOnly: true,
    errors: ['ProtocolMismatch'],
  },
  shutdown: { summary: 'Ends the engine once the open requests are done.', params: record({}), result: record({}), readOnly: true, errors: [] },
  'rpc.discover': { summary: 'This contract as an OpenRPC document.', params: record({}), result: Type.Unsafe<object>({ type: 'object' }), readOnly: true, errors: [] },

  'host/get': { summary: 'Facts of the host and the engine.', params: record({}), result: hostInfo, readOnly: true, errors: [] },
  'host/test': { summary: 'Whether the host has what containers need.', params: record({}), result: record({ ready: flag('True where everything holds that all containers need, and that one isolation needs.'), requirements: list(requirement) }), readOnly: true, errors: [] },

  'image/import': {
    summary: 'Takes images from an archive: OCI layout (folder or tar), docker save, or the tar of a root file system. Compressed or not.',
    params: record({
      path: text('Absolute path of a file or folder on the host of the engine.'),
      reference: optional(text('Reference for the image; needed where the archive names none.')),
      platform: optional(text('os/architecture[/variant] to take from a multi-platform archive; the platform of the host where left out.')),
      config: optional(importConfig),
      maximumSizeBytes: optional(Type.Integer({ minimum: 1, description: 'Most bytes that the archive may unpack to.' })),
      progressToken,
    }),
    result: record({ images: list(image) }),
    readOnly: false,
    errors: importErrors,
  },
  'image/list': { summary: 'Images of this host.', params: record({ reference: optional(text('Reference or id of one image; all where left out.')) }), result: record({ items: list(image) }), readOnly: true, errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous'] },
  'image/remove': {
    summary: 'Removes a reference, and the content that nothing needs any more.',
    params: record({ image: text('Reference or id.'), force: optional(flag('Removes the reference of an image in use; its content stays while containers need it.')) }),
    result: record({ removed: list(Type.String(), { description: 'References that are gone.' }), reclaimedBytes: count('Bytes freed on the disk.') }),
    readOnly: false,
    errors: ['ImageNotFound', 'ImageReferenceInvalid', 'IdAmbiguous', 'ImageInUse', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'],
  },

  'container/create': {
    summary: 'Makes a container from an image of this host; it does not start it.',
    params: record({ ...createParams, image: optional(text('Reference, or id, of an image of this host; that of `from` where left out.')), from: optional(Type.String({ minLength: 1, description: 'Container whose settings are taken where nothing else is asked for; without its name, addresses, aliases, published ports and unnamed volumes. Environment and labels are added to.' })), ifNotExists: optional(flag('Returns the container of that name where it was made with the same specification.')) }),
    result: record({ container, existed: flag('True where it was there already.'), warning }),
    readOnly: false,
    errors: createErrors,
  },
  'container/start': { summary: 'Starts a container; a running one is left as it is.', params: record({ container: containerRef }), result: record({ container, changed: flag('False where it ran already.') }), readOnly: false, errors: startErrors },
  'container/stop': {
    summary: "Asks a container's process to end, and ends it after the time-out.",
    params: record({ container: containerRef, timeoutSeconds: optional(Type.Integer({ minimum: -1, description: "Seconds before SIGKILL; the container's own where left out; -1 never kills." })), force: optional(flag('Ends it at once.')) }),
    result: record({ container, changed: flag('False where it did not run.'), stopReason, durationMilliseconds: count('How long it took.') }),
    readOnly: false,
    errors: [...containerErrors, 'ContainerNotEnding', 'RuntimeFailed'],
  },
  'container/wait': {
    summary: 'Waits until a container has ended, runs, is healthy, or takes connections.',
    params: record({
      container: containerRef,
      timeoutSeconds,
      for: optional(oneOf(['Exit', 'Running', 'Healthy', 'Port'], 'What is waited for; Exit where left out. One that ends while something else is waited for is the error ContainerNotRunning.')),
      port: optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'TCP port in the container; goes with Port.' })),
    }),
    result: record({ container }),
    readOnly: true,
    errors: [...containerErrors, 'OperationTimedOut', 'RunningTimedOut', 'HealthyTimedOut', 'PortTimedOut', 'ContainerNotRunning', 'ParameterInvalid', 'OperationCancelled'],
  },
  'container/list': {
    summary: 'Containers in order of their creation, in pages.',
    params: record({
      containers: optional(list(containerRef, { description: 'Only these; each must exist.' })),
      states: optional(list(oneOf(['Created', 'Running', 'Paused', 'Exited'], 'State.'))),
      limit: optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Size of the page; 1000 where left out.' })),
      cursor: optional(text('`next` of the page before.')),
    }),
    result: record({ items: list(container), next: nullable(text('Cursor of the next page; null on the last one.')) }),
    readOnly: true,
    errors: ['ContainerNotFound', 'IdAmbiguous', 'CursorInvalid'],
  },
  'container/remove': {
    summary: 'Removes a container with its writable layer, log and anonymous volumes.',
    params: record({ container: containerRef, force: optional(flag('Ends a running container first; a container that is not there is no error.')), keepVolumes: optional(flag('Leaves its anonymous volumes.')) }),
    result: record({ removed: flag('False where nothing was there.'), id: nullable(Type.String()) }),
    readOnly: false,
    errors: [...containerErrors, 'ContainerRunning', 'RuntimeFailed'],
  },
  'container/run': {
    summary: 'Creates and starts a container, streams its output, and waits for its end. Cancelling stops it.',
    params: record({ ...createParams, timeoutSeconds, outputBytes, stream }),
    result: record({ container, warning }),
    streams: logLine,
    readOnly: false,
    errors: [...new Set<ErrorCode>([...createErrors, ...startErrors, 'OperationTimedOut'])],
  },
  'container/log': {
    summary: "Streams a container's output, or that of one of its processes.",
    params: record({
      container: containerRef,
      process: optional(text('Id of a process of the container.')),
      follow: optional(flag('Goes on until the container or process ends.')),
      tail: optional(count('Only the last lines.')),
      since: optional(time('Only lines from then on.')),
      until: optional(time('Only lines before; not with follow.')),
      only: optional(oneOf(['stdout', 'stderr'], 'Only lines of this stream; tail counts those, without follow.')),
      stream,
    }),
    result: record({ lines: count('Lines sent.') }),
    streams: logLine,
    readOnly: true,
    errors: [...containerErrors, 'ProcessNotFound'],
  },

  'process/start': { summary: 'Starts a further process in a running container and returns at once.', params: record(processParams), result: record({ process }), readOnly: false, errors: startErrors },
  'process/run': { summary: 'Starts a further process, streams its output, and waits for its end.', params: record({ ...processParams, timeoutSeconds, outputBytes, stream }), result: record({ process }), streams: logLine, readOnly: false, errors: [...startErrors, 'OperationTimedOut'] },
  'process/wait': { summary: 'Waits until a process has ended.', params: record({ container: containerRef, process: text('Id of the process.'), timeoutSeconds }), result: record({ process }), readOnly: true, errors: [...containerErrors, 'ProcessNotFound', 'OperationTimedOut'] },
  'process/stop': {
    summary: 'Asks a process to end, and ends it after the time-out; one that has ended is left as it is.',
    params: record({ container: containerRef, process: text('Id of the process.'), timeoutSeconds: optional(Type.Integer({ minimum: -1, description: 'Seconds before SIGKILL; 10 by default, -1 never kills.' })), force: optional(flag('Ends it at once.')), signal: optional(text("Signal that asks it to end; the container's stop signal where left out.")) }),
    result: record({ process }),
    readOnly: false,
    errors: [...containerErrors, 'ProcessNotFound', 'SignalInvalid', 'OperationTimedOut', 'RuntimeFailed'],
  },
  'process/list': { summary: 'Processes started in a container by process/start and process/run.', params: record({ container: containerRef }), result: record({ items: list(process) }), readOnly: true, errors: containerErrors },

  'isolation/get': { summary: 'Isolation of the host (its default), or of a container.', params: record({ container: optional(containerRef) }), result: isolationInfo, readOnly: true, errors: containerErrors },
  'isolation/set': {
    summary: "Sets the host's default, or the isolation of a stopped container. Exactly one of container and default is given.",
    params: record({ isolation, container: optional(containerRef), default: optional(Type.Literal(true)) }),
    result: isolationInfo,
    readOnly: false,
    errors: [...containerErrors, 'ContainerRunning', 'IsolationUnsupported', 'IsolationChangeUnsupported', 'ImagePlatformMismatch', 'BlobNotFound', 'ManifestInvalid', 'DigestMismatch', 'DiskFull', 'LayerEntryUnsupported'],
  },

  ...networkMethods,
  ...volumeMethods,
  ...registryMethods,
  ...applicationMethods,
  ...desiredMethods,
  ...lifeMethods,
  ...watchMethods,
  ...buildMethods,
  ...storeMethods,
  ...fileMethods,
  ...hostMethods,
});

export type MethodName = keyof typeof methods;
export type Params<M extends MethodName> = Static<(typeof methods)[M]['params']>;
export type Result<M extends MethodName> = Static<(typeof methods)[M]['result']>;
export type WireLogLine = Static<typeof logLine>;
