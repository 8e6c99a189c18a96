import { layerComponents } from '../../layer/index.ts';
import type { HoldsJob } from './layer-job.ts';
import { LayerNodes } from './layer-nodes.ts';
import { LowerLayers } from './lower-layers.ts';
import { openLayers } from './open-layers.ts';

/** Whether the layers show anything in a folder, links on the way to it followed as a container would. */
export const holdsFiles = ({ chain, path }: HoldsJob): boolean => {
  const name = Buffer.from(path).toString('latin1');
  const { readers, close } = openLayers(chain);
  try {
    const below = new LowerLayers(readers);
    return below.names(new LayerNodes(below).folder(layerComponents(name), name).names).length > 0;
  } finally {
    close();
  }
};
