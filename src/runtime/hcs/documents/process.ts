import { Type } from 'typebox';
import { anything, closed, flag, list, named, oneOf, optional, text, whole, type Static } from './shape.ts';

/** The document of HcsCreateProcess. Windows takes a command line; Linux in a VM its arguments; a Linux container an OCI process. */
export const processParameters = closed({
  ApplicationName: optional(text()),
  CommandLine: optional(text()),
  CommandArgs: optional(list(text())),
  User: optional(text()),
  WorkingDirectory: optional(text()),
  Environment: optional(named(text())),
  RestrictedToken: optional(flag()),
  /** With a console there is no separate standard error. */
  EmulateConsole: optional(flag()),
  CreateStdInPipe: optional(flag()),
  CreateStdOutPipe: optional(flag()),
  CreateStdErrPipe: optional(flag()),
  /** Height and width, in characters. */
  ConsoleSize: optional(Type.Tuple([whole(16), whole(16)])),
  UseExistingLogin: optional(flag()),
  UseLegacyConsole: optional(flag()),
  OciProcess: optional(anything()),
});

export const processModifyRequest = closed({
  Operation: oneOf('ConsoleSize', 'CloseHandle'),
  ConsoleSize: optional(closed({ Height: whole(16), Width: whole(16) })),
  CloseHandle: optional(closed({ Handle: oneOf('StdIn', 'StdOut', 'StdErr', 'All') })),
});

/** Windows's console events by name; a process of a Linux guest takes the number of a signal. */
export const signalProcessOptions = closed({
  Signal: Type.Union([oneOf('CtrlC', 'CtrlBreak', 'CtrlClose', 'CtrlLogOff', 'CtrlShutdown'), Type.Integer({ minimum: 1, maximum: 64 })]),
});

export type ProcessParameters = Static<typeof processParameters>;
export type ProcessModifyRequest = Static<typeof processModifyRequest>;
export type SignalProcessOptions = Static<typeof signalProcessOptions>;
