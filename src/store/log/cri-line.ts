import type { LogLine } from '../../core/index.ts';

/** A line, or a part of one: conmon cuts lines that are longer than its buffer and marks the pieces with P. */
export interface CriEntry extends LogLine { readonly partial: boolean }

/**
 * Reads one line of CRI's log format: `<RFC 3339 time> <stdout|stderr> <P|F> <text>` (Kubernetes, CRI
 * "logging"). Undefined where it is none: a line that a kill cut short.
 */
export const parseCriLine = (line: string): CriEntry | undefined => {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  if (first < 0 || second < 0) return undefined;
  const stream = line.slice(first + 1, second);
  const tag = line[second + 1];
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== 'P' && tag !== 'F') || line[second + 2] !== ' ') return undefined;
  const time = new Date(line.slice(0, first));
  return Number.isNaN(time.getTime()) ? undefined : { time, stream, text: line.slice(second + 3), partial: tag === 'P' };
};
