import { readFile } from 'node:fs/promises';
import { join, resolve, win32 } from 'node:path';
import { fromFileError } from '../../../base/index.ts';
import type { TaskMount } from '../../../core/index.ts';
import type { WindowsContainerExtras } from '../builders/windows-container.ts';
import type { Device } from '../documents/container.ts';
import { BundleDocument, bundleInvalid, unsupported } from './bundle-document.ts';
import { readBundleProcess, type BundleProcess } from './bundle-process.ts';

/** What runs it: the host's own kernel, a Windows machine, or a Linux machine. */
export type BundleKind = 'process' | 'hyperv' | 'linux';

/** A bundle's config.json, as far as a Windows host has a use for it (OCI runtime specification 1.x). Paths of the host are absolute. */
export interface BundleConfig {
  readonly ociVersion: string;
  readonly kind: BundleKind;
  readonly process: BundleProcess;
  /** Empty where the specification names no root. */
  readonly rootPath: string;
  readonly readOnlyRoot: boolean;
  readonly hostName: string;
  /** Folders and pipes of the host; other mounts of a Linux bundle are the guest's. */
  readonly mounts: readonly TaskMount[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Nearest parent first. */
  readonly layerFolders: readonly string[];
  readonly scratchFolder: string;
  readonly utilityVmPath: string | undefined;
  readonly networkNamespace: string | undefined;
  readonly networkSharedContainer: string | undefined;
  readonly memoryBytes: number | undefined;
  readonly processorCount: number | undefined;
  readonly extras: WindowsContainerExtras;
  /** JSON of a group managed service account. */
  readonly credentialSpec: string | undefined;
  /** The specification as it is, for a Linux guest. */
  readonly document: Readonly<Record<string, unknown>>;
}

const limitBytes = 4 * 1024 * 1024;

/** @throws SiloError PathNotFound, PathAccessDenied, BundleInvalid */
export const readOciFile = async (file: string): Promise<BundleDocument> => {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw fromFileError(error, file);
  }
  if (bytes.length > limitBytes) throw bundleInvalid(file, `it has ${bytes.length} bytes; ${limitBytes} are allowed`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw bundleInvalid(file, 'it is not JSON', error);
  }
  return new BundleDocument(value, file);
};

const kindOf = (config: BundleDocument): BundleKind => {
  for (const other of ['solaris', 'vm', 'zos', 'freebsd']) if (config.has(other)) throw unsupported(other, 'the bundle is for another system');
  if (config.has('linux')) return 'linux';
  const windows = config.object('windows');
  if (windows === undefined) throw config.invalid('windows', 'is missing');
  return windows.has('hyperv') ? 'hyperv' : 'process';
};

const annotationsOf = (config: BundleDocument): Readonly<Record<string, string>> => {
  const annotations = config.object('annotations');
  return annotations === undefined ? {} : Object.fromEntries(Object.keys(annotations.fields).map((name) => [name, annotations.text(name) ?? '']));
};

/** A Linux bundle's mounts of types that its kernel makes stay in the specification. */
const mountsOf = (config: BundleDocument, kind: BundleKind, absolute: (path: string) => string): readonly TaskMount[] =>
  config.objects('mounts').flatMap((mount) => {
    const target = mount.text('destination');
    if (target === undefined || target === '') throw mount.invalid('destination', 'is missing');
    const type = mount.text('type') ?? '';
    const options = mount.texts('options') ?? [];
    const bound = type === 'bind' || (kind === 'linux' ? options.some((option) => option === 'bind' || option === 'rbind') : type === '');
    if (!bound && (kind !== 'linux' || ['physical-disk', 'virtual-disk'].includes(type))) throw unsupported(`A mount of type '${type}'`, 'folders and named pipes can be mounted');
    if (!bound) return [];
    const source = mount.text('source') ?? '';
    if (source === '') throw mount.invalid('source', 'is missing');
    return [{ source: absolute(source), target, readOnly: options.some((option) => option.toLowerCase() === 'ro') }];
  });

const devicesOf = (windows: BundleDocument | undefined): readonly Device[] =>
  (windows?.objects('devices') ?? []).map((device) => {
    const [id, type] = [device.text('id'), device.text('idType')];
    if (id === undefined) throw device.invalid('id', 'is missing');
    if (type !== 'class') throw unsupported(`A device by '${type ?? ''}'`, 'devices are assigned by the class of their interface');
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw device.invalid('id', 'is not a GUID');
    return { InterfaceClassGuid: id };
  });

