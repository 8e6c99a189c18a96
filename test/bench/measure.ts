export interface Contender {
  readonly name: string;
  /** One round; what it resolves to is its time in ms where it measures itself, else the whole call is timed. */
  readonly round: () => Promise<number | void>;
}

export interface Measurement {
  readonly name: string;
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

const middle = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
};

/**
 * Times all contenders in turns, so that what else the machine does meets them alike, and each round
 * beginning with another one. The first rounds warm caches and count for nothing.
 */
export const measure = async (contenders: readonly Contender[], { rounds, warmUp = 3 }: { readonly rounds: number; readonly warmUp?: number }): Promise<ReadonlyMap<string, Measurement>> => {
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(turn + round + warmUp) % contenders.length];
      if (contender === undefined) continue;
      const began = performance.now();
      const own = await contender.round();
      const took = own ?? performance.now() - began;
      if (round >= 0) times.get(contender.name)?.push(took);
    }
  }
  return new Map([...times].map(([name, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    return [name, { name, medianMs: middle(sorted), leastMs: sorted[0] ?? Number.NaN, mostMs: sorted.at(-1) ?? Number.NaN }];
  }));
};
