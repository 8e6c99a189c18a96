import { SiloError } from '../../base/index.ts';
import type { MethodName, Params, Result } from '../../contract/index.ts';
import type { ContainerState } from '../../core/index.ts';
import { copiedRequest } from '../../desired/index.ts';
import {
  createContainer, describeHost, getIsolation, importImages, listContainers, listImages, listProcesses, lookAt, readContainerLog, removeContainer, removeImage,
  runContainer, runProcess, setContainerIsolation, setHostIsolation, startContainer, startProcess, stopContainer, stopProcess, waitContainer, waitProcess,
  type Engine, type LineSink, type ProcessRequest,
} from '../../engine/index.ts';
import { createRequest, lower } from './create-request.ts';
import { applicationHandlers } from './application-handlers.ts';
import { buildHandlers } from './build-handlers.ts';
import { desiredHandlers } from './desired-handlers.ts';
import type { EngineIdentity } from './connection.ts';
import { fileHandlers } from './file-handlers.ts';
import { hostHandlers } from './host-handlers.ts';
import { lifeHandlers } from './life-handlers.ts';
import type { ProgressSink } from './progress.ts';
import { networkHandlers } from './network-handlers.ts';
import { registryHandlers } from './registry-handlers.ts';
import { storeHandlers } from './store-handlers.ts';
import { volumeHandlers } from './volume-handlers.ts';
import { watchHandlers } from './watch-handlers.ts';
import { viewContainer, viewImage, viewIsolation, viewLine, viewProcess, viewRecord } from './views.ts';
import type { CreditedStream } from './streams.ts';

export interface CallContext {
  readonly engine: Engine;
  readonly identity: EngineIdentity;
  readonly signal: AbortSignal;
  readonly stream: CreditedStream | undefined;
  readonly progress: ProgressSink | undefined;
}

export type Handlers<M extends MethodName> = { readonly [K in M]: Handler<K> };

type Handler<M extends MethodName> = (params: Params<M>, context: CallContext) => Promise<Result<M>>;

const sinkOf = ({ stream, signal }: CallContext): LineSink | undefined => (stream === undefined ? undefined : (lines) => stream.send(lines.map(viewLine), signal));

const processRequest = (params: Params<'process/start'> | Params<'process/run'>): ProcessRequest => ({
  command: params.command, user: params.user, workingDirectory: params.workingDirectory, environment: params.environment,
  input: params.input === undefined ? undefined : Buffer.from(params.input, 'base64'),
});

