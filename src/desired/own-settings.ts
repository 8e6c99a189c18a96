import type { ContainerMount, ContainerRecord, NameValue } from '../core/index.ts';
import { expectedContainer } from '../engine/index.ts';
import { scopeLabel } from './container-differences.ts';
import type { Work } from './desired.ts';

/** What a container has that its image does not give it: asked for again, the same comes of it. */
export interface OwnSettings {
  /** Undefined where the container has an entry point of its own. */
  readonly command: readonly string[] | undefined;
  /** Undefined where it is the image's. */
  readonly entrypoint: readonly string[] | undefined;
  readonly environment: readonly NameValue[];
  readonly labels: readonly NameValue[];
  readonly user: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly hostName: string | undefined;
  readonly mounts: readonly ContainerMount[];
}

/** Stands for a command, behind which nothing comes: before it stands the image's entry point. */
const anyCommand = 'command';

const without = (entries: readonly NameValue[], given: readonly NameValue[]): readonly NameValue[] =>
  entries.filter(({ name, value }) => !given.some((other) => other.name === name && other.value === value));

/** Without volumes that were made for the container, and without the secrets and configs of an application. */
const askedMounts = (mounts: readonly ContainerMount[]): readonly ContainerMount[] => mounts.filter(({ kind, source }) => kind !== 'file' && (kind !== 'volume' || !/^[0-9a-f]{64}$/.test(source)));

export const ownSettings = async ({ engine }: Work, record: ContainerRecord): Promise<OwnSettings> => {
  const { spec } = record;
  const { spec: plain } = await expectedContainer(engine.ports, engine.configs, { image: record.manifestDigest, command: [anyCommand], resources: {} }, record);
  const entrypoint = plain.args.slice(0, -1);
  const ofImage = entrypoint.every((argument, index) => spec.args[index] === argument);
  return {
    command: ofImage ? spec.args.slice(entrypoint.length) : undefined,
    entrypoint: ofImage ? undefined : spec.args,
    environment: without(spec.environment, plain.environment),
    labels: without(spec.labels, plain.labels).filter(({ name }) => name !== scopeLabel),
    user: spec.user === plain.user ? undefined : spec.user,
    workingDirectory: spec.workingDirectory === plain.workingDirectory ? undefined : spec.workingDirectory,
    hostName: spec.hostName === record.id.slice(0, 12) ? undefined : spec.hostName,
    mounts: askedMounts(spec.mounts),
  };
};
