/**
 * The wire: every JSON-RPC method and notification as data. Types, ajv validators, the OpenRPC document
 * (`rpc.discover`) and the tables of the PowerShell module are made from these schemas; nothing of the
 * wire is written down anywhere else. It refuses behaviour. Front ends and clients call it.
 */
export type { MethodDefinition } from './method.ts';
export { methods, type MethodName, type Params, type Result, type WireHost, type WireIsolation, type WireLogLine, type WireProcess, type WireRequirement } from './methods.ts';
export { notifications } from './notifications.ts';
export type { WireApplication } from './application-methods.ts';
export { dscKinds, dscNames, instanceSchema, type DscKind } from './dsc-manifest.ts';
export type { WireFound } from './desired-methods.ts';
export type { WireContainer } from './container.ts';
export type { WireAdapter, WireNetwork } from './network-methods.ts';
export type { WireHostService } from './host-methods.ts';
export type { WireImage } from './image.ts';
export { batchLines, maximumFrameBytes, protocolVersion, streamWindowBytes } from './protocol.ts';
export { createValidators, type Validators } from './validators.ts';
export { openRpcDocument } from './open-rpc.ts';
export { timeFields } from './time-fields.ts';
export type { WireVolume } from './volume-methods.ts';
export type { WireEvent } from './watch-methods.ts';
