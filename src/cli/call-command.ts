import { CancellationTokenSource, ResponseError } from 'vscode-jsonrpc/node';
import type { WireLogLine } from '../contract/index.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { withOwnEngine } from './own-engine.ts';

/**
 * `silo call METHOD [JSON]`: one request to an engine in this process, over the same frames as any client.
 * The result goes to stdout as JSON; a stream's items before it, one a line. Ctrl+C cancels the request.
 */
export const callCommand = async (context: CommandContext, method: string, json: string | undefined): Promise<number> => {
  let params: object;
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('parameters are a JSON object');
    params = value;
  } catch (error) {
    process.stderr.write(`silo: ${(error as Error).message}\n`);
    return exitCodes.failed;
  }
  const cancel = new AbortController();
  process.once('SIGINT', () => { cancel.abort(); });
  try {
    const result = await withOwnEngine(context, 'silo call', (connection) => {
      connection.onNotification('stream/data', ({ stream, items, bytes }: { stream: string; items: readonly WireLogLine[]; bytes: number }) => {
        for (const item of items) process.stdout.write(`${JSON.stringify(item)}\n`);
        return connection.sendNotification('stream/credit', { stream, bytes });
      });
    }, (connection) => {
      const source = new CancellationTokenSource();
      cancel.signal.addEventListener('abort', () => { source.cancel(); });
      return connection.sendRequest<unknown>(method, params, source.token);
    });
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return exitCodes.done;
  } catch (error) {
    const data: unknown = error instanceof ResponseError ? error.data : undefined;
    process.stderr.write(`${JSON.stringify(data ?? { message: (error as Error).message }, undefined, 2)}\n`);
    return exitCodes.failed;
  }
};
