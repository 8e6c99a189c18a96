import { open } from 'node:fs/promises';
import { SiloError } from '../base/index.ts';
import type { ReadText } from './load-application.ts';

const hasCode = (error: unknown, ...codes: readonly string[]): boolean => error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Reads a text file of the host; a pipe or device, which might never end, is none. */
export const readText: ReadText = async (path, limit) => {
  let file;
  try {
    file = await open(path, 'r');
    const facts = await file.stat();
    if (!facts.isFile()) return undefined;
    if (facts.size > limit) throw new SiloError('ParameterInvalid', { args: { parameter: path, reason: `it is larger than ${limit} bytes` }, target: { kind: 'path', id: path } });
    return await file.readFile('utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    if (hasCode(error, 'EACCES', 'EPERM')) throw new SiloError('PathAccessDenied', { args: { path, reason: 'it cannot be read' }, target: { kind: 'path', id: path }, cause: error });
    throw error;
  } finally {
    await file?.close();
  }
};
