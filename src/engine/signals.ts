import { SiloError } from '../base/index.ts';

/** Linux signal numbers (signal(7), x86 and ARM); the numbers are the container's, not the engine's host's. */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15,
  STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
  // Other names of the same.
  IOT: 6, CLD: 17, POLL: 29,
  RTMIN: 34, RTMAX: 64,
};

export const killSignal = 9;

/** Number of `SIGTERM`, `term`, `15`, `RTMIN+3`. @throws SiloError SignalInvalid */
export const signalNumber = (text: string): number => {
  const fail = (): never => { throw new SiloError('SignalInvalid', { args: { signal: text } }); };
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text);
    return value >= 1 && value <= 64 ? value : fail();
  }
  const match = /^(?:SIG)?([A-Z0-9]+)(?:([+-])(\d{1,2}))?$/.exec(text.toUpperCase());
  const base = numbers[match?.[1] ?? ''];
  if (match === null || base === undefined) return fail();
  if (match[2] === undefined) return base;
  const value = match[1] === 'RTMIN' && match[2] === '+' ? base + Number(match[3]) : match[1] === 'RTMAX' && match[2] === '-' ? base - Number(match[3]) : 0;
  return value >= 34 && value <= 64 ? value : fail();
};
