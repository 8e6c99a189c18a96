import { Type } from 'typebox';
import type { ErrorCode } from '../base/index.ts';
import { container, containerRef, createParams } from './container.ts';
import type { MethodDefinition } from './method.ts';
import { count, flag, list, nullable, oneOf, optional, record, text } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** What every method that names a container may answer. */
export const containerErrors = ['ContainerNotFound', 'ContainerUnmanaged', 'IdAmbiguous', 'ContainerBusy', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const satisfies readonly ErrorCode[];
export const startErrors = [...containerErrors, 'ContainerPaused', 'ContainerStartFailed', 'ContainerFileLost', 'ShareCredentialMissing', 'ShareNotFound', 'ShareAccessDenied', 'ShareAccountConflict', 'ShareUnreachable', 'ShareSupportMissing', 'ShareFailed', 'ExecutableNotFound', 'UserNotFound', 'PathNotFound', 'PathAccessDenied', 'RuncMissing', 'ConmonMissing', 'SeccompProfileMissing', 'InitMissing', 'StorageLimitUnsupported', 'OptionUnsupported', 'ParameterInvalid', 'RuntimeFailed', 'ConfigInvalid', 'DiskFull', 'SnapshotNotFound', 'LayerDamaged', 'LayerImageDamaged',
  'ContainerNotRunning', 'NetworkNotFound', 'AddressInUse', 'AddressExhausted', 'PortInUse', 'SubnetConflict', 'NetworkDriverUnsupported', 'InterfaceNotFound', 'NetworkToolMissing', 'NetworkFailed'] as const satisfies readonly ErrorCode[];

export const stopReason = nullable(oneOf(['Graceful', 'TimedOut', 'Terminated'], 'How it ended; null where it did not run.'));

const { credentialSpec: _secret, ...specification } = createParams;

/** Methods for what happens to a container between its start and its end. */
export const lifeMethods = define({
  'container/pause': { summary: 'Freezes every process of a container; a paused one is left as it is.', params: record({ container: containerRef }), result: record({ container, changed: flag('False where it was paused already.') }), readOnly: false, errors: [...containerErrors, 'ContainerNotRunning', 'RuntimeFailed'] },
  'container/resume': { summary: 'Thaws a paused container; a running one is left as it is.', params: record({ container: containerRef }), result: record({ container, changed: flag('False where it ran already.') }), readOnly: false, errors: [...containerErrors, 'ContainerNotRunning', 'RuntimeFailed'] },
  'container/restart': {
    summary: 'Stops a container, where it runs, and starts it.',
    params: record({ container: containerRef, timeoutSeconds: optional(Type.Integer({ minimum: -1, description: "Seconds before SIGKILL; the container's own where left out; -1 never kills." })), force: optional(flag('Ends it at once.')) }),
    result: record({ container, stopReason, durationMilliseconds: count('How long the stop took.') }),
    readOnly: false,
    errors: [...startErrors, 'ContainerNotEnding'],
  },
  'container/specification': {
    summary: 'What container/create would be told to make a container again as it is, without what its image gives it, and without secrets.',
    params: record({ container: containerRef }),
    result: record({
      specification: record(specification),
      omitted: list(record({ kind: oneOf(['CredentialSpec', 'Variable', 'File', 'Share'], 'What it is: a credential specification, a variable whose name says that it holds a secret, a secret or config of an application, or the password of an SMB share.'), name: text('Name of the variable, or path of the file or share in the container; else empty.') }), { description: 'What of the container is left out.' }),
    }),
    readOnly: true,
    errors: ['ContainerNotFound', 'ContainerUnmanaged', 'IdAmbiguous'],
  },
  'container/rename': { summary: 'Gives a container another name.', params: record({ container: containerRef, name: text('New name.') }), result: record({ container }), readOnly: false, errors: [...containerErrors, 'ContainerNameInUse', 'ContainerNameInvalid'] },
});
