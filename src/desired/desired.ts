import type { Engine } from '../engine/index.ts';

export interface Difference {
  /** As the wire names it. */
  readonly property: string;
  /** What mends it: InPlace leaves the thing as it is otherwise, Restart ends its processes, Recreate makes it anew. */
  readonly change: 'Create' | 'Remove' | 'InPlace' | 'Restart' | 'Recreate';
  /** A clause for people. */
  readonly reason: string;
}

export interface Work {
  readonly engine: Engine;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: { readonly activity: string; readonly status: string; readonly currentBytes: number; readonly totalBytes?: number; readonly completed?: boolean }) => void) | undefined;
}

/** What is there of the thing that a wish names. */
export interface Found<S> {
  /** Undefined where it is not there. */
  readonly state: S | undefined;
  /** Of a thing that is there: what of it is not as wished. */
  readonly differences: readonly Difference[];
}

/** One kind of thing. `find` changes nothing; `change` and `remove` may be repeated after any failure. */
export interface DesiredKind<W extends Wish, S> {
  find(work: Work, wish: W): Promise<Found<S>>;
  change(work: Work, wish: W, found: Found<S>): Promise<void>;
  remove(work: Work, wish: W, found: Found<S>): Promise<void>;
  /** Everything of the kind that is there. */
  list(work: Work): Promise<readonly S[]>;
}

interface Wish {
  /** False: it shall not be there. */
  readonly exist?: boolean | undefined;
}

const withExistence = <S>({ state, differences }: Found<S>, { exist = true }: Wish): Found<S> => {
  if (!exist) return { state, differences: state === undefined ? [] : [{ property: 'exist', change: 'Remove', reason: 'it is there and shall not be' }] };
  return { state, differences: state === undefined ? [{ property: 'exist', change: 'Create', reason: 'it is not there' }] : differences };
};

/** What is there, and what of it differs. It changes nothing. */
export const testDesired = async <W extends Wish, S>(kind: DesiredKind<W, S>, work: Work, wish: W): Promise<Found<S>> => withExistence(await kind.find(work, wish), wish);

export interface SetOutcome<S> {
  readonly before: Found<S>;
  /** The same as `before` where nothing was to do, and on a dry run. */
  readonly after: Found<S>;
}

/** Brings about what is wished, where it is not so already. A dry run tells what differs and changes nothing. */
export const setDesired = async <W extends Wish, S>(kind: DesiredKind<W, S>, work: Work, wish: W, dryRun: boolean): Promise<SetOutcome<S>> => {
  const found = await kind.find(work, wish);
  const before = withExistence(found, wish);
  if (dryRun || before.differences.length === 0) return { before, after: before };
  if (wish.exist === false) await kind.remove(work, wish, found);
  else await kind.change(work, wish, found);
  return { before, after: await testDesired(kind, work, wish) };
};