/** One line a method: the wire's words to the use case's, and back. Methods that need no store are in `connection.ts`. */
export const handlers: Handlers<Exclude<MethodName, 'initialize' | 'shutdown' | 'rpc.discover' | 'host/log' | 'host/settings' | 'host/test'>> = {
  'host/get': async (_, { engine, identity }) => {
    const { host } = engine.ports;
    const summary = describeHost(engine.ports);
    return {
      name: host.hostName, operatingSystem: host.os, architecture: host.architecture, osVersion: host.osVersion, kernelVersion: host.kernelVersion,
      engineVersion: identity.version, protocolVersion: identity.protocolVersion, nodeVersion: process.versions.node, enginePid: process.pid,
      engineMemoryBytes: process.memoryUsage.rss(), root: engine.root, logPath: identity.logPath, isolation: summary.isolation, runtime: summary.runtime,
      snapshotter: summary.snapshotter, cpuCount: host.cpuCount, memoryBytes: host.memoryBytes, containerCount: summary.containers.all,
      runningCount: summary.containers.running, imageCount: summary.imageCount, elevated: host.elevated,
    };
  },

  'image/import': async (params, { engine, signal, progress }) => ({ images: (await importImages(engine.forChange(), params, progress, signal)).map(viewImage) }),
  'image/list': async ({ reference }, { engine }) => ({ items: listImages(engine.ports, reference).map(viewImage) }),
  'image/remove': async ({ image, force }, { engine, signal }) => {
    const { removed, reclaimedBytes } = await removeImage(engine.forChange(), image, force ?? false, signal);
    return { removed: [...removed], reclaimedBytes };
  },

  'container/create': async (params, { engine, signal }) => {
    const request = await copiedRequest({ engine, signal }, params.from, { ...createRequest(params), image: params.image, isolation: params.isolation });
    const { record, existed, warning } = await createContainer(engine.forChange(), engine.configs, { ...request, ifNotExists: params.ifNotExists }, signal);
    const live = existed ? await lookAt(engine.ports, record) : undefined;
    return { container: viewContainer(live ?? { record, monitored: true }), existed, warning: warning ?? null };
  },
  'container/start': async ({ container }, { engine, signal }) => {
    const { record, changed } = await startContainer(engine.forChange(), container, signal);
    return { container: viewRecord(record), changed };
  },
  'container/stop': async ({ container, timeoutSeconds, force }, { engine, signal }) => {
    const { record, changed, stopReason, durationMs } = await stopContainer(engine.forChange(), container, { timeoutSeconds, force }, signal);
    return { container: viewRecord(record), changed, stopReason, durationMilliseconds: durationMs };
  },
  'container/wait': async ({ container, timeoutSeconds, for: wanted, port }, { engine, signal }) => ({
    container: viewRecord(await waitContainer(engine.ports, container, { timeoutSeconds, port, for: wanted === undefined ? undefined : lower(wanted) }, signal)),
  }),
  'container/list': async ({ containers, states, limit, cursor }, { engine }) => {
    const page = await listContainers(engine.ports, { containers, states: states?.map((state): ContainerState => lower(state)), limit, cursor });
    return { items: page.items.map(viewContainer), next: page.next ?? null };
  },
  'container/remove': async ({ container, force, keepVolumes }, { engine, signal }) => removeContainer(engine.forChange(), container, { force, keepVolumes }, signal),
  'container/run': async (params, context) => {
    const { engine, signal } = context;
    const { record, warning } = await runContainer(engine.forChange(), engine.configs, { ...createRequest(params), image: params.image, isolation: params.isolation }, { timeoutSeconds: params.timeoutSeconds, stdoutBytes: params.outputBytes, sink: sinkOf(context) }, signal);
    return { container: viewRecord(record), warning: warning ?? null };
  },
  'container/log': async (params, context) => {
    const sink = sinkOf(context);
    if (sink === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: 'it is required: a log is only given as a stream' } });
    const request = { process: params.process, follow: params.follow, tail: params.tail, since: params.since === undefined ? undefined : new Date(params.since), until: params.until === undefined ? undefined : new Date(params.until), stream: params.only };
    return { lines: await readContainerLog(context.engine.ports, params.container, request, sink, context.signal) };
  },

  'process/start': async (params, { engine, signal }) => ({ process: viewProcess(await startProcess(engine.forChange(), params.container, processRequest(params), signal)) }),
  'process/run': async (params, context) => ({
    process: viewProcess(await runProcess(context.engine.forChange(), params.container, processRequest(params), { timeoutSeconds: params.timeoutSeconds, stdoutBytes: params.outputBytes, sink: sinkOf(context) }, context.signal)),
  }),
  'process/wait': async (params, { engine, signal }) => ({ process: viewProcess(await waitProcess(engine.ports, params.container, params.process, params.timeoutSeconds, signal)) }),
  'process/stop': async ({ container, process: id, timeoutSeconds, force, signal: stopSignal }, { engine, signal }) => ({ process: viewProcess(await stopProcess(engine.forChange(), container, id, { timeoutSeconds, force, stopSignal }, signal)) }),
  'process/list': async ({ container }, { engine }) => ({ items: (await listProcesses(engine.ports, container)).map(viewProcess) }),

  'isolation/get': async ({ container }, { engine }) => viewIsolation(getIsolation(engine.ports, container)),
  'isolation/set': async ({ isolation, container, default: asDefault }, { engine, signal }) => {
    if ((container === undefined) === (asDefault === undefined)) {
      throw new SiloError('ParameterInvalid', { args: { parameter: 'container', reason: 'exactly one of container and default must be given' } });
    }
    const ports = engine.forChange();
    return viewIsolation(container === undefined ? await setHostIsolation(ports, isolation) : await setContainerIsolation(ports, container, isolation, signal));
  },

  ...applicationHandlers,
  ...desiredHandlers,
  ...lifeHandlers,
  ...watchHandlers,
  ...networkHandlers,
  ...volumeHandlers,
  ...registryHandlers,
  ...buildHandlers,
  ...storeHandlers,
  ...fileHandlers,
  ...hostHandlers,
};
