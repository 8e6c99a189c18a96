import { SiloError } from '../../base/index.ts';
import { failures } from './protocol.ts';

const longestReason = 2000;

/** What failed in a guest becomes the error that the same has with process isolation. */
export const guestFailure = (failure: number, reason: string, command: string): SiloError => {
  if (failure === failures.EXECUTABLE) return new SiloError('ExecutableNotFound', { args: { command, reason } });
  if (failure === failures.DIRECTORY) return new SiloError('ExecutableNotFound', { args: { command, reason: 'the working folder cannot be entered' } });
  if (failure === failures.LIMIT) return new SiloError('OptionUnsupported', { args: { option: 'a limit', reason } });
  return new SiloError('MachineFailed', { args: { reason } });
};

/** The keeper's word for conmon: a line with who failed (a number: the guest's agent), then why. */
export const keeperFailure = (message: string, command: string, layerImages: readonly string[] = []): SiloError => {
  const [kind = '', ...rest] = message.split('\n');
  const reason = rest.map((line) => line.trim()).filter((line) => line !== '').join('; ').slice(0, longestReason);
  if (kind === String(failures.LAYER)) {
    const [, index, why = reason] = /^layer(\d+): (.*)$/.exec(reason) ?? [];
    return new SiloError('LayerImageDamaged', { args: { path: layerImages[Number(index)] ?? '', reason: `the guest cannot mount it (${why})` } });
  }
  if (/^\d+$/.test(kind)) return guestFailure(Number(kind), reason, command);
  return new SiloError('MachineFailed', { args: { reason: reason || message.trim().slice(0, longestReason) || 'no reason was given' } });
};
