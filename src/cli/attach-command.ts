import { SiloError } from '../base/index.ts';
import { listContainers } from '../engine/index.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import type { JoinProcess } from '../core/index.ts';
import { joinTerminal } from './join-terminal.ts';

/**
 * `silo attach CONTAINER`: joins this terminal to a container that was made with a terminal or an open
 * standard input. The container goes on when the terminal leaves (Ctrl+P, Ctrl+Q).
 */
export const attachCommand = async (context: CommandContext, join: JoinProcess, reference: string): Promise<number> => {
  const engine = await context.open();
  try {
    const { items: [live] } = await listContainers(engine.ports, { containers: [reference] });
    if (live === undefined || live.record.state !== 'running') throw new SiloError('ContainerNotRunning', { args: { id: reference, state: live?.record.state ?? 'missing' }, target: { kind: 'container', id: reference } });
    const { bundlePath } = engine.ports.files.paths(live.record.id);
    const joined = await join(bundlePath);
    try {
      await joinTerminal(joined, live.record.spec.terminal && process.stdin.isTTY);
    } finally {
      joined.leave();
    }
    const { items: [after] } = await listContainers(engine.ports, { containers: [live.record.id] });
    return after?.record.exitCode ?? exitCodes.done;
  } catch (error) {
    process.stderr.write(`silo: ${error instanceof SiloError ? `${error.message} ${error.action}` : String(error)}\n`);
    return exitCodes.failed;
  } finally {
    await engine.close();
  }
};
