import { isDigest, type Digest, type Platform } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import { readHealthCheck, type ImageHealthCheck } from './image-health-check.ts';
import { JsonObject, manifestInvalid, parseJsonObject } from './json-document.ts';
import { checkLayerCount, readPlatform } from './manifest.ts';

/** What an image says about processes made from it. */
export interface ImageDefaults {
  /** `user[:group]`; empty means root. */
  readonly user: string;
  readonly environment: readonly NameValue[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Empty where the image does not say. */
  readonly workingDirectory: string;
  /** Paths in the container. */
  readonly volumes: readonly string[];
  readonly stopSignal: string | undefined;
  readonly labels: readonly NameValue[];
  /** `port/protocol`, as the image writes them. */
  readonly exposedPorts: readonly string[];
  readonly healthCheck: ImageHealthCheck | undefined;
}

export interface ImageConfig {
  readonly platform: Platform;
  readonly createdAt: Date | undefined;
  /** Digests of the uncompressed layers, the lowest first. */
  readonly diffIds: readonly Digest[];
  readonly defaults: ImageDefaults;
}

/**
 * Reads an image configuration (OCI image specification, config.md).
 * @throws SiloError ManifestInvalid
 */
export const parseImageConfig = (bytes: Uint8Array): ImageConfig => {
  const document = parseJsonObject(bytes, 'configuration');
  const platform = readPlatform(document);
  if (platform === undefined) throw manifestInvalid('the configuration does not say its os and architecture');
  const diffIds = (document.object('rootfs')?.texts('diff_ids') ?? []).map((text) => {
    if (!isDigest(text)) throw manifestInvalid('rootfs.diff_ids holds something else than digests');
    return text;
  });
  checkLayerCount(diffIds.length);
  const created = new Date(document.text('created') ?? Number.NaN);
  return { platform, diffIds, createdAt: Number.isNaN(created.getTime()) ? undefined : created, defaults: readDefaults(document) };
};

/** The part that containers are made from. @throws SiloError ManifestInvalid */
export const parseImageDefaults = (bytes: Uint8Array): ImageDefaults => readDefaults(parseJsonObject(bytes, 'configuration'));

const readDefaults = (document: JsonObject): ImageDefaults => {
  const config = document.object('config') ?? new JsonObject({}, 'config');
  const labels = config.object('Labels');
  return {
    user: config.text('User') ?? '',
    environment: config.texts('Env').map(splitVariable).filter(({ name }) => name !== ''),
    entrypoint: config.texts('Entrypoint'),
    command: config.texts('Cmd'),
    workingDirectory: config.text('WorkingDir') ?? '',
    volumes: config.object('Volumes')?.names() ?? [],
    stopSignal: config.text('StopSignal') || undefined,
    labels: labels?.names().map((name) => ({ name, value: labels.text(name) ?? '' })) ?? [],
    exposedPorts: config.object('ExposedPorts')?.names() ?? [],
    healthCheck: readHealthCheck(config.object('Healthcheck')),
  };
};

const splitVariable = (text: string): NameValue => {
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text, value: '' } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
};
