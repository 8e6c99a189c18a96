import { SiloError } from '../../../base/index.ts';
import type { SignalProcessOptions } from '../documents/process.ts';

/** Names and numbers of Windows's console events, and the signals that stand for them (hcsshim, internal/signals). */
const windowsEvents: Readonly<Record<string, SignalProcessOptions['Signal']>> = {
  CTRLC: 'CtrlC', INT: 'CtrlC', 0: 'CtrlC', CTRLBREAK: 'CtrlBreak', 1: 'CtrlBreak', CTRLCLOSE: 'CtrlClose', HUP: 'CtrlClose', 2: 'CtrlClose', CTRLLOGOFF: 'CtrlLogOff', 5: 'CtrlLogOff',
  CTRLSHUTDOWN: 'CtrlShutdown', TERM: 'CtrlShutdown', 6: 'CtrlShutdown', 15: 'CtrlShutdown',
};

/** signal(7), the numbers of x86 and ARM. */
const linuxSignals: readonly string[] = (' HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS').split(' ');

const kills: ReadonlySet<string> = new Set(['KILL', '9']);

/** What a signal's name or number means to a process; undefined ends it. @throws SiloError SignalInvalid */
export const bundleSignal = (guest: 'windows' | 'linux', word: string): SignalProcessOptions | undefined => {
  const name = word.toUpperCase().replace(/^SIG/, '');
  if (kills.has(name)) return guest === 'linux' ? { Signal: 9 } : undefined;
  const Signal = guest === 'windows' ? windowsEvents[name] : /^\d{1,2}$/.test(name) ? Number(name) : linuxSignals.indexOf(name);
  if (Signal === undefined || (typeof Signal === 'number' && (Signal < 1 || Signal > 64))) throw new SiloError('SignalInvalid', { args: { signal: word } });
  return { Signal };
};
