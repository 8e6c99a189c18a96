import { randomUUID } from 'node:crypto';
import { ResponseError } from 'vscode-jsonrpc/node';
import { SiloError, errorClasses } from '../../base/index.ts';
import type { Logger } from '../../core/index.ts';

/** `error.data` on the wire. */
interface ErrorData {
  readonly code: string;
  readonly class: string;
  readonly category: string;
  readonly message: string;
  readonly action: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly operation: string;
  readonly retryable: boolean;
  readonly target?: { readonly kind: string; readonly id: string };
  readonly native?: object;
  readonly incident?: string;
}

/** What is not a SiloError is a defect: the client gets an incident id, the log the stack. */
export const asSiloError = (error: unknown, operation: string, log: Logger): SiloError => {
  if (error instanceof SiloError) {
    error.operation ??= operation;
    if (error.class === 'internal') log.error({ err: error, operation, cause: error.cause }, error.message);
    return error;
  }
  const incident = randomUUID();
  log.error({ err: error, incident, operation }, 'unexpected error');
  return new SiloError('InternalError', { args: { incident }, operation, cause: error });
};

export const toResponseError = (error: SiloError): ResponseError<ErrorData> => {
  const incident = error.args['incident'];
  return new ResponseError(error.rpcCode, error.message, {
    code: error.code,
    class: error.class,
    category: errorClasses[error.class].category,
    message: error.message,
    action: error.action,
    args: error.args,
    operation: error.operation ?? '',
    retryable: error.retryable,
    ...(error.target === undefined ? {} : { target: error.target }),
    ...(error.native === undefined ? {} : { native: error.native }),
    ...(typeof incident === 'string' ? { incident } : {}),
  });
};
