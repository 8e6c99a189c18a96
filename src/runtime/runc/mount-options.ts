import { readFileSync, realpathSync } from 'node:fs';
import { SiloError } from '../../base/index.ts';
import type { TaskMount } from '../../core/index.ts';
import { runc } from './runc-command.ts';

/** Octal escapes of proc(5), mountinfo. */
const unescape = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/**
 * Whether mounts travel from the host's folder as the propagation needs it (mount_namespaces(7)): its mount
 * must be shared, or for a slave at least a slave itself.
 * @throws SiloError ParameterInvalid
 */
export const checkPropagation = ({ source, propagation }: TaskMount): void => {
  // The table has a line for each mount of every container: few mounts need a look into it.
  if (propagation === undefined || propagation.endsWith('private')) return;
  const path = realpathSync(source);
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split(' '));
  const holds = (target: string): boolean => target === '/' || path === target || path.startsWith(`${target}/`);
  const place = lines.map((fields) => ({ target: unescape(fields[4] ?? ''), tags: fields.slice(6, fields.indexOf('-')) })).filter(({ target }) => holds(target)).reduce<{ readonly target: string; readonly tags: readonly string[] } | undefined>((best, next) => (best === undefined || next.target.length >= best.target.length ? next : best), undefined);
  const travels = place?.tags.some((tag) => tag.startsWith('shared:') || (propagation.endsWith('slave') && tag.startsWith('master:'))) === true;
  if (!travels) throw new SiloError('ParameterInvalid', { args: { parameter: 'mounts', reason: `'${source}' lies on ${place?.target ?? '/'}, from which mounts do not travel (${propagation} needs mount --make-shared there)` }, target: { kind: 'path', id: source } });
};

/** `linux.rootfsPropagation` that the mounts of a task need; undefined for runc's own. */
export const rootPropagation = (mounts: readonly TaskMount[]): 'shared' | 'rslave' | undefined => {
  if (mounts.some(({ propagation }) => propagation?.endsWith('shared') === true)) return 'shared';
  return mounts.some(({ propagation }) => propagation?.endsWith('slave') === true) ? 'rslave' : undefined;
};

let recursive: Promise<boolean> | undefined;

/** Whether what is mounted below a read-only folder becomes read-only too: runc 1.1 on Linux 5.12. Asked once. */
export const hasRecursiveReadOnly = (root: string, kernelVersion: string): Promise<boolean> => {
  const [major = 0, minor = 0] = kernelVersion.split(/[.-]/).map(Number);
  if (major < 5 || (major === 5 && minor < 12)) return Promise.resolve(false);
  recursive ??= runc(root, ['features']).then(({ exitCode, stdout }) => exitCode === 0 && /"rro"/.test(stdout));
  return recursive;
};
