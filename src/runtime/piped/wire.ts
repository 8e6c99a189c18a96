import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { CancellationToken, ParameterStructures, RequestType, StreamMessageReader, StreamMessageWriter, createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import type { Runtime } from '../../core/index.ts';

/** What of Runtime is called by its name; the others have a shape of their own, and runtimes behind a pipe have no settings of Linux. */
export type CallableMethod = Exclude<keyof Runtime, 'name' | 'exec' | 'checkSettings' | 'refreshNetwork' | 'joinsTerminals' | 'ownKernel' | 'joinsMachines' | 'mostLayerImages'>;

/** What may be called, and whether it may be called again where nobody knows if it was done. */
export const callable = {
  create: 'once', start: 'once', pause: 'once', resume: 'once', update: 'once',
  status: 'repeatedly', exit: 'repeatedly', execExit: 'repeatedly', statistics: 'repeatedly', list: 'repeatedly', requirements: 'repeatedly', wait: 'repeatedly',
  kill: 'repeatedly', killExec: 'repeatedly', delete: 'repeatedly', rotateLog: 'repeatedly', rotateProcessLog: 'repeatedly',
} as const satisfies Record<CallableMethod, 'once' | 'repeatedly'>;

/** May be said again with a lower version, where the answer shows that the other side speaks no higher one. */
export interface Hello { readonly version: number; readonly nonce: string; readonly proof: string }
export interface HelloAnswer { readonly version: number; readonly proof: string; readonly pid: number }
/** `args` without the AbortSignal, which becomes the cancellation of the request. */
export interface Call { readonly runtime: string; readonly method: CallableMethod; readonly args: readonly unknown[] }
/** `joinable`, since version 2: a terminal is about to join it. */
export interface Exec { readonly runtime: string; readonly spec: unknown; readonly joinable?: boolean }
export interface ExecStarted { readonly pid: number; readonly token: number }

/** JSON-RPC 2.0 in the language server protocol's frames; values as wire-values.ts writes them. */
export const requests = {
  hello: new RequestType<Hello, HelloAnswer, unknown>('hello', ParameterStructures.byName),
  call: new RequestType<Call, unknown, unknown>('call', ParameterStructures.byName),
  exec: new RequestType<Exec, ExecStarted, unknown>('exec', ParameterStructures.byName),
  /** Since version 2: asks it to end, now or when no container needs it any more. */
  retire: new RequestType<Record<string, never>, null, unknown>('retire', ParameterStructures.byName),
  /** Answers when the process has ended. */
  execExit: new RequestType<{ readonly token: number }, unknown, unknown>('exec/exited', ParameterStructures.byName),
} as const;

export const connectionOn = (socket: Socket): MessageConnection =>
  // What goes wrong on the wire ends the connection, which both sides see.
  createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket), { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined });

/** Shows that a side has read the address file, without showing what stands in it. */
export const proofOf = (token: string, side: 'client' | 'server', nonce: string): string => createHmac('sha256', token).update(`${side} ${nonce}`).digest('hex');

export const proves = (proof: unknown, token: string, side: 'client' | 'server', nonce: string): boolean => {
  const expected = Buffer.from(proofOf(token, side, nonce));
  const given = Buffer.from(typeof proof === 'string' ? proof : '');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** A signal that fires when the other side has cancelled its request. */
export const signalOf = (token: CancellationToken): AbortSignal => {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => { controller.abort(); });
  return controller.signal;
};
