/**
 * Use cases: create, start, stop, wait, remove, run, processes, logs, images, isolation, repair. All
 * policy is here: what follows from what, in which order, and what is undone when it fails. It refuses
 * I/O and platforms: both come through Ports, which the composition root fills. Front ends (serve),
 * the supervisor and tests call it.
 */
export { Engine } from './engine.ts';
export type { EffectiveIsolation, IsolationOffer, IsolationTechnology, Ports } from './ports.ts';
export type { CreateRequest } from './container-spec.ts';
export { createContainer } from './create-container.ts';
export { restartByPolicy, startContainer } from './start-container.ts';
export { stopContainer } from './stop-container.ts';
export { pauseContainer, resumeContainer } from './pause-container.ts';
export { restartContainer } from './restart-container.ts';
export { renameContainer } from './rename-container.ts';
export { containerStatistics, type ContainerStatistics } from './container-statistics.ts';
export { watchEvents } from './watch-events.ts';
export { updateContainer } from './update-container.ts';
export { stopProcess } from './stop-process.ts';
export { waitContainer } from './wait-container.ts';
export { removeContainer } from './remove-container.ts';
export { runContainer, disconnected, type LineSink } from './run-container.ts';
export { listContainers, lookAt, type LiveContainer } from './list-containers.ts';
export { readContainerLog } from './container-log.ts';
export { listProcesses, runProcess, startProcess, startSession, waitProcess, type ProcessRequest } from './processes.ts';
export { getIsolation, setHostIsolation, type IsolationReport } from './isolation.ts';
export { setContainerIsolation } from './isolation-swap.ts';
export { isHostReady, windowsIsolations } from './isolation-availability.ts';
export { windowsRequirements } from './isolation-requirements.ts';
export { podRule } from './isolation-pods.ts';
export { importImages } from './import-images.ts';
export { buildImage } from './build-image.ts';
export { listImages, type ImageWithUsers } from './list-images.ts';
export { removeImage } from './remove-image.ts';
export { commitContainer } from './commit-container.ts';
export { containerChanges } from './container-changes.ts';
export { copyContainerFile } from './copy-file.ts';
export { exportContainer } from './export-container.ts';
export { exportImages } from './export-images.ts';
export { optimizeStore, type StoreItem } from './optimize-store.ts';
export { repairOnRequest } from './repair-store.ts';
export { moveStore } from './move-store.ts';
export { tagImage } from './tag-image.ts';
export { imageHistory } from './image-history.ts';
export { listLayers } from './list-layers.ts';
export { describeHost } from './host-info.ts';
export { installHost } from './install-host.ts';
export { uninstallHost } from './uninstall-host.ts';
export { dropDoubtfulLayers, repairStore, removeIfAutomatic } from './repair.ts';
export { needsHand, planAfterBoot, supervisedContainers, turnLogOver } from './supervision.ts';
export { checkHealth, healthPauseMs } from './health-check.ts';
export { createNetwork, type NetworkRequest } from './create-network.ts';
export { listAdapters, listNetworks, type Adapter, type NetworkWithUsers } from './list-networks.ts';
export { connectContainer, disconnectContainer } from './connect-container.ts';
export { findName, namedNetworks } from './find-names.ts';
export { createVolume, listVolumes, pruneVolumes, removeVolume, type VolumeWithUsers } from './volumes.ts';
export { removeNetwork } from './remove-network.ts';
export { repairNetworks } from './repair-networks.ts';
export { formatPublishedPort } from './published-ports.ts';
export { lockName } from './container-lock.ts';
export { settle } from './settle.ts';
export { pullImage } from './pull-image.ts';
export { pushImage } from './push-image.ts';
export { findImages, findReferrers } from './find-images.ts';
export { testImage, type ImageTest } from './test-image.ts';
export { readApplicationLog } from './application-log.ts';
export { applyApplication, type ApplicationItem } from './apply-application.ts';
export { removeApplication, startApplication, stopApplication } from './change-application.ts';
export { listApplications, type ApplicationStatus } from './list-applications.ts';
