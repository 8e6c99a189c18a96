import { SiloError } from '../base/index.ts';
import type { Answer } from './answer.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import { parseRetryAfter } from './retry-after.ts';
import { redact, type Secret } from './secret.ts';

/** Bytes of an error's body that are looked at. */
const detailBytes = 64 * 1024;
const detailChars = 300;

export interface RefusalContext {
  /** For messages. */
  readonly repository: string;
  readonly secrets: Iterable<Secret>;
  /** True where credentials were sent. */
  readonly known: boolean;
  /** The error for 404, which means another thing at every address. */
  readonly notFound?: () => SiloError;
}

interface RefusalDetail { readonly code: string; readonly text: string }

/** The first error of `{"errors":[{code,message}]}` (OCI distribution specification, "Error Codes"), as one safe line. */
const readDetail = async (answer: Answer, secrets: Iterable<Secret>): Promise<RefusalDetail> => {
  try {
    const errors = fieldsOf(parseBoundedJson(await answer.read(detailBytes)))?.get('errors');
    const first = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
    const code = first?.get('code');
    const message = first?.get('message');
    // Control and formatting characters could rewrite a terminal's line.
    const clean = (value: unknown): string => (typeof value === 'string' ? redact(value.slice(0, 2000), secrets).toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, detailChars) : '');
    return { code: /^[A-Z_]{1,60}$/.test(clean(code)) ? clean(code) : '', text: clean(message).replace(/\.$/, '') };
  } catch {
    return { code: '', text: '' };
  }
};

/** What an answer that is no success means. Reads the answer's body. */
export const refusalOf = async (answer: Answer, { repository, secrets, known, notFound }: RefusalContext): Promise<SiloError> => {
  const { registry, status } = answer;
  const detail = await readDetail(answer, secrets);
  const target = { kind: 'host', id: registry } as const;
  const native = { httpStatus: status } as const;
  const retryAfterMs = parseRetryAfter(answer.header('retry-after'), Date.now());
  const retryAfter = retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) };
  const reason = detail.text || detail.code || `it answered ${status}`;
  const elsewhere = answer.ledAway ? `'${answer.url.host}', to which it redirects, ` : '';
  if (answer.ledAway && (status === 401 || status === 407)) return answer.invalid(`${elsewhere}asks for credentials`);
  if (status === 401 || detail.code === 'UNAUTHORIZED') {
    if (known) return new SiloError('RegistryAccessDenied', { args: { registry, repository, reason }, target, native });
    return new SiloError('RegistryLoginRequired', { args: { registry, reason }, target, native });
  }
  if (status === 403 || detail.code === 'DENIED') return new SiloError('RegistryAccessDenied', { args: { registry, repository, reason: `${elsewhere}${reason}` }, target, native });
  if (status === 404 && notFound !== undefined) return notFound();
  if (status === 405 || status === 501 || detail.code === 'UNSUPPORTED') return new SiloError('RegistryOperationUnsupported', { args: { registry, operation: 'this operation' }, target, native });
  if (status === 429) {
    const advice = retryAfterMs === undefined ? 'it does not say for how long' : `it asks to wait ${Number.isFinite(retryAfterMs) ? `${Math.ceil(retryAfterMs / 1000)} seconds` : 'for ever'}`;
    return new SiloError('RegistryRateLimited', { args: { registry, advice, ...retryAfter }, target, native, retryable: true });
  }
  if (status === 408 || status >= 500) return new SiloError('RegistryUnreachable', { args: { registry, reason: `${elsewhere}it answered ${status}${detail.text === '' ? '' : ` (${detail.text})`}`, ...retryAfter }, target, native, retryable: true });
  if (status >= 400) return new SiloError('RegistryRequestRefused', { args: { registry, reason: `${elsewhere}${reason}` }, target, native });
  return answer.invalid(`it answered ${status}, which means nothing here`);
};
