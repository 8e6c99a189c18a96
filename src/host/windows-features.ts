import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { HostFeature, HostFeatures } from '../core/index.ts';

/** Runs dism.exe with these arguments and tells how it ended; rejects where it cannot be run at all. */
export type Servicing = (args: readonly string[]) => Promise<{ readonly exitCode: number; readonly told: string }>;

const dism: Servicing = (args) =>
  new Promise((resolve, reject) => {
    execFile(join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'dism.exe'), [...args], { windowsHide: true }, (error, told) => {
      const exitCode: unknown = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, told: told.trim() });
      else reject(new Error(error?.message, { cause: error }));
    });
  });

/** Servers and clients have these names; those of server roles are another layer above. */
const names: Readonly<Record<HostFeature, string>> = { Containers: 'Containers', HyperV: 'Microsoft-Hyper-V' };
/** ERROR_SUCCESS_REBOOT_REQUIRED */
const restartNeeded = 3010;

/** Optional features, by the servicing tool that every edition has. */
export class WindowsFeatures implements HostFeatures {
  readonly #servicing: Servicing;

  constructor(servicing: Servicing = dism) { this.#servicing = servicing; }

  async enable(feature: HostFeature): Promise<boolean> {
    const failed = (reason: string, cause?: unknown): SiloError => new SiloError('HostFeatureFailed', { args: { feature: names[feature], reason }, target: { kind: 'host', id: names[feature] }, cause });
    const { exitCode, told } = await this.#servicing(['/English', '/Online', '/Enable-Feature', `/FeatureName:${names[feature]}`, '/All', '/NoRestart', '/Quiet'])
      .catch((cause: unknown) => { throw failed(cause instanceof Error ? cause.message : String(cause), cause); });
    if (exitCode !== 0 && exitCode !== restartNeeded) throw failed(told.split('\n').at(-1)?.trim() || `dism.exe ended with ${exitCode}`);
    return exitCode === restartNeeded;
  }
}
