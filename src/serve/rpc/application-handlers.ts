import { SiloError } from '../../base/index.ts';
import type { WireApplication } from '../../contract/index.ts';
import { applyApplication, listApplications, readApplicationLog, removeApplication, startApplication, stopApplication, type ApplicationStatus } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { viewLine } from './views.ts';

const states = { running: 'Running', partial: 'Partial', stopped: 'Stopped' } as const satisfies Record<ApplicationStatus['state'], WireApplication['state']>;

const viewApplication = ({ name, state, services, containers, networks, createdAt }: ApplicationStatus): WireApplication => ({
  name, state: states[state], services: services.map((service) => ({ ...service, healthy: service.healthy ?? null })), containers: [...containers], networks: [...networks], createdAt: createdAt?.toISOString() ?? null,
});

/** Methods for applications of several containers. */
export const applicationHandlers: Handlers<'application/apply' | 'application/list' | 'application/start' | 'application/stop' | 'application/log' | 'application/remove'> = {
  'application/apply': async ({ environment, ...params }, { engine, signal, progress, stream }) => {
    const sink = stream === undefined ? undefined : (lines: readonly Parameters<typeof viewLine>[0][]) => stream.send(lines.map(viewLine), signal);
    const variables = new Map((environment ?? []).map(({ name, value }) => [name, value]));
    const { name, items, warnings } = await applyApplication(engine.forChange(), engine.configs, { ...params, environment: variables }, { sink, progress }, signal);
    return { name, items: [...items], warnings: [...warnings] };
  },
  'application/list': async ({ names }, { engine }) => ({ items: (await listApplications(engine.ports, names)).map(viewApplication) }),
  'application/start': async ({ name, timeoutSeconds }, { engine, signal }) => {
    const { changed, status } = await startApplication(engine.forChange(), name, timeoutSeconds, signal);
    return { application: viewApplication(status), changed };
  },
  'application/stop': async ({ name, timeoutSeconds }, { engine, signal }) => {
    const { changed, status } = await stopApplication(engine.forChange(), name, timeoutSeconds, signal);
    return { application: viewApplication(status), changed };
  },
  'application/log': async ({ name, only, since, until, stream: _, ...request }, { engine, signal, stream }) => {
    if (stream === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: 'it is required: a log is only given as a stream' } });
    const times = { since: since === undefined ? undefined : new Date(since), until: until === undefined ? undefined : new Date(until) };
    return { lines: await readApplicationLog(engine.ports, name, { ...request, ...times, stream: only }, (lines) => stream.send(lines.map((line) => ({ ...viewLine(line), service: line.service, container: line.container })), signal), signal) };
  },
  'application/remove': async ({ name, ...options }, { engine, signal }) => ({ items: [...await removeApplication(engine.forChange(), name, options, signal)] }),
};
