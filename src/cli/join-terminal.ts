import type { JoinedProcess } from '../core/index.ts';

/** Ctrl+P, Ctrl+Q: docker's detach keys. */
const detachKeys = Buffer.from([0x10, 0x11]);

/**
 * Copies between this process's streams and a joined one until the output ends or the detach keys come; true
 * where they came. With `terminal` every key goes to the other side, Ctrl+C too, and its size follows this terminal's.
 */
export const joinTerminal = async (joined: JoinedProcess, terminal: boolean): Promise<boolean> => {
  const resize = (): void => { joined.resize(process.stdout.rows, process.stdout.columns); };
  if (terminal) {
    process.stdin.setRawMode(true);
    process.stdout.on('resize', resize);
    resize();
  }
  let left = false;
  try {
    forwardInput(joined, terminal, () => {
      left = true;
      joined.leave();
    });
    for await (const { stream, bytes } of joined.output) (stream === 'stderr' ? process.stderr : process.stdout).write(bytes);
  } finally {
    if (terminal) {
      process.stdout.off('resize', resize);
      process.stdin.setRawMode(false);
    }
  }
  return left;
};

const forwardInput = (joined: JoinedProcess, terminal: boolean, detach: () => void): void => {
  let last = 0;
  process.stdin.on('data', (chunk: Buffer) => {
    if (terminal && (chunk.includes(detachKeys) || (last === detachKeys[0] && chunk[0] === detachKeys[1]))) { detach(); return; }
    last = chunk.at(-1) ?? 0;
    joined.write(chunk);
  });
  process.stdin.on('end', () => { if (!terminal) joined.endInput(); });
};
