/**
 * Network namespaces on Linux, without links to the outside: what the modes none and host need. It owns
 * the folder `netns` of the run folder. It refuses addresses, bridges and ports: those belong to the
 * implementations beside it. The composition root makes it; the engine calls it through the Network seam.
 */
export { NetnsNetwork } from './netns-network.ts';
