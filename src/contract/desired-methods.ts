import type { ErrorCode } from '../base/index.ts';
import { foundApplication, foundContainer, foundContainerList, foundHost, foundImage, foundNetwork, foundVolume, wantedApplication, wantedContainer, wantedContainerList, wantedHost, wantedImage, wantedNetwork, wantedVolume } from './desired-state.ts';
import type { MethodDefinition } from './method.ts';
import { progressToken } from './parameters.ts';
import { flag, list, oneOf, optional, record, text, type Static } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** One field is given: it says of what kind the thing is. */
const wanted = {
  container: optional(wantedContainer), image: optional(wantedImage), network: optional(wantedNetwork), volume: optional(wantedVolume),
  host: optional(wantedHost), application: optional(wantedApplication), containerList: optional(wantedContainerList),
};

/** The field of the kind that was asked for. */
const found = record({
  container: optional(foundContainer), image: optional(foundImage), network: optional(foundNetwork), volume: optional(foundVolume),
  host: optional(foundHost), application: optional(foundApplication), containerList: optional(foundContainerList),
});
export type WireFound = Static<typeof found>;

const difference = record({
  property: text('Property that is not as wished; exist where the thing is not there, or there and shall not be.'),
  change: oneOf(['Create', 'Remove', 'InPlace', 'Restart', 'Recreate'], 'What mends it. InPlace leaves the thing as it is otherwise, Restart ends its processes, Recreate makes it anew.'),
  reason: text('Clause for people.'),
});

/** Things may be brought about in many ways, each of which can fail as its own method does. */
const errors = [
  'ContainerNotRunning', 'ContainerNotFound', 'IdAmbiguous', 'ContainerBusy', 'ContainerNameInvalid', 'ContainerNameInUse', 'CommandMissing', 'ContainerStartFailed', 'ExecutableNotFound', 'UserNotFound', 'PathNotFound', 'PathAccessDenied', 'OptionUnsupported', 'IsolationUnsupported', 'IsolationChangeUnsupported',
  'RuntimeFailed', 'ConfigInvalid', 'ImageNotFound', 'ImageReferenceInvalid', 'ImageInUse', 'ImagePlatformMismatch', 'ArchiveInvalid', 'PlatformInvalid', 'DigestMismatch', 'ManifestInvalid', 'RegistryUnreachable', 'RegistryLoginRequired', 'RegistryAccessDenied', 'RegistryRateLimited', 'RegistryAnswerInvalid', 'TagNotFound',
  'NetworkNotFound', 'NetworkNameInvalid', 'NetworkNameInUse', 'NetworkInUse', 'SubnetConflict', 'NetworkDriverUnsupported', 'InterfaceNotFound', 'NetworkToolMissing', 'NetworkFailed', 'PortInUse', 'AddressInUse', 'AddressExhausted', 'VolumeNotFound', 'VolumeInUse',
  'ComposeInvalid', 'ApplicationBusy', 'ApplicationNotFound', 'ServiceFailed', 'ServiceManagerMissing', 'HostServiceFailed', 'HostFeatureFailed', 'DiskFull', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate',
] as const satisfies readonly ErrorCode[];

/** Methods of desired state: what a thing shall be, whatever it takes. */
export const desiredMethods = define({
  'desired/test': {
    summary: 'What is there of a thing, and what of it is not as wished.',
    params: record(wanted),
    result: record({ found, differences: list(difference) }),
    readOnly: true,
    errors,
  },
  'desired/set': {
    summary: 'Brings about what is wished where it is not so already; what is not named stays.',
    params: record({ ...wanted, dryRun: optional(flag('Tells what differs, and changes nothing.')), progressToken }),
    result: record({ before: found, found, differences: list(difference, { description: 'Those that were there before.' }), left: list(difference, { description: 'Those that are there now; with dryRun the same.' }) }),
    readOnly: false,
    errors,
  },
  'desired/list': {
    summary: 'Everything of a kind that is there, in words in which it may be wished.',
    params: record({ kind: oneOf(['container', 'image', 'network', 'volume', 'host', 'application', 'containerList'], 'Kind.') }),
    result: record({ items: list(found) }),
    readOnly: true,
    errors: ['ElevationRequired'],
  },
});
