import { containerChanges, copyContainerFile, exportContainer } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { capital } from './views.ts';

/** Methods for the files of containers. */
export const fileHandlers: Handlers<'container/copy' | 'container/changes' | 'container/export'> = {
  'container/copy': async ({ direction, ...params }, { engine, signal, progress }) => {
    const { skipped, ...done } = await copyContainerFile(engine.forChange(), { ...params, direction: direction === 'FromContainer' ? 'fromContainer' : 'toContainer' }, progress, signal);
    return { ...done, skipped: [...skipped] };
  },
  'container/changes': async ({ container }, { engine, signal }) => ({ items: (await containerChanges(engine.forChange(), container, signal)).map(({ path, kind }) => ({ path, kind: capital(kind) })) }),
  'container/export': async (params, { engine, signal, progress }) => exportContainer(engine.forChange(), params, progress, signal),
};
