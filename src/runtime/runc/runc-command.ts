import { spawn } from 'node:child_process';
import { SiloError } from '../../base/index.ts';
import { requireProgram } from '../conmon/index.ts';

const longestError = 16_384;

export interface RuncResult { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

/** Runs runc to its end, in a session of its own: a terminal's Ctrl+C must not reach it, and it is never abandoned. */
export const runc = (root: string, args: readonly string[]): Promise<RuncResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(requireProgram('runc'), [`--root=${root}`, ...args], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { if (stderr.length < longestError) stderr += text; });
    child.on('error', reject);
    child.on('close', (code, signal) => { resolve({ exitCode: code ?? 128, stdout, stderr: signal === null ? stderr : `${stderr} (ended by ${signal})` }); });
  });

/** The last message of runc's log lines, without time and level. */
export const runcMessage = (text: string): string => {
  const line = text.trim().split('\n').findLast((candidate) => candidate.trim() !== '') ?? '';
  const quoted = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  return (quoted === undefined ? line : quoted.replace(/\\(.)/g, '$1')).trim() || 'no message';
};

/** Like `runc`, failing where it fails. Errors: RuncMissing, RuntimeFailed. */
export const runcOrFail = async (root: string, args: readonly string[]): Promise<string> => {
  const result = await runc(root, args);
  if (result.exitCode !== 0) throw new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: runcMessage(result.stderr) }, operation: `runc ${args[0] ?? ''}`, native: { exitCode: result.exitCode } });
  return result.stdout;
};

/**
 * What runc says when a command can't be run becomes ExecutableNotFound; the rest RuntimeFailed. The texts
 * are Go's own (os/exec, syscall), which no language setting changes.
 */
export const startFailure = (message: string, command: string, exitCode?: number): SiloError => {
  const text = runcMessage(message);
  const known = [
    [/executable file not found in \$?PATH/, "it is not on the container's PATH"],
    [/exec: .*: no such file or directory|exec .*: no such file or directory/, 'there is no such file (or its interpreter is missing)'],
    [/exec: .*: permission denied|exec .*: permission denied/, 'it is not executable'],
    [/exec: .*: is a directory|exec .*: is a directory/, 'it is a folder'],
    [/exec format error/, 'it is made for another kind of processor, or is no program'],
    [/chdir to cwd .*: no such file or directory|mkdir .*: not a directory/, 'the working folder cannot be entered'],
  ] as const;
  const native = exitCode === undefined ? {} : { native: { exitCode } };
  const match = known.find(([pattern]) => pattern.test(text));
  return match === undefined
    ? new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: text }, ...native })
    : new SiloError('ExecutableNotFound', { args: { command, reason: match[1] }, ...native });
};
