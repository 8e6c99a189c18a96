import type { ApplicationService, ServiceFile, ServiceMount } from './application.ts';
import { isMap, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import type { ServiceSurroundings } from './resolve-service.ts';
import { isHostSource } from './service-paths.ts';
import { splitVolume } from './split-volume.ts';
import { readByteCount, readFlag, readPermissions } from './values.ts';

const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'] as const;
type Propagation = (typeof propagations)[number];
const isPropagation = (word: string): word is Propagation => (propagations as readonly string[]).includes(word);

/** Mounts of volumes and tmpfs, short forms and long ones. @throws SiloError ComposeInvalid */
export const readMounts = (service: ComposeMap, at: ServiceSurroundings): readonly ServiceMount[] => [
  ...(service.volumes as readonly unknown[] ?? []).map((entry, index) => {
    const path = ['volumes', String(index)];
    const mount = isMap(entry) ? longMount(entry, path, at) : shortMount(textOf(entry), path, at);
    if (mount.kind !== 'volume' || mount.source === '') return mount;
    const share = at.shareVolume(mount.source);
    // What the image has is not copied to a server.
    if (share !== undefined) return { ...share.mount, ...(mount.subPath === undefined ? {} : { source: `${share.mount.source}/${mount.subPath}` }), kind: 'smb', target: mount.target, readOnly: mount.readOnly || share.mount.readOnly } as const;
    const name = at.volumeName(mount.source);
    if (name === undefined) throw at.refuse(path, `there is no volume '${mount.source}' in the files`);
    return { ...mount, source: name };
  }),
  ...textsOf(service.tmpfs).map((entry) => memoryMount(entry, at)),
];

/** Passwords that the files give for the shares that the service mounts. @throws SiloError ComposeInvalid */
export const shareCredentials = (service: ComposeMap, at: ServiceSurroundings): ApplicationService['shareCredentials'] =>
  (service.volumes as readonly unknown[] ?? []).flatMap((entry, index) => {
    const { kind, source } = isMap(entry) ? longMount(entry, ['volumes', String(index)], at) : shortMount(textOf(entry), ['volumes', String(index)], at);
    const share = kind === 'volume' && source !== '' ? at.shareVolume(source) : undefined;
    return share?.secret === undefined || share.mount.userName === undefined ? [] : [{ source: share.mount.source, userName: share.mount.userName, secret: share.secret }];
  });

const shortMount = (text: string, path: readonly string[], at: ServiceSurroundings): ServiceMount => {
  const [first = '', second = '', modes = '', ...rest] = splitVolume(text);
  // A path alone is a volume that has no name in the files.
  const [source, target] = second === '' ? ['', first] : [first, second];
  const kind = source !== '' && isHostSource(source) ? 'bind' : 'volume';
  let mount: ServiceMount = { kind, source, target, readOnly: false };
  for (const mode of [modes, ...rest].join(':').split(',').filter(Boolean)) {
    if (mode === 'ro' || mode === 'rw') mount = { ...mount, readOnly: mode === 'ro' };
    // No container is confined by labels of files.
    else if ((mode === 'z' || mode === 'Z') && kind === 'bind') continue;
    else if (mode === 'nocopy' && kind === 'volume') mount = { ...mount, noCopy: true };
    else if (isPropagation(mode) && kind === 'bind') mount = { ...mount, propagation: mode };
    else throw at.refuse(path, `the mode '${mode}' of a ${kind === 'bind' ? 'folder of the host' : 'volume'} is not supported`);
  }
  return mount;
};

const longMount = (entry: ComposeMap, path: readonly string[], at: ServiceSurroundings): ServiceMount => {
  const options = (name: string): ComposeMap => (isMap(entry[name]) ? entry[name] : {});
  const flag = (value: unknown, ...key: readonly string[]): boolean => {
    const read = readFlag(value as string ?? false);
    if (read === undefined) throw at.refuse([...path, ...key], `'${textOf(value)}' is no truth value`);
    return read;
  };
  for (const name of ['bind', 'volume', 'tmpfs']) if (entry[name] !== undefined && entry.type !== name) throw at.refuse([...path, name], `the mount is of the type ${textOf(entry.type)}`);
  const { bind, volume, tmpfs } = { bind: options('bind'), volume: options('volume'), tmpfs: options('tmpfs') };
  // Silo makes no folders of the host by the way: only saying so is supported.
  if (flag(bind.create_host_path, 'bind', 'create_host_path')) throw at.refuse([...path, 'bind', 'create_host_path'], 'folders of the host are not made: this is not supported');
  const mount = { target: textOf(entry.target), readOnly: flag(entry.read_only, 'read_only') };
  switch (entry.type) {
    case 'tmpfs':
      if (entry.source !== undefined) throw at.refuse([...path, 'source'], 'what lies in memory has no source');
      return { ...mount, kind: 'tmpfs', source: '', ...memoryOptions(tmpfs.size, tmpfs.mode, (key, value) => at.refuse([...path, 'tmpfs', key], `'${value}' cannot be the ${key} of a file system`)) };
    case 'volume':
      return { ...mount, kind: 'volume', source: entry.source === undefined ? '' : textOf(entry.source), noCopy: flag(volume.nocopy, 'volume', 'nocopy') ? true : undefined, subPath: volume.subpath === undefined ? undefined : textOf(volume.subpath) };
    default:
      if (entry.source === undefined) throw at.refuse(path, 'a mount of the host needs a source');
      return { ...mount, kind: 'bind', source: textOf(entry.source), propagation: bind.propagation as Propagation | undefined };
  }
};

/** `/path[:option,option]`, as mount(8) has them. */
const memoryMount = (text: string, at: ServiceSurroundings): ServiceMount => {
  const [target = '', options = ''] = text.split(/:(.*)/s);
  let readOnly = false;
  let [size, mode]: (string | undefined)[] = [];
  for (const option of options.split(',').filter(Boolean)) {
    const [name, value] = option.split(/=(.*)/s);
    if (name === 'ro' || name === 'rw') readOnly = name === 'ro';
    else if (name === 'size') size = value;
    else if (name === 'mode') mode = value;
    // What every such mount of a container is.
    else if (!['exec', 'nosuid', 'nodev'].includes(option)) throw at.refuse(['tmpfs'], `the option '${option}' is not supported`);
  }
  return { kind: 'tmpfs', source: '', target, readOnly, ...memoryOptions(size, mode, (key, value) => at.refuse(['tmpfs'], `'${value}' cannot be the ${key} of a file system`)) };
};

const memoryOptions = (size: unknown, mode: unknown, refuse: (key: string, value: string) => Error): Pick<ServiceMount, 'sizeBytes' | 'mode'> => {
  const sizeBytes = size === undefined ? undefined : readByteCount(size as string);
  const bits = mode === undefined ? undefined : readPermissions(mode as string);
  if (size !== undefined && (sizeBytes === undefined || sizeBytes < 4096)) throw refuse('size', textOf(size));
  if (mode !== undefined && bits === undefined) throw refuse('mode', textOf(mode));
  return { sizeBytes, mode: bits };
};

interface Grants {
  /** Files of the host, mounted as they are. */
  readonly mounts: readonly ServiceMount[];
  readonly files: readonly ServiceFile[];
  /** By the names of the files. */
  readonly contents: ReadonlyMap<string, string>;
}

/** Secrets and configs of a service, where the specification says that it finds them. @throws SiloError ComposeInvalid */
export const readGrants = (service: ComposeMap, at: ServiceSurroundings): Grants => {
  const mounts: ServiceMount[] = [];
  const files: ServiceFile[] = [];
  const contents = new Map<string, string>();
  for (const kind of ['secrets', 'configs'] as const) {
    for (const [index, entry] of (service[kind] as readonly unknown[] ?? []).entries()) {
      const path = [kind, String(index)];
      const grant: ComposeMap = isMap(entry) ? entry : { source: entry };
      const key = textOf(grant.source);
      const found = at.granted(kind, key, path);
      const asked = grant.target === undefined ? key : textOf(grant.target);
      const target = /^([A-Za-z]:)?[\\/]/.test(asked) ? asked : `${kind === 'secrets' ? '/run/secrets' : ''}/${asked}`;
      if (found.file !== undefined) {
        const owned = ['uid', 'gid', 'mode'].find((name) => grant[name] !== undefined);
        if (owned !== undefined) throw at.refuse([...path, owned], `the file ${found.file} is mounted as it is: this is not supported`);
        mounts.push({ kind: 'bind', source: found.file, target, readOnly: true });
        continue;
      }
      const [uid, gid] = ['uid', 'gid'].map((name) => Number(grant[name] ?? 0));
      const mode = grant.mode === undefined ? 0o444 : readPermissions(grant.mode as string);
      if (mode === undefined || !Number.isInteger(uid) || !Number.isInteger(gid)) throw at.refuse(path, 'uid and gid are numbers, and the mode is octal');
      const name = `${kind === 'secrets' ? 'secret' : 'config'}-${index}`;
      files.push({ name, target, inMemory: kind === 'secrets', mode, uid: uid ?? 0, gid: gid ?? 0 });
      contents.set(name, found.content);
    }
  }
  return { mounts, files, contents };
};
