import { isSiloError } from '../base/index.ts';
import type { ContainerMount, ContainerRecord, NameValue } from '../core/index.ts';
import { expectedContainer } from '../engine/index.ts';
import { scopeLabel } from './container-differences.ts';
import type { Work } from './desired.ts';

/** What a container has that its image does not give it: asked for again, the same comes of it. */
export interface OwnSettings {
  /** Undefined where it is the image's, and where the container has an entry point of its own. */
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

/** What the image alone would run; undefined where it says nothing. */
const imageArguments = async ({ engine }: Work, record: ContainerRecord): Promise<readonly string[] | undefined> => {
  try {
    return (await expectedContainer(engine.ports, engine.configs, { image: record.manifestDigest, resources: {} }, record)).spec.args;
  } catch (error) {
    if (isSiloError(error, 'CommandMissing')) return undefined;
    throw error;
  }
};

const startsWith = (whole: readonly string[], beginning: readonly string[]): boolean => beginning.every((argument, index) => whole[index] === argument);

const ownCommand = async (work: Work, record: ContainerRecord, entrypoint: readonly string[]): Promise<Pick<OwnSettings, 'command' | 'entrypoint'>> => {
  const { args } = record.spec;
  const image = await imageArguments(work, record);
  if (image?.length === args.length && startsWith(args, image)) return { command: undefined, entrypoint: undefined };
  return startsWith(args, entrypoint) ? { command: args.slice(entrypoint.length), entrypoint: undefined } : { command: undefined, entrypoint: args };
};

export const ownSettings = async (work: Work, record: ContainerRecord): Promise<OwnSettings> => {
  const { spec } = record;
  const { spec: plain } = await expectedContainer(work.engine.ports, work.engine.configs, { image: record.manifestDigest, command: [anyCommand], resources: {} }, record);
  return {
    ...await ownCommand(work, record, plain.args.slice(0, -1)),
    environment: without(spec.environment, plain.environment),
    labels: without(spec.labels, plain.labels).filter(({ name }) => name !== scopeLabel),
    user: spec.user === plain.user ? undefined : spec.user,
    workingDirectory: spec.workingDirectory === plain.workingDirectory ? undefined : spec.workingDirectory,
    hostName: spec.hostName === record.id.slice(0, 12) ? undefined : spec.hostName,
    mounts: askedMounts(spec.mounts),
  };
};
