import { usedMemory } from '../../base/index.ts';
import type { TaskStatistics } from '../../core/index.ts';

/** The agent's lines `name number`. Undefined where they are not that. */
export const guestStatistics = (text: string, time: Date): TaskStatistics | undefined => {
  const values = new Map(text.split('\n').filter((line) => line !== '').map((line) => line.split(' ')).map(([name = '', value = '']) => [name, Number(value)]));
  const [cpu, memory] = [values.get('cpu'), values.get('memory')];
  if (cpu === undefined || memory === undefined) return undefined;
  return {
    time,
    cpuMicroseconds: cpu,
    memoryBytes: usedMemory(memory, values.get('inactive')),
    memoryLimitBytes: values.get('limit') || undefined,
    processCount: values.get('processes') ?? 0,
    // Files come from the host: the guest counts no bytes of devices.
    readBytes: undefined,
    writtenBytes: undefined,
    receivedBytes: values.get('received'),
    sentBytes: values.get('sent'),
  };
};
