import type { ProcessDetails } from '../documents/answers.ts';
import type { BundleState } from './bundle-states.ts';

export type BundleStatus = 'created' | 'running' | 'paused' | 'stopped';

/** What `state` and `list` tell, by runhcs's names (internal/runhcs/container.go). */
export interface ToldState {
  readonly ociVersion: string;
  readonly id: string;
  /** The shim's, on the host. */
  readonly pid: number;
  readonly status: BundleStatus;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner: string;
}

export const toldState = ({ ociVersion, id, shimPid, bundle, rootfs, created, annotations, owner }: BundleState, status: BundleStatus): ToldState => ({
  ociVersion, id, pid: status === 'stopped' ? 0 : shimPid, status, bundle, rootfs, created, ...(Object.keys(annotations).length === 0 ? {} : { annotations }), owner,
});

const leastColumn = 12;
const gap = 3;

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(leastColumn, gap + Math.max(...rows.map((row) => row[column]?.length ?? 0))));
  return rows.map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('')}\n`).join('');
};

export const stateTable = (states: readonly ToldState[]): string =>
  table([['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...states.map(({ id, pid, status, bundle, created, owner }) => [id, String(pid), status, bundle, created, owner])]);

export const processTable = (processes: readonly ProcessDetails[]): string =>
  table([['PID', 'CREATED', 'IMAGE'], ...processes.map(({ ProcessId, CreateTimestamp, ImageName }) => [String(ProcessId), CreateTimestamp ?? '', ImageName ?? ''])]);
