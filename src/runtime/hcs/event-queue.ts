/** Events for several readers, each at its own pace. A reader that stops reading is forgotten. */
export class EventQueue<E> {
  readonly #listeners = new Set<(event: E | undefined) => void>();
  #ended = false;

  /** Calls `listener` with every event from now on, until the returned function is called. */
  listen(listener: (event: E) => void): () => void {
    const wrapped = (event: E | undefined): void => { if (event !== undefined) listener(event); };
    this.#listeners.add(wrapped);
    return () => { this.#listeners.delete(wrapped); };
  }

  /** Every event from now on; ends with the queue, or when the reader leaves. */
  read(signal?: AbortSignal): AsyncIterableIterator<E> {
    const waiting: E[] = [];
    let ended = this.#ended;
    let wake = (): void => undefined;
    const listener = (event: E | undefined): void => {
      if (event === undefined) ended = true;
      else waiting.push(event);
      wake();
    };
    const leave = (): void => { this.#listeners.delete(listener); ended = true; wake(); };
    this.#listeners.add(listener);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted === true) leave();
    const finish = (): IteratorResult<E> => {
      leave();
      signal?.removeEventListener('abort', leave);
      return { done: true, value: undefined };
    };
    return {
      next: async () => {
        for (;;) {
          const event = waiting.shift();
          if (event !== undefined) return { done: false, value: event };
          if (ended) return finish();
          await new Promise<void>((resolve) => { wake = resolve; });
        }
      },
      return: () => Promise.resolve(finish()),
      [Symbol.asyncIterator]() { return this; },
    };
  }

  give(event: E): void {
    for (const listener of this.#listeners) listener(event);
  }

  end(): void {
    this.#ended = true;
    for (const listener of this.#listeners) listener(undefined);
    this.#listeners.clear();
  }
}
