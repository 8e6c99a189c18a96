import type { RootFiles } from '../serve/rpc/index.ts';
import { readEngineLog } from './read-engine-log.ts';
import { readSettings } from './read-settings.ts';

/** What a state root tells where its store cannot be opened. */
export const rootFiles = (root: string, logPath: string): RootFiles => ({
  readLog: (query, sink, signal) => readEngineLog(logPath, query, sink, signal),
  readSettings: () => readSettings(root),
});
