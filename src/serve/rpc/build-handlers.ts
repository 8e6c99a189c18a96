import { buildImage } from '../../engine/index.ts';
import { lower } from './create-request.ts';
import type { Handlers } from './handlers.ts';
import { viewImage, viewLine } from './views.ts';

/** Methods that build images. */
export const buildHandlers: Handlers<'image/build'> = {
  'image/build': async (params, { engine, signal, progress, stream }) => {
    const sink = stream === undefined ? undefined : (lines: readonly Parameters<typeof viewLine>[0][]) => stream.send(lines.map(viewLine), signal);
    const { image, steps, cachedSteps } = await buildImage(engine.forChange(), { ...params, network: params.network === undefined || params.network === 'Default' ? undefined : lower(params.network) }, { sink, progress }, signal);
    return { image: viewImage(image), steps, cachedSteps };
  },
};
