import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,conformance,wire,integration,simulator}/**/*.test.ts', 'test/architecture.test.ts'],
    // A process for each file: mounts, namespaces, signals and native libraries don't leak from one into the next.
    pool: 'forks',
    // Two at once, also where there are more processors: time-outs in tests are made for two cores. One at a time
    // where nobody waits for them: engines, simulators and Wine start processes by the dozen, and have them to themselves.
    maxWorkers: process.env['CI'] === undefined ? 2 : 1,
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // A run in which nothing ran has proved nothing.
    passWithNoTests: false,
    allowOnly: false,
    // Containers of tests that are not about networks have none: faster, and nothing is made on the host.
    // What this host's administrators have configured is no test's business.
    env: { SILO_DEFAULT_NETWORK: 'none', SILO_CNI_FOLDER: '/nonexistent/net.d' },
    unstubEnvs: true,
    restoreMocks: true,
  },
});
