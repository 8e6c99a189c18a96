/**
 * Applications of several containers, from compose files: reading YAML, variables, merging, `extends`, checking
 * against what Silo supports, and what must change for an application to be as its files say. It knows
 * files and their words alone: it refuses the store, containers and every effect but reading the files
 * that it is given. The engine's use cases call it.
 */
export { loadApplication, type LoadRequest } from './load-application.ts';
export type { Application, ApplicationNetwork, ApplicationService, DependencyCondition, ServiceBuild, ServiceDependency, ServiceFile, ServiceHook, ServiceMount } from './application.ts';
export { checkProjectName } from './project-name.ts';
export { dependencyWaves } from './dependency-order.ts';
export { configHash } from './config-hash.ts';
export { planReplicas, type ExistingReplica, type ReplicaStep, type WantedReplica } from './plan-replicas.ts';
export { dependencyTable, sharedServices } from './load-application.ts';
export { lendingService } from './lending-service.ts';
export { readText } from './read-text.ts';
