import type { ContainerRecord, Logger } from '../core/index.ts';
import { checkHealth, healthPauseMs, type Ports } from '../engine/index.ts';

interface Watched { readonly startedAt: number; readonly stop: AbortController; readonly done: Promise<void> }

/** Runs the health checks of containers, each at its own pace: a check that hangs holds up no other. */
export class HealthWatch {
  readonly #ports: Ports;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#log = ports.log;
  }

  /** Tells which containers there are now; begins what is new and ends what is gone. */
  follow(records: readonly ContainerRecord[]): void {
    const running = new Map(records.filter(({ state, spec }) => (state === 'running' || state === 'paused') && spec.healthCheck !== undefined).map((record) => [record.id, record]));
    for (const [id, watched] of this.#watched) if (running.get(id)?.startedAt?.getTime() !== watched.startedAt) this.#forget(id, watched);
    for (const [id, record] of running) if (!this.#watched.has(id)) this.#begin(record);
  }

  async close(): Promise<void> {
    const all = [...this.#watched];
    for (const [id, watched] of all) this.#forget(id, watched);
    await Promise.all(all.map(([, { done }]) => done));
  }

  #forget(id: string, { stop }: Watched): void {
    stop.abort();
    this.#watched.delete(id);
  }

  #begin(record: ContainerRecord): void {
    const stop = new AbortController();
    const done = this.#run(record, stop.signal).catch((error: unknown) => { this.#log.error({ err: error, container: record.id }, 'the health of a container is checked no more'); });
    this.#watched.set(record.id, { startedAt: record.startedAt?.getTime() ?? 0, stop, done });
  }

  async #run(record: ContainerRecord, signal: AbortSignal): Promise<void> {
    let current = record;
    for (;;) {
      const { life: { health }, spec: { healthCheck }, startedAt } = current;
      if (health === undefined || healthCheck === undefined || startedAt === undefined) return;
      await pause(healthPauseMs(healthCheck, health, startedAt, this.#ports.clock.now()), signal);
      if (signal.aborted) return;
      // Nothing came of it where the container is frozen: then the next look is as far away as the last.
      current = (await checkHealth(this.#ports, record.id, signal)) ?? current;
    }
  }
}

const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => { resolve(); };
  const timer = setTimeout(wake, milliseconds);
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', wake);
};
