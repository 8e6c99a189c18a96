/**
 * Desired state: what of a thing differs from what was asked for, property by property, and the calls of the
 * engine's use cases that bring it about. What was not asked for is not managed. It keeps no state of its own:
 * everything is compared with what the store, the runtime and the host say now. It refuses I/O and platforms, as
 * the engine does. The JSON-RPC front end calls it for the methods desired/*.
 */
export { setDesired, testDesired, type DesiredKind, type Difference, type Found, type Work } from './desired.ts';
export { desiredApplication, type ApplicationWish } from './desired-application.ts';
export { desiredContainer, type ContainerWish, type FoundContainer } from './desired-container.ts';
export { copiedRequest, type CopyRequest, type NewContainer } from './copied-request.ts';
export { desiredContainerList, type ContainerListWish, type FoundContainerList } from './desired-container-list.ts';
export { desiredHost, type FoundHost, type HostWish } from './desired-host.ts';
export { desiredImage, type ImageWish } from './desired-image.ts';
export { desiredNetwork, type NetworkWish } from './desired-network.ts';
export { specifiedContainer } from './specified-container.ts';
export { desiredVolume, type VolumeWish } from './desired-volume.ts';
