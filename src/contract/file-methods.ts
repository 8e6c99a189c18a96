import { containerRef } from './container.ts';
import { containerErrors } from './life-methods.ts';
import type { MethodDefinition } from './method.ts';
import { progressToken } from './parameters.ts';
import { count, flag, list, oneOf, optional, record, text } from './schema.ts';
import { Type } from 'typebox';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const pathErrors = ['PathNotFound', 'PathAccessDenied', 'PathExists', 'ParameterInvalid', 'OptionUnsupported', 'DiskFull', 'OperationCancelled'] as const;

/** Methods for the files of containers. */
export const fileMethods = define({
  'container/copy': {
    summary: 'Copies a file or folder out of a container, or into it; the container may run, be paused or be stopped.',
    params: record({
      container: containerRef,
      direction: oneOf(['FromContainer', 'ToContainer'], 'Where to.'),
      containerPath: text('Absolute path in the container; links lead where they lead in the container.'),
      hostPath: text('Absolute path on the host of the engine.'),
      recurse: optional(flag('Copies folders with what is in them.')),
      force: optional(flag('Replaces files that are there, and fills folders that are there.')),
      followLinks: optional(flag('Copies what links lead to; links are copied as links where left out.')),
      keepOwners: optional(flag('Keeps the numbers of owner and group, and set-user-id bits; all is root\'s where left out.')),
      progressToken,
    }),
    result: record({
      path: text('Where the copy is, in the container or on the host.'),
      files: count('Files copied.'),
      folders: count('Folders copied.'),
      links: count('Links copied.'),
      sizeBytes: count('Bytes copied.'),
      skipped: list(Type.String(), { description: 'Sockets, pipes and devices, which are not copied; a hundred at most are told.' }),
    }),
    readOnly: false,
    errors: [...containerErrors, 'ContainerNotRunning', 'SnapshotNotFound', 'SnapshotInUse', ...pathErrors],
  },
  'container/changes': {
    summary: 'What a container changed in its root file system.',
    params: record({ container: containerRef }),
    result: record({ items: list(record({ path: text('Absolute path in the container.'), kind: oneOf(['Added', 'Modified', 'Deleted'], 'What happened to it.') })) }),
    readOnly: true,
    errors: [...containerErrors, 'SnapshotNotFound', 'LayerEntryUnsupported', 'OptionUnsupported', 'OperationCancelled'],
  },
  'container/export': {
    summary: 'Writes the root file system of a container to a tar archive; volumes are no part of it.',
    params: record({ container: containerRef, path: text('Absolute path of the file to write.'), force: optional(flag('Replaces what is there.')), pause: optional(flag('Freezes a running container meanwhile; true where left out.')), progressToken }),
    result: record({ path: text('Path.'), sizeBytes: count('Bytes written.') }),
    readOnly: false,
    errors: [...containerErrors, 'SnapshotNotFound', 'SnapshotInUse', 'LayerEntryUnsupported', 'RuntimeFailed', ...pathErrors],
  },
});
