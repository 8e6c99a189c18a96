import { SiloError } from '../../base/index.ts';
import { containerStatistics, updateContainer, watchEvents } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { resourcesOf, restartPolicyOf } from './create-request.ts';
import { viewEvent, viewRecord, viewStatistics } from './views.ts';

/** Methods that look at containers while they run, and change what can be changed then. */
export const watchHandlers: Handlers<'container/statistics' | 'container/update' | 'event/list'> = {
  'container/statistics': async ({ containers, sampleMilliseconds }, { engine, signal }) => ({ items: (await containerStatistics(engine.ports, { containers, sampleMs: sampleMilliseconds ?? 0 }, signal)).map(viewStatistics) }),
  'container/update': async (params, { engine, signal }) => ({
    container: viewRecord(await updateContainer(engine.forChange(), params.container, { resources: resourcesOf(params), restartPolicy: restartPolicyOf(params.restartPolicy) }, signal)),
  }),
  'event/list': async ({ afterSeq, follow, containers, kind, since }, { engine, signal, stream }) => {
    if (stream === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: 'it is required: events are only given as a stream' } });
    const query = { afterSeq, follow, containers, kind, since: since === undefined ? undefined : new Date(since) };
    return { lastSeq: await watchEvents(engine.ports, query, (events) => stream.send(events.map(viewEvent), signal), signal) };
  },
};
