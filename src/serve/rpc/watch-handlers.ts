import { SiloError } from '../../base/index.ts';
import { containerStatistics, listForeignSystems, updateContainer, watchEvents } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { resourcesOf, restartPolicyOf } from './create-request.ts';
import { capital, viewEvent, viewRecord, viewStatistics } from './views.ts';

/** Methods that look at containers while they run, and change what can be changed then. */
export const watchHandlers: Handlers<'container/statistics' | 'container/foreign' | 'container/update' | 'event/list'> = {
  'container/statistics': async ({ containers, sampleMilliseconds }, { engine, signal }) => ({ items: (await containerStatistics(engine.ports, { containers, sampleMs: sampleMilliseconds ?? 0 }, signal)).map(viewStatistics) }),
  'container/foreign': async (_, { engine }) => ({ items: (await listForeignSystems(engine.ports)).map(({ name, state, pid, createdAt, ...system }) => ({ ...system, name: name ?? null, state: capital(state), pid: pid ?? null, createdAt: createdAt?.toISOString() ?? null })) }),
  'container/update': async (params, { engine, signal }) => ({
    container: viewRecord(await updateContainer(engine.forChange(), params.container, { resources: resourcesOf(params), restartPolicy: restartPolicyOf(params.restartPolicy), shareCredential: params.shareCredential }, signal)),
  }),
  'event/list': async ({ afterSeq, follow, containers, kind, since }, { engine, signal, stream }) => {
    if (stream === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: 'it is required: events are only given as a stream' } });
    const query = { afterSeq, follow, containers, kind, since: since === undefined ? undefined : new Date(since) };
    return { lastSeq: await watchEvents(engine.ports, query, (events) => stream.send(events.map(viewEvent), signal), signal) };
  },
};
