/** One step of long work, as it is told to clients. */
export interface Progress {
  readonly activity: string;
  readonly status: string;
  readonly currentBytes: number;
  readonly totalBytes?: number;
  readonly completed?: boolean;
}

export type ProgressSink = (progress: Progress) => void;

const intervalMs = 250;

/** At most four messages a second for each activity; the last one always goes out. */
export const throttled = (send: ProgressSink): ProgressSink => {
  const lastSent = new Map<string, number>();
  return (progress) => {
    const now = performance.now();
    if (progress.completed !== true && now - (lastSent.get(progress.activity) ?? Number.NEGATIVE_INFINITY) < intervalMs) return;
    lastSent.set(progress.activity, now);
    send(progress);
  };
};
