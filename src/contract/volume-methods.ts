import { Type } from 'typebox';
import type { ErrorCode } from '../base/index.ts';
import { shareCredential } from './container.ts';
import type { MethodDefinition } from './method.ts';
import { count, flag, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const shareFields = {
  source: text('Path of the share, or of a folder of one: \\\\server\\share[\\folder], with backslashes or slashes.'),
  userName: optional(text("Account at the server, as name, DOMAIN\\name or name@domain. Left out: on Linux nobody's, on Windows the host's own.")),
  requirePrivacy: optional(flag('Nothing goes over the network in clear, also where the server does not ask for it.')),
  mode: optional(Type.Integer({ minimum: 0, maximum: 4095, description: 'On Linux: permission bits that files and folders show; 0777 where left out.' })),
  userId: optional(count('On Linux: number of the user whose files and folders seem to be; 0 where left out.')),
  groupId: optional(count('On Linux: number of their group; 0 where left out.')),
};

const volume = record({
  name: text('Unique name; 64 hex digits where it was made for one container.'),
  anonymous: flag('True where it was made for one container, and goes with it.'),
  path: text('Folder on the host with its content; of a share, its path as the host writes it.'),
  labels: list(nameValue),
  containers: list(Type.String(), { description: 'Names of the containers that mount it, running or not.' }),
  share: nullable(record(shareFields, 'The SMB share that it stands for; null where it is a folder of this host.')),
  sizeBytes: nullable(count('Bytes on the disk; null where nobody asked, and of a share.')),
  createdAt: time('When it was made.'),
}, 'A volume: a folder that Silo keeps, or an SMB share, that outlives containers.');
export type WireVolume = Static<typeof volume>;

const item = record({
  name: text('Name of the volume.'),
  sizeBytes: count('Bytes on the disk.'),
  reason: text('Why, or why not.'),
  action: oneOf(['Removed', 'WouldRemove', 'Failed'], 'What was done, or would be.'),
});

const volumeName = text('Name of a volume.');
const changeErrors = ['DiskFull', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const satisfies readonly ErrorCode[];

/** Methods of volumes. */
export const volumeMethods = define({
  'volume/list': {
    summary: 'Volumes in order of their names, or those that are named.',
    params: record({ volumes: optional(list(volumeName, { description: 'Only these; each must exist.' })), size: optional(flag('True counts the bytes of each, which takes its time.')) }),
    result: record({ items: list(volume) }),
    readOnly: true,
    errors: ['VolumeNotFound'],
  },
  'volume/create': {
    summary: 'Makes an empty volume, or one that stands for an SMB share, which is attached while a container that mounts it runs.',
    params: record({
      name: optional(text('Unique name; made up where left out.')), labels: optional(list(nameValue)),
      ifNotExists: optional(flag('Gives the volume of that name where there is one; of the same share, with the password that is given now.')),
      share: optional(record({ ...shareFields, credential: optional(record(shareCredential, 'Sent over the connection only; never answered or logged, and kept apart from the volume.')) }, 'Its data is on a server.')),
    }),
    result: record({ volume, existed: flag('True where it was there.') }),
    readOnly: false,
    errors: ['VolumeNameInUse', 'PathAccessDenied', 'SharePathInvalid', 'ShareCredentialInvalid', 'ShareCredentialMissing', 'OptionUnsupported', ...changeErrors],
  },
  'volume/remove': {
    summary: 'Removes a volume that no container mounts, with its content; what is on the server of a share stays there.',
    params: record({ volume: volumeName, force: optional(flag('A volume that is not there is no error.')) }),
    result: record({ removed: flag('False where nothing was there.'), name: volumeName }),
    readOnly: false,
    errors: ['VolumeNotFound', 'VolumeInUse', 'PathAccessDenied', ...changeErrors],
  },
  'volume/prune': {
    summary: 'Removes all volumes that no container mounts.',
    params: record({ dryRun: optional(flag('Only tells what would go.')), olderThan: optional(time('Only volumes that were made before.')) }),
    result: record({ items: list(item), reclaimedBytes: count('Sum of what was removed, or would be.') }),
    readOnly: false,
    errors: changeErrors,
  },
});
