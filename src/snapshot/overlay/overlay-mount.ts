import { lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno, SiloError } from '../../base/index.ts';
import { mount, mountAttributes, mountFlags, mountOverlay } from '../../../native/libc.ts';

/** mount(2) copies one page of options and cuts off the rest without a word. */
const pageBytes = 4096;

/** An upper folder must say by itself what was changed: hosts whose kernel does otherwise unless told exist. */
const selfContained = [['redirect_dir', 'off'], ['metacopy', 'off']] as const;

export interface OverlayStack {
  /** Top first; at least one. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly readOnly?: boolean;
}

/**
 * Mounts with the mount API, which has no limit but the kernel's (500 layers); where the kernel has no
 * `lowerdir+` (before 6.7), with mount(2). Device nodes of images stay inert: what a container may open
 * comes from its own /dev. Errors: OptionUnsupported where an old kernel cannot take so many layers.
 */
export const mountStack = (stack: OverlayStack, target: string): void => {
  try {
    mountOverlay(stack.lower, stack.upper, stack.work, target, selfContained, mountAttributes.noDev | (stack.readOnly === true ? mountAttributes.readOnly : 0));
  } catch (error) {
    if (!hasErrno(error, 'EINVAL', 'ENOSYS')) throw error;
    mountStackByOptions(stack, target);
  }
};

/** The way of kernels before 6.7. */
export const mountStackByOptions = (stack: OverlayStack, target: string): void => {
  const options = `lowerdir=${stack.lower.map(escaped).join(':')},upperdir=${escaped(stack.upper)},workdir=${escaped(stack.work)},${selfContained.map((option) => option.join('=')).join(',')}`;
  if (Buffer.byteLength(options) >= pageBytes) {
    throw new SiloError('OptionUnsupported', { args: { option: `An image of ${stack.lower.length} layers`, reason: 'this kernel takes one page of mount options; Linux 6.7 and later take more' } });
  }
  mount('overlay', target, 'overlay', mountFlags.noDev | (stack.readOnly === true ? mountFlags.readOnly : 0), options);
};

/** Colons and commas part the options. */
const escaped = (path: string): string => path.replace(/[\\:,]/g, '\\$&');

/** Upper folder of the overlay mounted at `target`; '' for another mount, undefined where nothing is mounted. */
export const mountedUpper = (target: string): string | undefined => {
  // An overlay has a device number of its own, so a look at the table of all mounts is rarely needed.
  if (statSync(target).dev === lstatSync(dirname(target)).dev) return undefined;
  let upper: string | undefined;
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const fields = line.split(' ');
    if (unescaped(fields[4] ?? '') !== target) continue;
    const separator = fields.indexOf('-');
    const found = fields[separator + 1] === 'overlay' ? /(?:^|,)upperdir=([^,]*)/.exec(fields[separator + 3] ?? '')?.[1] : undefined;
    // The last line of a target is the mount on top.
    upper = found === undefined ? '' : unescaped(found);
  }
  return upper;
};

/** Targets of all mounts that lie within a folder. */
export const mountsBelow = (folder: string): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => unescaped(line.split(' ')[4] ?? '')).filter((target) => target.startsWith(`${folder}/`));

/** proc(5): blanks, tabs, line ends and backslashes are octal; in the options commas too. */
const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
