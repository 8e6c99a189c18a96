/**
 * Networks of a Linux host by plugins of the Container Network Interface: transparent ones, where containers
 * stand beside the host on its own network (macvlan), and those of configuration lists that administrators
 * wrote, which it uses and never changes. It owns the folders `cni` of the run folder and `foreign-networks`
 * of the state root, where it keeps what each plugin was told, so that it can be told to undo it. It refuses bridges
 * and address translation of its own. Called through the seam `Network`, by way of LinuxNetwork.
 */
export { CniNetwork } from './cni-network.ts';
export { ForeignLinks } from './foreign-links.ts';
export { findPlugin } from './plugin.ts';
