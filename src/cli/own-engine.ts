import { PassThrough } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { protocolVersion } from '../contract/index.ts';
import { serveConnection } from '../serve/rpc/index.ts';
import type { CommandContext } from './command-context.ts';
import { rootFiles } from './root-files.ts';

/** Serves an engine in this process to `body`, over the same frames as to any client, and ends it. `prepare` sets handlers before the first message. */
export const withOwnEngine = async <T>(context: CommandContext, clientName: string, prepare: (connection: MessageConnection) => void, body: (connection: MessageConnection) => Promise<T>): Promise<T> => {
  const toEngine = new PassThrough();
  const fromEngine = new PassThrough();
  const served = serveConnection({ input: toEngine, output: fromEngine, identity: { version: context.version, logPath: context.logPath }, log: context.log, open: context.open, probe: context.probe, files: rootFiles(context.root, context.logPath) });
  const connection = createMessageConnection(new StreamMessageReader(fromEngine), new StreamMessageWriter(toEngine));
  prepare(connection);
  connection.listen();
  try {
    await connection.sendRequest('initialize', { protocolVersion, client: { name: clientName, version: context.version } });
    return await body(connection);
  } finally {
    toEngine.end();
    await served;
    connection.dispose();
  }
};
