import type { TaskStatistics } from '../../core/index.ts';
import type { SystemProperties } from './documents/answers.ts';

/** What HCS counts of a container. Networks are counted by HCN, not here. */
export const taskStatistics = ({ Statistics, ProcessList }: SystemProperties, memoryLimitBytes: number | undefined): TaskStatistics => ({
  time: Statistics?.Timestamp === undefined ? new Date() : new Date(Statistics.Timestamp),
  cpuMicroseconds: Math.round((Statistics?.Processor?.TotalRuntime100ns ?? 0) / 10),
  memoryBytes: Statistics?.Memory?.MemoryUsagePrivateWorkingSetBytes ?? 0,
  memoryLimitBytes,
  processCount: ProcessList?.length ?? 0,
  readBytes: Statistics?.Storage?.ReadSizeBytes,
  writtenBytes: Statistics?.Storage?.WriteSizeBytes,
  receivedBytes: undefined,
  sentBytes: undefined,
});
