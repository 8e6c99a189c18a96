import { SiloError } from '../base/index.ts';
import { startSession, type Engine } from '../engine/index.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import type { JoinedProcess, JoinProcess } from '../core/index.ts';
import { joinTerminal } from './join-terminal.ts';

export interface SessionRequest {
  readonly container: string;
  /** File and arguments; empty is the container's first shell. */
  readonly command: readonly string[];
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  /** NAME=value. */
  readonly environment: readonly string[];
}

const nameValueOf = (text: string): { readonly name: string; readonly value: string } => {
  const [name = '', ...rest] = text.split('=');
  return { name, value: rest.join('=') };
};

/**
 * `silo session CONTAINER [-- COMMAND]`: a further process of a running container with a terminal, joined to
 * this one. The process goes on when the terminal leaves (Ctrl+P, Ctrl+Q); its exit code is the command's.
 */
export const sessionCommand = async (context: CommandContext, join: JoinProcess, request: SessionRequest): Promise<number> => {
  let engine: Engine | undefined;
  try {
    if (!process.stdin.isTTY || !process.stdout.isTTY) throw new SiloError('ParameterInvalid', { args: { parameter: 'terminal', reason: 'a session needs a terminal, and input or output is redirected' } });
    engine = await context.open();
    return await runSession(engine, join, request);
  } catch (error) {
    process.stderr.write(`silo: ${error instanceof SiloError ? `${error.message} ${error.action}` : String(error)}\n`);
    return exitCodes.failed;
  } finally {
    await engine?.close();
  }
};

const runSession = async (engine: Engine, join: JoinProcess, { container, command, user, workingDirectory, environment }: SessionRequest): Promise<number> => {
  let joined: JoinedProcess | undefined;
  try {
    const term = process.env['TERM'];
    const session = await startSession(engine.forChange(), container, {
      command, user, workingDirectory,
      environment: [...(term === undefined ? [] : [{ name: 'TERM', value: term }]), ...environment.map(nameValueOf)],
    }, async (folder) => {
      joined?.leave();
      joined = await join(folder);
    });
    if (joined === undefined) throw new Error('The process started before its terminal was joined.');
    const left = await joinTerminal(joined, true);
    if (!left) return (await session.exited).exitCode ?? exitCodes.failed;
    process.stdout.write(`\r\nThe process ${session.record.id.slice(0, 12)} goes on.\r\n`);
    return exitCodes.done;
  } finally {
    joined?.leave();
  }
};
