import { SiloError, parsePlatform } from '../base/index.ts';
import type { ImageRecord, RegistryCredential } from '../core/index.ts';
import { importImages, pullImage, removeImage } from '../engine/index.ts';
import type { DesiredKind, Difference, Found, Work } from './desired.ts';
import { isOutdated, storedName, type PullPolicy } from './wanted-image.ts';

/** An image as it shall be on this host. */
export interface ImageWish {
  readonly reference: string;
  readonly exist?: boolean | undefined;
  /** Of the manifest, or of what the reference names in its registry. */
  readonly digest?: string | undefined;
  readonly platform?: string | undefined;
  /** Always: it shall be what the registry has under the reference now. */
  readonly pull?: Exclude<PullPolicy, 'Never'> | undefined;
  /** Archive from which it comes instead of a registry. */
  readonly path?: string | undefined;
  readonly credential?: RegistryCredential | undefined;
  /** Removes the reference also where containers use the image. */
  readonly force?: boolean | undefined;
}

const nameOf = async ({ engine }: Work, wish: ImageWish): Promise<string> => storedName(await engine.ports.registry.parseReference(wish.reference));

const hasDigest = (image: ImageRecord, digest: string): boolean => image.manifestDigest === digest || image.sourceDigest === digest;

/** Images, by their references. */
export const desiredImage: DesiredKind<ImageWish, ImageRecord> = {
  async find(work, wish): Promise<Found<ImageRecord>> {
    const name = await nameOf(work, wish);
    const image = work.engine.ports.metadata.read((reader) => reader.image(name));
    if (image === undefined || wish.exist === false) return { state: image, differences: [] };
    const differences: Difference[] = [];
    if (wish.digest !== undefined && !hasDigest(image, wish.digest)) differences.push({ property: 'digest', change: 'Recreate', reason: `it is ${image.manifestDigest} and shall be ${wish.digest}` });
    if (wish.platform !== undefined) {
      const [wanted, actual] = [parsePlatform(wish.platform), image.platform];
      const same = wanted.os === actual.os && wanted.architecture === actual.architecture && (wanted.variant === undefined || wanted.variant === actual.variant);
      if (!same) differences.push({ property: 'platform', change: 'Recreate', reason: `it is ${actual.os}/${actual.architecture} and shall be ${wish.platform}` });
    }
    if (wish.pull === 'Always' && wish.path === undefined && wish.digest === undefined && await isOutdated(work, image, wish.reference, wish.credential)) {
      differences.push({ property: 'pull', change: 'Recreate', reason: 'the registry has another image under the reference now' });
    }
    return { state: image, differences };
  },

  async change(work, wish) {
    const { engine, signal, progress } = work;
    const ports = engine.forChange();
    if (wish.path !== undefined) {
      await importImages(ports, { path: wish.path, reference: wish.reference, platform: wish.platform }, progress, signal);
    } else {
      const reference = wish.digest === undefined || wish.reference.includes('@') ? wish.reference : `${wish.reference}@${wish.digest}`;
      await pullImage(ports, { reference, platform: wish.platform, credential: wish.credential, policy: 'Always' }, progress, signal);
    }
    const name = await nameOf(work, wish);
    const image = ports.metadata.read((reader) => reader.image(name));
    if (image !== undefined && wish.digest !== undefined && !hasDigest(image, wish.digest)) {
      throw new SiloError('ParameterInvalid', { args: { parameter: 'digest', reason: `what came for ${wish.reference} is ${image.manifestDigest}` }, target: { kind: 'image', id: wish.reference } });
    }
  },

  async remove(work, wish) { await removeImage(work.engine.forChange(), await nameOf(work, wish), wish.force ?? false, work.signal); },

  list: async ({ engine }) => engine.ports.metadata.read((reader) => reader.images()),
};
