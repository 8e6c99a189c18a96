import { Type } from 'typebox';
import { container, containerRef, limits, restartPolicyName } from './container.ts';
import { containerErrors } from './life-methods.ts';
import type { MethodDefinition } from './method.ts';
import { stream } from './parameters.ts';
import { count, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const statistics = record({
  containerId: text('Id of the container.'),
  name: text('Name of the container.'),
  time: time('When it was measured.'),
  cpuPercent: nullable(Type.Number({ description: 'Share of one processor: 200 is two whole ones. Null where nothing was waited for.' })),
  cpuMicroseconds: count('Processor time since the start.'),
  memoryBytes: count('Memory, without what the kernel can drop at once.'),
  memoryLimitBytes: nullable(count('Limit of the memory; null where there is none.')),
  processCount: count('Processes and threads.'),
  readBytes: nullable(count('Bytes read from block devices.')),
  writtenBytes: nullable(count('Bytes written to block devices.')),
  receivedBytes: nullable(count('Bytes received; null on the network of the host.')),
  sentBytes: nullable(count('Bytes sent; null on the network of the host.')),
});

const event = record({
  seq: count('Number of the event; they rise by one.'),
  time: time('When it happened.'),
  kind: text('What happened, for example container/start.'),
  subject: text('Id or name of what it happened to.'),
  attributes: list(nameValue),
});
export type WireEvent = Static<typeof event>;

const foreignSystem = record({
  id: text('As its maker calls it.'),
  name: nullable(text('Name, where the host tells.')),
  state: oneOf(['Created', 'Running', 'Paused', 'Exited', 'Unknown'], 'Where it stands.'),
  owner: text('Who made it: docker, containerd, podman, runc, or the owner that Windows names.'),
  pid: nullable(count('Process id on the host while it runs; null where the host has none.')),
  createdAt: nullable(time('When it was made.')),
}, 'A container or utility VM that Silo did not make.');

/** Methods that look at containers while they run, and change what can be changed then. */
export const watchMethods = define({
  'container/statistics': {
    summary: 'What running containers use.',
    params: record({
      containers: optional(list(containerRef, { description: 'Only these; each must run. All that run where left out.' })),
      sampleMilliseconds: optional(Type.Integer({ minimum: 0, maximum: 60_000, description: 'Time between the two looks that cpuPercent needs; 0, the default, looks once.' })),
    }),
    result: record({ items: list(statistics) }),
    readOnly: true,
    errors: ['ContainerNotFound', 'IdAmbiguous', 'ContainerNotRunning', 'OperationCancelled'],
  },
  'container/foreign': { summary: 'Containers and utility VMs of this host that Silo did not make. They are only listed: whoever names one elsewhere gets ContainerUnmanaged.', params: record({}), result: record({ items: list(foreignSystem) }), readOnly: true, errors: [] },
  'container/update': {
    summary: 'Changes limits and restart policy, at once where the container runs; what is left out stays. A password for its shares counts from the next start on.',
    params: record({ container: containerRef, ...limits, restartPolicy: optional(record({ name: restartPolicyName, maximumRetries: optional(Type.Integer({ minimum: 1, description: 'Of OnFailure: starts in a row.' })) })),
      shareCredential: optional(record({ userName: text('Account with which it mounts SMB shares.'), secret: text('Password, or key of a storage account.') }, 'Sent over the connection only; never answered or logged.')),
    }),
    result: record({ container }),
    readOnly: false,
    errors: [...containerErrors, 'OptionUnsupported', 'ParameterInvalid', 'RuntimeFailed', 'ShareCredentialInvalid'],
  },
  'event/list': {
    summary: 'Streams what happened, and, with follow, what happens.',
    params: record({
      afterSeq: optional(count('Only events after this number; 0 begins with the oldest.')),
      follow: optional(Type.Boolean({ description: 'Goes on until it is cancelled; without afterSeq it begins now.' })),
      containers: optional(list(containerRef, { description: 'Only of these; each must exist.' })),
      kind: optional(text('Only kinds that begin so.')),
      since: optional(time('Only from then on.')),
      stream,
    }),
    result: record({ lastSeq: count('Number of the last event seen.') }),
    streams: event,
    readOnly: true,
    errors: ['ContainerNotFound', 'IdAmbiguous', 'OperationCancelled', 'ParameterInvalid'],
  },
});
