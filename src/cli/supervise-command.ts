import { supervise } from '../supervisor/index.ts';
import { exitCodes, type CommandContext } from './command-context.ts';

/** `silo supervise`: looks after the root's containers until none needs it, or until SIGTERM; as a service of the system also while none does. */
export const superviseCommand = async ({ exitsFolder, openSupervised, log, trimMemory, keepSmall }: CommandContext, service = false): Promise<number> => {
  keepSmall();
  const stop = new AbortController();
  process.on('SIGTERM', () => { stop.abort(); });
  process.on('SIGINT', () => undefined);
  const { engine, serve } = await openSupervised();
  try {
    await supervise(engine, { exitsFolder, serve, stayIdle: service, onRest: trimMemory }, stop.signal);
    return exitCodes.done;
  } catch (error) {
    log.error({ err: error }, 'the supervisor ended with an error');
    return exitCodes.failed;
  } finally {
    await engine.close();
  }
};
