/** A line, or a part of one: conmon marks with P what it read without a line's end. */
export interface CriEntry {
  readonly time: Date;
  readonly stream: 'stdout' | 'stderr';
  readonly partial: boolean;
  /** Bytes, not text: conmon cuts where its buffer ends, which may be within a character. A view of what was parsed. */
  readonly bytes: Buffer;
}

const space = 0x20;

/**
 * Reads one line of CRI's log format: `<RFC 3339 time> <stdout|stderr> <P|F> <text>` (Kubernetes, CRI
 * "logging"). Undefined where it is none: a line that a kill cut short.
 */
export const parseCriLine = (line: Buffer): CriEntry | undefined => {
  const first = line.indexOf(space);
  const second = line.indexOf(space, first + 1);
  if (first < 0 || second < 0) return undefined;
  const stream = line.toString('latin1', first + 1, second);
  const tag = line[second + 1];
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== 0x50 && tag !== 0x46) || line[second + 2] !== space) return undefined;
  const time = new Date(line.toString('latin1', 0, first));
  return Number.isNaN(time.getTime()) ? undefined : { time, stream, partial: tag === 0x50, bytes: line.subarray(second + 3) };
};
