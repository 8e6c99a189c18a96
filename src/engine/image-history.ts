import { readHistory, type HistoryStep } from '../image/index.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';
import { technologyForImages } from './technology.ts';

export interface StepWithSize extends HistoryStep {
  /** Unpacked size of its layer, in bytes; that of the stored one where it is not unpacked here. */
  readonly sizeBytes: number;
}

/** The steps that made an image, newest first. */
export const imageHistory = async (ports: Ports, text: string): Promise<readonly StepWithSize[]> => {
  const image = ports.metadata.read((reader) => findImage(reader, text));
  const snapshotter = technologyForImages(ports, image.platform.os)?.snapshotter.name;
  const steps = await readHistory(ports.content, image.manifestDigest);
  return ports.metadata.read((reader) => steps.map((step) => ({
    ...step,
    sizeBytes: step.layer === undefined ? 0 : (snapshotter === undefined ? undefined : reader.layer(snapshotter, step.layer.chainId))?.sizeBytes ?? step.layer.sizeBytes,
  }))).reverse();
};
