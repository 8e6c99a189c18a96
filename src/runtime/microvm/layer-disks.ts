import { SiloError } from '../../base/index.ts';

/** Places that adapters and what else a machine has leave free on its bus; each takes eight disks. */
const firstPlace = 0x14;
const disksAPlace = 8;
/** As many as a machine has booted with: 40 cost it a third of a second. */
export const mostLayerDisks = 40;

/** Number of a disk, by which the guest's agent finds it. */
export const layerSerial = (index: number): string => `layer${index}`;

/** Arguments for QEMU: images of layers as disks that nobody can write to. */
export const layerDiskArguments = (images: readonly string[]): readonly string[] => {
  if (images.length > mostLayerDisks) throw new SiloError('OptionUnsupported', { args: { option: `An image of ${images.length} layers`, reason: `a utility VM takes ${mostLayerDisks} of them as disks` } });
  return images.flatMap((path, index) => {
    const place = `0x${(firstPlace + Math.floor(index / disksAPlace)).toString(16)}.${index % disksAPlace}`;
    return [
      '-blockdev', JSON.stringify({ 'node-name': layerSerial(index), driver: 'raw', 'read-only': true, file: { driver: 'file', filename: path } }),
      '-device', `virtio-blk-pci,drive=${layerSerial(index)},serial=${layerSerial(index)},num-queues=1,multifunction=on,addr=${place}`,
    ];
  });
};
