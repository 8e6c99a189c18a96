/** A measured line: what, how much, the goal where the issue sets one, and ratios to the peers. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly goal?: { readonly text: string; readonly reached: boolean };
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} x`;

export const formatTable = (rows: readonly Row[]): string => {
  const cells = rows.map(({ what, measured, goal }) => [what, measured, goal?.text ?? '', goal === undefined ? '' : goal.reached ? 'yes' : 'NO']);
  const all = [['what', 'measured', 'goal', 'reached'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
};
