import { specifiedContainer } from '../../desired/index.ts';
import { pauseContainer, renameContainer, restartContainer, resumeContainer } from '../../engine/index.ts';
import { createParamsOf } from './create-request.ts';
import type { Handlers } from './handlers.ts';
import { capital, viewRecord } from './views.ts';

/** Methods for what happens to a container between its start and its end. */
export const lifeHandlers: Handlers<'container/pause' | 'container/resume' | 'container/restart' | 'container/rename' | 'container/specification'> = {
  'container/pause': async ({ container }, { engine, signal }) => {
    const { record, changed } = await pauseContainer(engine.forChange(), container, signal);
    return { container: viewRecord(record), changed };
  },
  'container/resume': async ({ container }, { engine, signal }) => {
    const { record, changed } = await resumeContainer(engine.forChange(), container, signal);
    return { container: viewRecord(record), changed };
  },
  'container/restart': async ({ container, timeoutSeconds, force }, { engine, signal }) => {
    const { record, stopReason, durationMs } = await restartContainer(engine.forChange(), container, { timeoutSeconds, force }, signal);
    return { container: viewRecord(record), stopReason, durationMilliseconds: durationMs };
  },
  'container/specification': async ({ container }, { engine, signal }) => {
    const { request, omitted } = await specifiedContainer({ engine, signal }, container);
    return { specification: createParamsOf(request), omitted: omitted.map(({ kind, name }) => ({ kind: capital(kind), name })) };
  },
  'container/rename': async ({ container, name }, { engine, signal }) => ({ container: viewRecord(await renameContainer(engine.forChange(), container, name, signal)) }),
};
