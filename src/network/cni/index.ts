/**
 * Networks of a Linux host by plugins of the Container Network Interface: transparent ones, where containers
 * stand beside the host on its own network (macvlan). It owns the folder `cni` of the run folder, where it
 * keeps what each plugin was told, so that it can be told to undo it. It refuses bridges, address
 * translation and published ports. Called through the seam `Network`, by way of LinuxNetwork.
 */
export { CniNetwork } from './cni-network.ts';
export { findPlugin } from './plugin.ts';
