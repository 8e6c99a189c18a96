/**
 * Networks of a Linux host by a bridge each: links, addresses, address translation, published ports. It owns
 * the links that carry this state root's mark and one nft table; it looks at everything else and touches
 * nothing of it. It refuses the choice of addresses and names: the engine keeps those in the store. Called
 * through the seam `Network`, by way of LinuxNetwork.
 */
export { BridgeNetwork } from './bridge-network.ts';
export { holderOf, listeners } from './listeners.ts';
export { NetworkHost } from './network-host.ts';
export { occupiedSubnets } from './occupied-subnets.ts';
