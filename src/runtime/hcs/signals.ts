import { SiloError } from '../../base/index.ts';
import type { SignalProcessOptions } from './documents/process.ts';

export const terminateSignal = 9;

/** libuv's numbers, as Windows's console events. */
const windowsEvents: Readonly<Record<number, SignalProcessOptions['Signal']>> = { 1: 'CtrlClose', 2: 'CtrlC', 15: 'CtrlShutdown', 21: 'CtrlBreak' };

/** How a signal reaches a process; undefined ends it. @throws SiloError SignalInvalid */
export const signalOptions = (guest: 'windows' | 'linux', signal: number): SignalProcessOptions | undefined => {
  if (guest === 'linux') return { Signal: signal };
  if (signal === terminateSignal) return undefined;
  const event = windowsEvents[signal];
  if (event === undefined) throw new SiloError('SignalInvalid', { args: { signal } });
  return { Signal: event };
};
