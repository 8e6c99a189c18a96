import type { Measurement } from '../measure.ts';
import { times, type Row } from '../table.ts';

/** Of a ratio, by the peer's name: at most this many times the peer. */
export type RatioGoals = Readonly<Record<string, number>>;

/** What Silo took, and a row for each other contender. */
export const comparisonRows = (what: string, measured: ReadonlyMap<string, Measurement>, { goals = {}, format }: { readonly goals?: RatioGoals; readonly format: (ms: number) => string }): Row[] => {
  const silo = measured.get('silo');
  if (silo === undefined) return [];
  return [
    { what, measured: `${format(silo.medianMs)} (${format(silo.leastMs)} to ${format(silo.mostMs)})` },
    ...[...measured.values()].filter(({ name }) => name !== 'silo').map(({ name, medianMs }) => {
      const ratio = silo.medianMs / medianMs;
      const goal = goals[name];
      return {
        what: `  against ${name} (${format(medianMs)})`,
        measured: times(ratio),
        ...(goal === undefined ? {} : { goal: { text: `at most ${Number(goal.toFixed(2))} x`, reached: ratio <= goal } }),
      };
    }),
  ];
};
