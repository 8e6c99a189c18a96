import { Type } from 'typebox';
import type { MethodDefinition } from './method.ts';
import { count, flag, optional, record, text } from './schema.ts';

const progressToken = optional(Type.Union([Type.String(), Type.Integer()], { description: 'Progress is told under this token.' }));

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** Methods of image management beyond import, list and remove. */
export const imageMethods = define({
  'store/move': { summary: 'Moves the state root to another folder; no container may run.', params: record({ path: text('Absolute path of the new state root; it must be missing or empty.'), dryRun: optional(flag('Tells what would be done.')), progressToken }), result: record({ path: text('New state root.'), movedBytes: count('Bytes moved.') }), readOnly: false, errors: ['ContainerRunning', 'PathExists', 'PathAccessDenied', 'DiskFull', 'StoreBusy', 'ElevationRequired'] },
});
