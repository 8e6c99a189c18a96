import type { ErrorCode } from '../base/index.ts';
import type { TSchema } from './schema.ts';

export interface MethodDefinition {
  readonly summary: string;
  readonly params: TSchema;
  readonly result: TSchema;
  /** Items of the stream that the call feeds where its `stream` parameter is given. */
  readonly streams?: TSchema;
  /** True where the call may be repeated by a client that lost the engine: it changes nothing. */
  readonly readOnly: boolean;
  /** Codes beside those any call can raise (ParameterInvalid, OperationCancelled, InternalError, …). */
  readonly errors: readonly ErrorCode[];
}
