/**
 * A Runtime that lives in another process: the supervisor serves its own over a local pipe (RuntimeServer), and
 * engines use it as if it were theirs (PipedRuntime). What must hold tasks' output can so outlive every engine.
 * It owns the wire between the two and who may speak on it. It refuses to know what kind of runtime it carries,
 * and starts nothing: the composition root says how the other side is started.
 */
export { PipedRuntime } from './piped-runtime.ts';
export { RuntimeServer, type RuntimeServerOptions } from './runtime-server.ts';
export { SupervisorChannel, type ChannelOptions } from './supervisor-channel.ts';
