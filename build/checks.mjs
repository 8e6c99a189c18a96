import { existsSync } from 'node:fs';
import { at, node } from './project.mjs';
import { capture } from './run.mjs';

const tool = (...parts) => at('node_modules', ...parts);

/**
 * What is checked without running the product. Where a check says `saw`, its output must match: one that
 * read nothing has proved nothing.
 */
const checks = [
  { name: 'types', args: [tool('typescript', 'bin', 'tsc'), '--project', at('tsconfig.json')] },
  { name: 'types of the pure rooms, without Node', args: [tool('typescript', 'bin', 'tsc'), '--project', at('build', 'tsconfig.pure.json')] },
  { name: 'linter', args: [tool('oxlint', 'bin', 'oxlint'), '--type-aware'], saw: /on [1-9]\d+ files with \d+ rules/ },
  { name: 'unused files, exports and dependencies', args: [tool('knip', 'bin', 'knip.js'), '--no-progress'] },
  { name: 'generated files', args: [at('build', 'generate.ts'), '--check'], only: () => existsSync(at('build', 'generate.ts')) },
];

/** For `npm run check` alone: `npm test` runs it with all other tests. */
const architecture = { name: 'architecture', args: [tool('vitest', 'vitest.mjs'), 'run', '--reporter=default', at('test', 'architecture.test.ts')], saw: /Tests .*passed/ };

/** Runs the checks one after the other, each a line; gives how many held and how many didn't. */
export const runChecks = async ({ withArchitecture = true } = {}) => {
  const counts = { passed: 0, failed: 0 };
  for (const { name, args, saw, only } of [...checks, ...(withArchitecture ? [architecture] : [])]) {
    if (only !== undefined && !only()) continue;
    const began = performance.now();
    const { exitCode, output } = await capture(node(), args);
    const held = exitCode === 0 && (saw === undefined || saw.test(output));
    counts[held ? 'passed' : 'failed'] += 1;
    console.log(`${held ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    if (!held) console.log(output.trimEnd());
  }
  return counts;
};
