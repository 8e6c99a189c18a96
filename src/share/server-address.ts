import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { SiloError } from '../base/index.ts';

/** Addresses of a server, the best first. */
export type AddressLookup = (server: string) => Promise<readonly string[]>;

export const lookUpAddresses: AddressLookup = async (server) => (await lookup(server, { all: true })).map(({ address }) => address);

/** Port of SMB over TCP ([MS-SMB2] 1.9). */
const smbPort = 445;
const patienceMs = 10_000;

/** Why nothing answers there; undefined where something does. */
export type PortTry = (address: string, signal: AbortSignal) => Promise<string | undefined>;

export const trySmbPort: PortTry = (address, signal) => new Promise((resolve) => {
  const socket = connect({ host: address, port: smbPort, signal });
  socket.once('connect', () => { socket.destroy(); resolve(undefined); });
  socket.once('error', (error: Error & { code?: string }) => { resolve(error.code === 'ABORT_ERR' ? `no answer within ${patienceMs / 1000} seconds` : error.code ?? error.message); });
});

/**
 * The first address of the server at which something answers: the kernel knows no names, and cannot be stopped while
 * it tries one. Errors: ShareUnreachable, OperationCancelled.
 */
export const reachableAddress = async (server: string, share: string, { addressesOf, tryPort, signal }: { readonly addressesOf: AddressLookup; readonly tryPort: PortTry; readonly signal: AbortSignal | undefined }): Promise<string> => {
  const unreachable = (reason: string, cause?: unknown): SiloError => new SiloError('ShareUnreachable', { args: { share, reason }, target: { kind: 'path', id: share }, retryable: true, cause });
  let addresses: readonly string[];
  try {
    addresses = await addressesOf(server);
  } catch (cause) {
    throw unreachable(`no address of '${server}' is known (${(cause as { code?: string }).code ?? String(cause)})`, cause);
  }
  const reasons: string[] = [];
  for (const address of addresses) {
    if (signal?.aborted === true) throw new SiloError('OperationCancelled');
    const limit = AbortSignal.timeout(patienceMs);
    const reason = await tryPort(address, signal === undefined ? limit : AbortSignal.any([limit, signal]));
    if (reason === undefined) return address;
    reasons.push(`${address}: ${reason}`);
  }
  if (signal?.aborted === true) throw new SiloError('OperationCancelled');
  throw unreachable(reasons.length === 0 ? `'${server}' has no address` : `port ${smbPort} of ${reasons.join(', ')}`);
};
