import { SiloError } from '../base/index.ts';

/** Where in a compose file something stands. */
export interface ComposePlace {
  readonly file: string;
  /** Keys from the root. */
  readonly path: readonly string[];
  /** From 1; undefined where nobody knows. */
  readonly line?: number | undefined;
}

export const composeInvalid = ({ file, path, line }: ComposePlace, reason: string, cause?: unknown): SiloError => {
  const place = path.length === 0 ? 'the file' : path.join('.');
  return new SiloError('ComposeInvalid', { args: { file, path: line === undefined ? place : `${place} (line ${line})`, reason }, target: { kind: 'application', id: file }, ...(cause === undefined ? {} : { cause }) });
};
