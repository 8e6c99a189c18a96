/**
 * Loaded into an engine before its own code (`node --import`): at SIGUSR2 it writes the longest time since the
 * last one that the event loop did not come round, in ms, to the file that SILO_BENCH_LOOP names.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['SILO_BENCH_LOOP'];
if (file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  process.on('SIGUSR2', () => {
    writeFileSync(file, String(delays.max / 1e6));
    delays.reset();
  });
}
