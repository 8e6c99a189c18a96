/**
 * The seams: interfaces between policy (engine, image) and technology (store, snapshot, runtime,
 * network, volume). Only types stand here. Each interface carries its contract: states, who closes,
 * what may be repeated, which errors; test/conformance holds one suite for each. It refuses
 * implementations and imports base alone.
 */
export type * from './bundles.ts';
export type * from './container-files.ts';
export type * from './container-settings.ts';
export type * from './content-store.ts';
export type * from './file-transfer.ts';
export type * from './foreign-systems.ts';
export type * from './host.ts';
export type * from './host-service.ts';
export type * from './joining.ts';
export type * from './locks.ts';
export type * from './log.ts';
export type * from './metadata.ts';
export type * from './network.ts';
export type * from './port-probe.ts';
export type * from './registry.ts';
export type * from './runtime.ts';
export type * from './shares.ts';
export type * from './snapshotter.ts';
export type * from './state-root.ts';
export type * from './volumes.ts';
export type * from './web-files.ts';
