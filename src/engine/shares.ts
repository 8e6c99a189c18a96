import { createHash } from 'node:crypto';
import { SiloError } from '../base/index.ts';
import type { ContainerMount, ContainerRecord, ContainerSpec, MetadataReader, NamedShare, RestartPolicy, ShareSource, VolumeRecord } from '../core/index.ts';
import type { Ports, ShareHost } from './ports.ts';
import { formatSharePath, parseSharePath, type SharePath } from './share-path.ts';

/** A password for the account with which a request mounts a share. It gets into no specification. */
export interface ShareCredential {
  readonly userName: string;
  readonly secret: string;
}

/** One that belongs to a mount of the request. */
export interface MountCredential extends ShareCredential {
  /** Path of the share, as the mount has it. */
  readonly source: string;
}

const patienceMs = 60_000;

/** States in which a container needs its shares. */
const needing: ReadonlySet<ContainerRecord['state']> = new Set(['starting', 'running', 'paused']);

const sourceOf = ({ source, userName, requirePrivacy, mode, userId, groupId }: NamedShare): ShareSource =>
  ({ ...parseSharePath(source), userName, encrypted: requirePrivacy ?? false, mode, userId, groupId });

/** The share that a mount shows: its own, or that of its volume, which is the same as long as a container mounts it; undefined where it shows none. */
export const shareOf = (reader: MetadataReader, mount: ContainerMount): NamedShare | undefined =>
  mount.kind === 'smb' ? mount : mount.kind === 'volume' ? partOf(reader.volume(mount.source)?.share, mount.subPath) : undefined;

/** A folder of a share is a place of its own. */
const partOf = (share: NamedShare | undefined, subPath: string | undefined): NamedShare | undefined => (share === undefined || subPath === undefined ? share : { ...share, source: `${share.source}/${subPath}` });

const shareSources = (reader: MetadataReader, spec: Pick<ContainerSpec, 'mounts'>): readonly ShareSource[] =>
  spec.mounts.flatMap((mount) => { const share = shareOf(reader, mount); return share === undefined ? [] : [sourceOf(share)]; });

/** Those of one container. */
const ownSources = (ports: Ports, spec: Pick<ContainerSpec, 'mounts'>): readonly ShareSource[] => ports.metadata.read((reader) => shareSources(reader, spec));

/** Get-Credential puts a backslash before a name without a domain. */
const accountName = (userName: string): string => userName.replace(/^\\/, '');

/** One password for each account of a share, whoever mounts which folder of it. */
const credentialId = ({ server, share }: SharePath, userName: string): string => createHash('sha256').update(JSON.stringify([server, share, userName].map((word) => word.toLowerCase()))).digest('hex').slice(0, 24);

const shareHost = ({ shares }: Ports): ShareHost => {
  if (shares === undefined) throw new SiloError('OptionUnsupported', { args: { option: 'A mount of an SMB share', reason: 'nothing here can attach it' } });
  return shares;
};

