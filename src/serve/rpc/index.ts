/**
 * The JSON-RPC front end: frames, validation, streams with credit, progress, cancellation, and the
 * translation between the wire's words and the engine's use cases. It refuses policy and knows no
 * technology. The composition root starts it for `silo engine`; the module and every other client
 * speak to it.
 */
export { serveConnection, type EngineIdentity, type RootFiles, type ServeEnd, type ServeOptions } from './connection.ts';
