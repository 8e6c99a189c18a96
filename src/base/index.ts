/**
 * Values and errors that every other room speaks: digests, image references, platforms, and SiloError
 * with its one table of codes. Everything here is a pure function or a plain value. It refuses I/O and
 * imports nothing at all, not even Node. Every room may call it.
 */
export { errorClasses, type ErrorClass } from './error-classes.ts';
export { errorTable, type ErrorCode, type ErrorRow } from './error-table.ts';
export { SiloError, isSiloError, type ErrorTarget, type NativeCode, type SiloErrorOptions } from './silo-error.ts';
export { fromFileError, hasErrno } from './errno.ts';
export { foreignFilters } from './file-system-filters.ts';
export { Arrival } from './arrival.ts';
export { digestParts, isDigest, parseDigest, shortHex, type Digest } from './digest.ts';
export { familiarImageReference, formatImageReference, parseImageReference, type ImageReference } from './image-reference.ts';
export { formatPlatform, normalizeArchitecture, parsePlatform, type Platform } from './platform.ts';
export { formatIpAddress, formatIpPrefix, hostRange, parseIpAddress, parseIpPrefix, prefixContains, prefixesOverlap, type IpAddress, type IpPrefix } from './ip-address.ts';
export { usedMemory } from './used-memory.ts';
