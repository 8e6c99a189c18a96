/** Raised when an older client or engine could no longer understand the other side. */
export const protocolVersion = 1;
/** Most bytes that a stream sends without credit. */
export const streamWindowBytes = 1024 * 1024;
/** Longest message body accepted or sent, in bytes. */
export const maximumFrameBytes = 32 * 1024 * 1024;
/** Lines of a stream's batch, and their size. */
export const batchLines = 100;
export const batchBytes = 64 * 1024;
