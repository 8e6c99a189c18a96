import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import { ContainedFolder } from './contained-folder.ts';
import { dockerfileLimitBytes } from './dockerfile-lines.ts';
import { dockerfileInvalid } from './dockerfile-invalid.ts';
import { IgnorePatterns } from './ignore-patterns.ts';
import { SourceTree } from './source-tree.ts';

export interface BuildContext {
  readonly dockerfile: string;
  readonly tree: SourceTree;
}

/**
 * Reads what a build begins with: the Dockerfile, and what .dockerignore (`<Dockerfile>.dockerignore`
 * before it) leaves of the folder. Errors: PathNotFound, PathAccessDenied, DockerfileInvalid, ParameterInvalid.
 */
export const openContext = async (path: string, dockerfile: string | undefined, dockerfileText?: string): Promise<BuildContext> => {
  try {
    if (!(await stat(path)).isDirectory()) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${path}' is no folder` } });
  } catch (error) {
    throw fromFileError(error, path);
  }
  const name = dockerfile ?? 'Dockerfile';
  const file = isAbsolute(name) ? name : join(path, name);
  const text = dockerfileText ?? await readText(file);
  if (text === undefined) throw new SiloError('PathNotFound', { args: { path: file }, target: { kind: 'path', id: file } });
  const ignoreFile = `${file}.dockerignore`;
  const own = dockerfileText === undefined ? await readText(ignoreFile) : undefined;
  const ignoreName = own === undefined ? join(path, '.dockerignore') : ignoreFile;
  const ignore = own ?? await readText(ignoreName) ?? '';
  const patterns = IgnorePatterns.parse(ignore, (line, pattern) => {
    throw new SiloError('ParameterInvalid', { args: { parameter: '.dockerignore', reason: `line ${line} of ${ignoreName} is no pattern: '${pattern.slice(0, 80)}'` } });
  });
  return { dockerfile: text, tree: new SourceTree(new ContainedFolder(path), patterns) };
};

/** Undefined where there is no such file. */
const readText = async (path: string): Promise<string | undefined> => {
  try {
    const found = await stat(path);
    // A FIFO would be waited on for ever.
    if (!found.isFile()) throw new SiloError('ParameterInvalid', { args: { parameter: 'dockerfile', reason: `'${path}' is no file` } });
    if (found.size > dockerfileLimitBytes) throw dockerfileInvalid(1, `${path} has more than ${dockerfileLimitBytes} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fromFileError(error, path);
  }
};

const secretLimitBytes = 500 * 1024;

/** A secret's bytes, which stay in memory. Errors: PathNotFound, PathAccessDenied, ParameterInvalid. */
export const readSecret = async (path: string): Promise<Uint8Array> => {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > secretLimitBytes) throw new SiloError('ParameterInvalid', { args: { parameter: 'secrets', reason: `'${path}' is no file of at most ${secretLimitBytes} bytes` } });
    return await readFile(path);
  } catch (error) {
    throw fromFileError(error, path);
  }
};