const processorOf = (resources: BundleDocument | undefined): WindowsContainerExtras['processor'] => {
  const cpu = resources?.object('cpu');
  if (cpu === undefined) return undefined;
  const [Count, Weight, Maximum] = [cpu.whole('count', 1, 0xffff_ffff), cpu.whole('shares', 1, 10_000), cpu.whole('maximum', 1, 10_000)];
  const given = { ...(Count === undefined ? {} : { Count }), ...(Weight === undefined ? {} : { Weight }), ...(Maximum === undefined ? {} : { Maximum }) };
  if (Object.keys(given).length > 1) throw cpu.invalid('count', 'stands beside shares or maximum; Windows takes one of the three');
  return Object.keys(given).length === 0 ? undefined : given;
};

const storageQosOf = (resources: BundleDocument | undefined): WindowsContainerExtras['storageQos'] => {
  const storage = resources?.object('storage');
  if (storage?.has('sandboxSize') === true) throw unsupported('windows.resources.storage.sandboxSize', 'the scratch has the size that it was made with');
  const [iops, bps] = [storage?.whole('iops'), storage?.whole('bps')];
  return iops === undefined && bps === undefined ? undefined : { ...(iops === undefined ? {} : { iopsMaximum: iops }), ...(bps === undefined ? {} : { bytesPerSecond: bps }) };
};

const refuseUnheard = (config: BundleDocument, kind: BundleKind): void => {
  const windows = config.object('windows');
  if (windows?.flag('servicing') === true) throw unsupported('windows.servicing', 'no updates are installed through bundles');
  const hooks = config.object('hooks');
  if (hooks !== undefined && Object.keys(hooks.fields).some((name) => hooks.objects(name).length > 0)) throw unsupported('hooks', 'on Windows none are run');
  if (kind === 'hyperv' && windows?.has('credentialSpec') === true) throw unsupported('windows.credentialSpec', 'utility VMs of bundles get no socket to the service that has the credential');
  if (kind !== 'linux') return;
  for (const name of ['devices', 'credentialSpec']) if (windows?.has(name) === true) throw unsupported(`windows.${name}`, 'Linux containers have none');
};

/** Reads `config.json` of the folder. @throws SiloError PathNotFound, PathAccessDenied, BundleInvalid, OptionUnsupported */
export const readBundle = async (folder: string): Promise<BundleConfig> => {
  const absolute = (path: string): string => (win32.isAbsolute(path) ? path : resolve(folder, path));
  const config = await readOciFile(join(folder, 'config.json'));
  const ociVersion = config.text('ociVersion');
  if (ociVersion === undefined || !/^1\.\d+\.\d+/.test(ociVersion)) throw config.invalid('ociVersion', 'is not a version 1');
  const kind = kindOf(config);
  refuseUnheard(config, kind);
  const process = config.object('process');
  if (process === undefined) throw config.invalid('process', 'is missing');
  const windows = config.object('windows');
  const [scratch, ...parents] = (windows?.texts('layerFolders') ?? []).toReversed();
  if (windows === undefined || scratch === undefined || parents.length === 0) throw config.invalid('windows.layerFolders', 'does not name a layer and, as the last, the scratch folder');
  const root = config.object('root');
  const rootPath = root?.text('path') ?? '';
  if (kind !== 'process' && rootPath !== '') throw config.invalid('root.path', 'is given: the layers of a container in a utility VM are mounted there');
  const resources = windows.object('resources');
  const network = windows.object('network');
  const processor = processorOf(resources);
  const storageQos = storageQosOf(resources);
  const devices = devicesOf(windows);
  const credentials = windows.object('credentialSpec');
  const dnsSearchList = network?.texts('DNSSearchList');
  return {
    ociVersion, kind, rootPath: rootPath === '' ? '' : absolute(rootPath),
    process: readBundleProcess(process, kind),
    readOnlyRoot: root?.flag('readonly') ?? false,
    hostName: config.text('hostname') ?? '',
    mounts: mountsOf(config, kind, absolute),
    annotations: annotationsOf(config),
    layerFolders: parents.toReversed().map(absolute),
    scratchFolder: absolute(scratch),
    utilityVmPath: windows.object('hyperv')?.text('utilityVMPath'),
    networkNamespace: network?.text('networkNamespace'),
    networkSharedContainer: network?.text('networkSharedContainerName'),
    memoryBytes: resources?.object('memory')?.whole('limit', 1),
    processorCount: processor?.Count,
    extras: {
      ...(processor === undefined ? {} : { processor }), ...(storageQos === undefined ? {} : { storageQos }), ...(devices.length === 0 ? {} : { devices }),
      ...(network === undefined ? {} : { allowUnqualifiedDnsQuery: network.flag('allowUnqualifiedDNSQuery') }), ...(dnsSearchList === undefined ? {} : { dnsSearchList }),
    },
    credentialSpec: credentials === undefined ? undefined : JSON.stringify(credentials.fields),
    document: config.fields,
  };
};
