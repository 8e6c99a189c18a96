import { commitContainer } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { viewImage } from './views.ts';

/** Methods that make images of what is here, and keep the store in order. */
export const storeHandlers: Handlers<'container/commit'> = {
  'container/commit': async (params, { engine, signal, progress }) => ({ image: viewImage(await commitContainer(engine.forChange(), params, progress, signal)) }),
};
