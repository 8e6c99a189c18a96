/**
 * Networks of a Windows host by the Host Compute Network: networks, endpoints, namespaces, load balancers, and their policies. It
 * owns the objects whose names carry this state root's mark, and the folder where the ids of its namespaces are kept. It reuses a
 * network that the host has, and never changes or removes what is somebody else's. It refuses the choice of names and ports: the
 * engine keeps those in the store. Called through the seam `Network`; HcnService is the wrapper that it is made of.
 */
export { HcnNetwork } from './hcn-network.ts';
export { HcnService } from './hcn-service.ts';
export { hostPrograms } from './host-programs.ts';
export { hcnResults } from './hresult-table.ts';
export { accessRule, loadBalancer, outboundTranslation, portMapping } from './policies.ts';