/** Held by whoever attaches or detaches the place, or writes or forgets that password, after the container's lock. Errors: StoreBusy. */
const withShare = async <T>(ports: Ports, name: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> => {
  const lock = await ports.locks.acquire(shareLockName(name), { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
  try {
    return await body();
  } finally {
    await lock.release();
  }
};

const shareLockName = (name: string): string => `share-${name}`;

/** What an account's name must be, and its password. @throws SiloError ShareCredentialInvalid */
const checkShareCredential = (share: string, { userName, secret }: ShareCredential): void => {
  const refused = (reason: string): SiloError => new SiloError('ShareCredentialInvalid', { args: { share, reason }, target: { kind: 'path', id: share } });
  checkUserName(share, userName);
  if (secret === '') throw refused('its password is empty');
  if (secret.length > 512 || secret.includes('\0')) throw refused('its password is longer than 512 characters, or holds a NUL');
};

/** @throws SiloError ShareCredentialInvalid */
const checkUserName = (share: string, userName: string): void => {
  const name = userName.replace(/^[^\\]*\\/, '');
  if (name === '' || userName.length > 256 || /["/[\]:;|=,+*?<>\u0000-\u001F]/.test(name) || name.includes('\\')) throw new SiloError('ShareCredentialInvalid', { args: { share, reason: `'${userName}' is not the name of an account` }, target: { kind: 'path', id: share } });
};

/** The mount, or the volume's share, with its path as this host writes it. @throws SiloError SharePathInvalid, ShareCredentialInvalid */
export const checkedShare = <T extends NamedShare>(share: T, hostOs: string): T => {
  const source = formatSharePath(parseSharePath(share.source), hostOs);
  const userName = share.userName === undefined ? undefined : accountName(share.userName);
  if (userName !== undefined) checkUserName(source, userName);
  return { ...share, source, ...(userName === undefined ? {} : { userName }) };
};

const given = (credentials: readonly MountCredential[], path: SharePath, userName: string): MountCredential | undefined =>
  credentials.find((credential) => credentialId(parseSharePath(credential.source), accountName(credential.userName)) === credentialId(path, userName));

/**
 * Whether this host can attach what the container mounts, and has the passwords for it or gets them now; sentences on what
 * the user should know. @throws SiloError OptionUnsupported, ShareCredentialInvalid, ShareCredentialMissing
 */
export const checkShares = async (ports: Ports, spec: ContainerSpec, credentials: readonly MountCredential[]): Promise<readonly string[]> => {
  const warnings = new Set<string>();
  for (const source of ownSources(ports, spec)) {
    await checkShare(ports, source, credentials);
    if (source.userName === undefined) continue;
    const share = formatSharePath(source, ports.host.os);
    if (!shareHost(ports).credentials.outliveHost && restartsAfterBoot(spec.restartPolicy)) warnings.add(`The password of '${source.userName}' for ${share} is kept in memory alone: after the host has started again the restart policy starts the container only when Set-Container -ShareCredential has given it again.`);
  }
  return [...warnings];
};

/** @throws SiloError OptionUnsupported, ShareCredentialInvalid, ShareCredentialMissing */
const checkShare = async (ports: Ports, source: ShareSource, credentials: readonly MountCredential[]): Promise<void> => {
  const { mounts, credentials: kept } = shareHost(ports);
  mounts.check(source);
  if (source.userName === undefined) return;
  const share = formatSharePath(source, ports.host.os);
  const credential = given(credentials, source, source.userName);
  if (credential !== undefined) checkShareCredential(share, credential);
  else if (await kept.find(credentialId(source, source.userName)) === undefined) throw credentialMissing(share, source.userName, 'none was given');
};

/** A share that a volume shall stand for, as the store keeps it. @throws SiloError SharePathInvalid, OptionUnsupported, ShareCredentialInvalid, ShareCredentialMissing */
export const checkVolumeShare = async (ports: Ports, share: NamedShare, credentials: readonly MountCredential[]): Promise<NamedShare> => {
  const checked = checkedShare(share, ports.host.os);
  await checkShare(ports, sourceOf(checked), credentials);
  return checked;
};

/** Whether two of them are attached as one. */
export const isSameShare = (ports: Ports, one: NamedShare | undefined, other: NamedShare | undefined): boolean => {
  const { mounts } = one === undefined && other === undefined ? { mounts: undefined } : shareHost(ports);
  return one === undefined || other === undefined ? one === other : mounts?.placeOf(sourceOf(one)) === mounts?.placeOf(sourceOf(other));
};

const restartsAfterBoot = (policy: RestartPolicy | undefined): boolean => policy !== undefined && policy.name !== 'no';

const credentialMissing = (share: string, user: string, reason: string): SiloError => new SiloError('ShareCredentialMissing', { args: { share, user, reason }, target: { kind: 'path', id: share } });

/** Keeps the passwords of a request, once the record is there that needs them: whatever a kill leaves has an owner. */
export const keepShareCredentials = async (ports: Ports, credentials: readonly MountCredential[]): Promise<void> => {
  for (const { source, userName, secret } of credentials) {
    const id = credentialId(parseSharePath(source), accountName(userName));
    await withShare(ports, id, undefined, () => shareHost(ports).credentials.keep(id, secret));
  }
};

/** Gives a container's shares another password, or the one that is gone, for every container with that account. @throws SiloError ShareCredentialInvalid */
export const renewShareCredential = async (ports: Ports, record: ContainerRecord, credential: ShareCredential): Promise<void> => {
  const userName = accountName(credential.userName);
  const sources = ownSources(ports, record.spec);
  const own = sources.filter((source) => source.userName?.toLowerCase() === userName.toLowerCase());
  const names = [...new Set(sources.map((source) => source.userName).filter((name) => name !== undefined))];
  const [first] = own;
  if (first === undefined) {
    const reason = names.length === 0 ? `the container '${record.name}' mounts none with an account` : `the container '${record.name}' mounts shares as ${names.join(', ')}, not as ${userName}`;
    throw new SiloError('ShareCredentialInvalid', { args: { share: sources[0] === undefined ? 'SMB shares' : formatSharePath(sources[0], ports.host.os), reason }, target: { kind: 'container', id: record.id } });
  }
  checkShareCredential(formatSharePath(first, ports.host.os), { userName, secret: credential.secret });
  await keepShareCredentials(ports, own.map((source) => ({ source: formatSharePath(source, ports.host.os), userName, secret: credential.secret })));
};

const attach = async (ports: Ports, place: string, source: ShareSource, signal: AbortSignal | undefined): Promise<string> => {
  const { mounts, credentials } = shareHost(ports);
  const { userName } = source;
  const password = userName === undefined ? undefined : await credentials.find(credentialId(source, userName));
  if (userName !== undefined && password === undefined) throw credentialMissing(formatSharePath(source, ports.host.os), userName, credentials.whyGone);
  return mounts.attach(place, source, password, signal);
};

/** Attaches a share, and answers with the folder that stands for it. The container's record says already that it needs it. */
export const attachShare = async (ports: Ports, share: NamedShare, signal: AbortSignal | undefined): Promise<string> => {
  const source = sourceOf(share);
  const place = shareHost(ports).mounts.placeOf(source);
  return withShare(ports, place, signal, () => attach(ports, place, source, signal));
};

/** Whether somebody needs the place, as the store says it: no count could be wrong after a kill. */
const isNeeded = ({ shares }: Ports, reader: MetadataReader, place: string, leaving: string | undefined): boolean =>
  reader.containers({ states: [...needing] }).some(({ id, spec }) => id !== leaving && shareSources(reader, spec).some((source) => shares?.mounts.placeOf(source) === place));

const detachUnneeded = (ports: Ports, place: string, leaving: string | undefined): Promise<void> => withShare(ports, place, undefined, async () => {
  if (ports.metadata.read((reader) => isNeeded(ports, reader, place, leaving))) return;
  await ports.shares?.mounts.detach(place);
  await ports.locks.forget(shareLockName(place));
});

/** Detaches the shares of a container whose task is gone, but for those that another one needs. */
export const releaseShares = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  const { shares } = ports;
  if (shares === undefined) return;
  for (const place of new Set(ownSources(ports, record.spec).map((source) => shares.mounts.placeOf(source)))) await detachUnneeded(ports, place, record.id);
};

const credentialIds = (sources: readonly ShareSource[]): readonly string[] => sources.flatMap((source) => (source.userName === undefined ? [] : [credentialId(source, source.userName)]));

/** Passwords that somebody needs: containers, whether they run or not, and volumes, whether one mounts them or not. */
const neededIds = (reader: MetadataReader, leaving: string | undefined): ReadonlySet<string> => new Set(credentialIds([
  ...reader.containers().filter(({ id }) => id !== leaving).flatMap(({ spec }) => shareSources(reader, spec)),
  ...reader.volumes().flatMap(({ share }) => (share === undefined ? [] : [sourceOf(share)])),
]));

const forgetUnneeded = (ports: Ports, id: string, leaving: string | undefined): Promise<void> => withShare(ports, id, undefined, async () => {
  if (ports.metadata.read((reader) => neededIds(reader, leaving)).has(id)) return;
  await ports.shares?.credentials.forget(id);
  await ports.locks.forget(shareLockName(id));
});

/** Forgets the passwords that only the container needed, which is about to go. */
export const forgetShareCredentials = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  for (const id of new Set(credentialIds(ownSources(ports, record.spec)))) await forgetUnneeded(ports, id, record.id);
};

/** The same for a volume whose record is gone. */
export const forgetVolumeCredentials = async (ports: Ports, { share }: VolumeRecord): Promise<void> => {
  for (const id of credentialIds(share === undefined ? [] : [sourceOf(share)])) await forgetUnneeded(ports, id, undefined);
};

/** Shares that are attached although no container needs them, and passwords of containers that are gone: what a kill left. */
export const leftShares = async (ports: Ports): Promise<readonly { readonly id: string; readonly lock: string; readonly reason: string; readonly release: () => Promise<void> }[]> => {
  const { shares } = ports;
  if (shares === undefined) return [];
  const [places, kept] = await Promise.all([shares.mounts.list(), shares.credentials.list()]);
  if (places.length === 0 && kept.length === 0) return [];
  return ports.metadata.read((reader) => {
    const known = neededIds(reader, undefined);
    return [
      ...places.filter((place) => !isNeeded(ports, reader, place, undefined)).map((place) => ({ id: place, lock: shareLockName(place), reason: 'no container that runs mounts this share', release: () => detachUnneeded(ports, place, undefined) })),
      ...kept.filter((id) => !known.has(id)).map((id) => ({ id, lock: shareLockName(id), reason: 'no container and no volume has this account of a share', release: () => forgetUnneeded(ports, id, undefined) })),
    ];
  });
};

/**
 * Attaches the shares of a container that does not run, for this engine alone, while `body` looks at them: at places of
 * their own, so that nobody who starts or ends meanwhile is kept waiting, or takes them away.
 */
export const withSharesApart = async <T>(ports: Ports, record: ContainerRecord, body: (folderOf: (mount: ContainerMount) => string) => Promise<T>): Promise<T> => {
  const folders = new Map<ContainerMount, string>();
  const look = async (left: readonly ContainerMount[]): Promise<T> => {
    const [mount, ...others] = left;
    if (mount === undefined) return body((asked) => folders.get(asked) ?? '');
    const share = ports.metadata.read((reader) => shareOf(reader, mount));
    if (share === undefined) return look(others);
    const source = sourceOf(share);
    const place = `${shareHost(ports).mounts.placeOf(source)}-${ports.newId().slice(0, 16)}`;
    return withShare(ports, place, undefined, async () => {
      try {
        folders.set(mount, await attach(ports, place, source, undefined));
        return await look(others);
      } finally {
        await shareHost(ports).mounts.detach(place);
        await ports.locks.forget(shareLockName(place));
      }
    });
  };
  return look(record.spec.mounts);
};
