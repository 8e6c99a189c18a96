import { SiloError } from '../../base/index.ts';
import { layerComponents, readablePath, type ByteString } from '../../layer/index.ts';

/** Characters that no file name of Windows has, and a dot or blank at the end, which Windows would leave off. */
const impossible = /[\\/:*?"<>|\u0000-\u001f]|[. ]$/u;

/**
 * The parts of an entry's name below the layer's root, as text that is a name on Windows.
 * @throws SiloError ArchivePathUnsafe, LayerEntryUnsupported
 */
export const windowsParts = (name: ByteString): string[] => layerComponents(name).map((part) => {
  const text = readablePath(part);
  // A backslash would be a folder, a colon a stream.
  if (/[\\:]/.test(text)) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(name), reason: 'has a name that means another path on Windows' } });
  if (impossible.test(text) || text.includes('\ufffd')) throw new SiloError('LayerEntryUnsupported', { args: { entry: readablePath(name), reason: 'whose name Windows cannot have' } });
  return text;
});

/** Windows knows no difference between `a` and `A`. */
export const sameName = (path: string): string => path.toLowerCase();
