import { SiloError, formatImageReference, parseImageReference } from '../base/index.ts';
import { BuildArguments, openContext, parseDockerfile, targetStage, type Dockerfile } from '../build/index.ts';
import type { NameValue, RegistryCredential } from '../core/index.ts';
import { storeImage } from '../image/index.ts';
import { BaseImages } from './build-base.ts';
import { usualStepNetwork } from './build-network.ts';
import { BuildSession } from './build-session.ts';
import { BuildStages } from './build-stage.ts';
import { collectGarbage } from './collect-garbage.ts';
import { withLease } from './lease.ts';
import { listImages, type ImageWithUsers } from './list-images.ts';
import { namelessReference } from './nameless.ts';
import type { Ports } from './ports.ts';
import { publishImage, writeThrough, type ImageProgress } from './publish-image.ts';
import type { LineSink } from './run-container.ts';
import { imageTechnology } from './technology.ts';
import { unpackLayers } from './unpack-layers.ts';

export interface BuildRequest {
  /** Absolute path of the context. */
  readonly path: string;
  readonly dockerfile?: string | undefined;
  /** In place of a file. */
  readonly dockerfileText?: string | undefined;
  readonly references?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly buildArguments?: readonly NameValue[] | undefined;
  readonly labels?: readonly NameValue[] | undefined;
  readonly secrets?: readonly { readonly id: string; readonly source: string }[] | undefined;
  readonly noCache?: boolean | undefined;
  /** Of steps that do not say it; what containers get where left out. */
  readonly network?: 'none' | 'host' | undefined;
  readonly pull?: 'Missing' | 'Always' | 'Never' | undefined;
  readonly sourceDateEpoch?: number | undefined;
  readonly credential?: RegistryCredential | undefined;
}

export interface BuildOutcome {
  readonly image: ImageWithUsers;
  readonly steps: number;
  readonly cachedSteps: number;
}

/**
 * Builds an image from a Dockerfile. Layers are remembered as soon as they are made, so that a build which
 * fails, or is cancelled, goes on where it was; nothing else is left of it. Everything in the making
 * belongs to a lease until the image is published in the last transaction.
 */
export const buildImage = async (
  ports: Ports, request: BuildRequest,
  options: { readonly sink?: LineSink | undefined; readonly progress?: ((progress: ImageProgress) => void) | undefined },
  signal?: AbortSignal,
): Promise<BuildOutcome> => {
  const references = (request.references ?? []).map((reference) => formatImageReference(parseImageReference(reference)));
  const context = await openContext(request.path, request.dockerfile, request.dockerfileText);
  const file = await parseDockerfile(context.dockerfile);
  const target = targetStage(file, request.target);
  const args = new BuildArguments(file, request.buildArguments ?? [], platformArguments(ports, file, request.target));
  const technology = imageTechnology(ports.isolations);
  const activity = `Build of ${request.path}`;
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  let moved = false;
  try {
    const { names, steps, cachedSteps } = await withLease(ports, stopped, async (leaseId) => {
      const session = new BuildSession({
        ports, technology, leaseId, file, args,
        context: context.tree,
        secrets: new Map((request.secrets ?? []).map(({ id, source }) => [id, source])),
        noCache: request.noCache ?? false,
        network: request.network ?? usualStepNetwork(ports),
        epoch: request.sourceDateEpoch ?? epochArgument(request),
        sink: options.sink,
        onStep: (title, done) => options.progress?.({ activity, status: title, currentBytes: done }),
        signal: stopped,
      });
      const images = new BaseImages({ ports, technology, leaseId, policy: request.pull ?? 'Missing', credential: request.credential, progress: options.progress, signal: stopped });
      const stages = new BuildStages(session, images, (error) => {
        failure ??= { error };
        stop.abort();
      });
      let built;
      try {
        built = await stages.result(target);
      } finally {
        // Another stage may still be winding down; its mounts and tasks must be gone before the lease ends.
        await stages.atRest();
      }
      const { document, chain } = built;
      document.setLabels(request.labels ?? []);
      const image = await storeImage(ports.content, document.toBytes(), chain.layers, (digest) => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, stopped));
      const unpackedBytes = await unpackLayers(ports, technology, leaseId, image, { signal: stopped });
      await session.writeDown();
      if (args.unused.length > 0) await session.tell(`No ARG asked for these build arguments: ${args.unused.join(', ')}`);
      const asked = references.length === 0 ? [namelessReference(image.manifestDigest)] : references;
      for (const reference of asked) moved = (await publishImage(ports, 'image/build', reference, image, unpackedBytes)) || moved;
      return { names: asked, steps: session.steps, cachedSteps: session.cachedSteps };
    });
    options.progress?.({ activity, status: 'Built', currentBytes: steps, completed: true });
    writeThrough(ports);
    if (moved) await collectGarbage(ports);
    return { image: listImages(ports, names[0])[0] as ImageWithUsers, steps, cachedSteps };
  } catch (error) {
    options.progress?.({ activity, status: 'Failed', currentBytes: 0, completed: true });
    await collectGarbage(ports);
    if (signal?.aborted === true) throw error instanceof SiloError && error.code === 'OperationCancelled' ? error : new SiloError('OperationCancelled', { cause: error });
    throw failure === undefined ? error : failure.error;
  }
};

/** TARGETPLATFORM and its kin: what is built runs here. */
const platformArguments = (ports: Ports, file: Dockerfile, target: string | undefined): Readonly<Record<string, string>> => {
  const { os, architecture } = ports.host;
  const platform = `${os}/${architecture}`;
  return {
    TARGETPLATFORM: platform, TARGETOS: os, TARGETARCH: architecture, TARGETVARIANT: '', TARGETSTAGE: target ?? file.stages.at(-1)?.from.name ?? 'default',
    BUILDPLATFORM: platform, BUILDOS: os, BUILDARCH: architecture, BUILDVARIANT: '',
  };
};

/** Other builders take the time from a build argument. */
const epochArgument = ({ buildArguments }: BuildRequest): number | undefined => {
  const value = buildArguments?.findLast(({ name }) => name === 'SOURCE_DATE_EPOCH')?.value;
  if (value === undefined || value === '') return undefined;
  if (!/^\d{1,11}$/.test(value)) throw new SiloError('ParameterInvalid', { args: { parameter: 'buildArguments', reason: `SOURCE_DATE_EPOCH is a number of seconds, not '${value.slice(0, 40)}'` } });
  return Number(value);
};
