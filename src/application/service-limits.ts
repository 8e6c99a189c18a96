import type { ServiceSettings } from './application.ts';
import { isMap, textOf, type ComposeMap } from './merge-service.ts';
import type { ServiceSurroundings } from './resolve-service.ts';
import { readByteCount, readFlag, readNumber } from './values.ts';

type ServiceLimits = Pick<ServiceSettings, 'sharedMemoryBytes' | 'userLimits' | 'cpuSet' | 'cpuCount' | 'cpuWeight' | 'memoryBytes' | 'memorySwapBytes' | 'processCount' | 'oomKillDisabled' | 'oomScoreAdjust' | 'blockIoWeight' | 'blockIoLimits' | 'storageBytes'>;

/** Shares of a container that has not been given any, and the weight that stands for the same. */
const [usualShares, usualWeight] = [1024, 100];
/** Microseconds, of the kernel. */
const usualPeriod = 100_000;

/** Limits of a service. @throws SiloError ComposeInvalid */
export const readLimits = (service: ComposeMap, at: ServiceSurroundings): ServiceLimits => new LimitReader(service, at).read();

class LimitReader {
  readonly #service: ComposeMap;
  readonly #at: ServiceSurroundings;

  constructor(service: ComposeMap, at: ServiceSurroundings) {
    this.#service = service;
    this.#at = at;
  }

  read(): ServiceLimits {
    const shares = this.#number('cpu_shares');
    const memoryBytes = this.#bytes('mem_limit') ?? this.#bytes('deploy', 'resources', 'limits', 'memory');
    return {
      sharedMemoryBytes: this.#bytes('shm_size'), userLimits: this.#userLimits(),
      cpuSet: this.#service.cpuset as string | undefined,
      cpuCount: this.#number('cpus') ?? this.#quota() ?? this.#number('deploy', 'resources', 'limits', 'cpus'),
      cpuWeight: shares === undefined || shares === 0 ? undefined : Math.min(10_000, Math.max(1, Math.round(shares * usualWeight / usualShares))),
      memoryBytes, memorySwapBytes: this.#swap(memoryBytes),
      processCount: this.#processCount(),
      oomKillDisabled: this.#flag('oom_kill_disable'), oomScoreAdjust: this.#number('oom_score_adj'),
      blockIoWeight: this.#number('blkio_config', 'weight'), blockIoLimits: this.#blockIo(),
      storageBytes: this.#bytes('storage_opt', 'size'),
    };
  }

  #read<T>(path: readonly string[], read: (value: string) => T | undefined, what: string): T | undefined {
    let found: unknown = this.#service;
    for (const key of path) found = isMap(found) ? found[key] : undefined;
    if (found === undefined || found === null) return undefined;
    const value = read(found as string);
    if (value === undefined) throw this.#at.refuse(path, `'${textOf(found)}' is no ${what}`);
    return value;
  }

  #number(...path: readonly string[]): number | undefined { return this.#read(path, readNumber, 'number'); }
  #bytes(...path: readonly string[]): number | undefined { return this.#read(path, readByteCount, 'size, such as 512m'); }
  #flag(...path: readonly string[]): boolean | undefined { return this.#read(path, readFlag, 'truth value'); }

  #processCount(): number | undefined {
    const count = this.#number('pids_limit') ?? this.#number('deploy', 'resources', 'limits', 'pids');
    // No limit at all.
    return count === -1 || count === 0 ? undefined : count;
  }

  #quota(): number | undefined {
    const [quota, period] = [this.#number('cpu_quota'), this.#number('cpu_period')];
    if (quota === undefined && period !== undefined) throw this.#at.refuse(['cpu_period'], 'it needs cpu_quota');
    return quota === undefined || quota <= 0 ? undefined : quota / (period ?? usualPeriod);
  }

  /** The file says how much memory and swap there is together. */
  #swap(memoryBytes: number | undefined): number | undefined {
    const written = this.#service.memswap_limit;
    if (written === undefined || written === 0 || written === '0') return undefined;
    if (written === -1 || written === '-1') throw this.#at.refuse(['memswap_limit'], 'swap without a limit is not supported');
    const together = this.#bytes('memswap_limit') ?? 0;
    if (memoryBytes === undefined || together < memoryBytes) throw this.#at.refuse(['memswap_limit'], 'it is the sum of memory and swap, and needs mem_limit');
    return together - memoryBytes;
  }

  #userLimits(): ServiceLimits['userLimits'] {
    const { ulimits } = this.#service;
    if (!isMap(ulimits)) return undefined;
    return Object.entries(ulimits).map(([name, entry]) => {
      const [soft, hard] = isMap(entry) ? [this.#number('ulimits', name, 'soft'), this.#number('ulimits', name, 'hard')] : [this.#number('ulimits', name), this.#number('ulimits', name)];
      for (const amount of [soft, hard]) if (!Number.isInteger(amount) || (amount ?? 0) < -1) throw this.#at.refuse(['ulimits', name], 'limits are whole numbers, or -1 for none');
      return { name, soft: soft ?? 0, hard: hard ?? 0 };
    });
  }

  #blockIo(): ServiceLimits['blockIoLimits'] {
    const byDevice = new Map<string, { readBytesPerSecond?: number; writeBytesPerSecond?: number }>();
    for (const [key, name] of [['device_read_bps', 'readBytesPerSecond'], ['device_write_bps', 'writeBytesPerSecond']] as const) {
      const entries = isMap(this.#service.blkio_config) ? this.#service.blkio_config[key] as readonly ComposeMap[] | undefined ?? [] : [];
      for (const [index, { path, rate }] of entries.entries()) {
        const bytes = readByteCount((rate ?? '') as string);
        if (path === undefined || bytes === undefined) throw this.#at.refuse(['blkio_config', key, String(index)], 'it needs a path and a rate, such as 10mb');
        byDevice.set(textOf(path), { ...byDevice.get(textOf(path)), [name]: bytes });
      }
    }
    return byDevice.size === 0 ? undefined : [...byDevice].map(([device, amounts]) => ({ device, ...amounts }));
  }
}
