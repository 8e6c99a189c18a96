import { SiloError } from '../base/index.ts';
import { abortError, timedOut } from './deadline.ts';

export interface NetworkContext {
  /** Host that was spoken to, or the registry's name. */
  readonly registry: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const codesOf = (error: unknown): readonly string[] => {
  const found: string[] = [];
  for (let one = error; typeof one === 'object' && one !== null && found.length < 8; one = 'cause' in one ? one.cause : undefined) {
    if ('code' in one && typeof one.code === 'string') found.push(one.code);
    // undici gives its parser's errors a code only where the parser had one.
    if (one instanceof Error && one.name === 'HTTPParserError') found.push('HPE_');
    if (one instanceof AggregateError) found.push(...codesOf(one.errors[0]));
  }
  return found;
};

const timeouts = /^(?:UND_ERR_(?:HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
const certificates = /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT_)/;
const invalid = /^(?:HPE_|UND_ERR_(?:HEADERS_OVERFLOW|RES_EXCEEDED_MAX_SIZE))/;
const broken = /^(?:UND_ERR_(?:SOCKET|CLOSED|DESTROYED|RES_CONTENT_LENGTH_MISMATCH)|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/;

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'no name server answered',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
};
const passing: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** What undici or the system threw, as a SiloError with the code's own meaning; SiloErrors stay as they are. */
export const fromNetworkError = (error: unknown, { registry, timeoutMs, signal }: NetworkContext): unknown => {
  if (signal?.aborted) return abortError(signal, registry);
  if (error instanceof SiloError) return error;
  const target = { kind: 'host', id: registry } as const;
  const codes = codesOf(error);
  const find = (pattern: RegExp): string | undefined => codes.find((code) => pattern.test(code));
  if (find(timeouts) !== undefined) return timedOut(registry, timeoutMs, error);
  const certificate = find(certificates);
  if (certificate !== undefined) return new SiloError('RegistryCertificateInvalid', { args: { host: registry, reason: certificate.toLowerCase().replace(/^err_tls_/, '').replaceAll('_', ' ') }, target, native: { errno: certificate }, cause: error });
  if (find(invalid) !== undefined) return new SiloError('RegistryAnswerInvalid', { args: { registry, reason: codes.includes('UND_ERR_HEADERS_OVERFLOW') ? 'its headers are too large' : 'it is not HTTP' }, target, cause: error });
  const known = codes.find((code) => Object.hasOwn(reasons, code));
  if (known !== undefined) return new SiloError('RegistryUnreachable', { args: { registry, reason: reasons[known] ?? known }, target, native: { errno: known }, cause: error, retryable: passing.has(known) });
  const cut = find(broken);
  if (cut !== undefined) return new SiloError('RegistryUnreachable', { args: { registry, reason: 'the connection was cut' }, target, native: { errno: cut }, cause: error, retryable: true });
  if (error instanceof Error && /Proxy response \(\d+\)/.test(error.message)) return new SiloError('RegistryUnreachable', { args: { registry, reason: 'the proxy refused the connection' }, target, cause: error });
  return error;
};
