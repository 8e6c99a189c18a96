/**
 * `npm test`: every test there is. The last line is the sum, `N passed, N failed, N skipped`; the exit
 * code is zero only where nothing failed and every runner gave its counts and ran something.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { spawn } from 'node:child_process';
import { at, node, root } from './project.mjs';
import { run } from './run.mjs';
import { runChecks } from './checks.mjs';
import { setUp } from './setup.mjs';

const problems = [];
const sum = { passed: 0, failed: 0, skipped: 0 };
const add = (runner, exitCode, counts) => {
  if (counts === undefined) {
    problems.push(`${runner} ended with exit code ${exitCode} and gave no counts`);
    return;
  }
  for (const key of Object.keys(sum)) sum[key] += counts[key];
  if (counts.passed + counts.failed + counts.skipped === 0) problems.push(`${runner} ran no test`);
  if (exitCode !== 0 && counts.failed === 0) problems.push(`${runner} ended with exit code ${exitCode} though no test of it failed`);
};

/** What failed, and what passed only when its file was run again: said last, where a reader of the end of a long output finds it. */
const told = [];

const wholeFile = '(the file)';

const vitestOnce = async (report, files) => {
  const exitCode = await run(node(), [at('node_modules', 'vitest', 'vitest.mjs'), 'run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  return { exitCode, result: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined };
};

const failuresOf = ({ testResults }) => testResults.flatMap(({ name: file, status, message, assertionResults }) => {
  const failed = assertionResults.filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => ({ file, test: fullName, why: failureMessages[0] ?? '' }));
  return failed.length === 0 && status === 'failed' ? [{ file, test: wholeFile, why: message ?? '' }] : failed;
});

/**
 * Files with failures are run once more, alone. Engines, registries, virtual machines and Wine share two
 * processors here: what passes by itself is counted as passed and named as unsteady, what fails twice has failed.
 */
const vitest = async (folder) => {
  const first = await vitestOnce(join(folder, 'vitest.json'), []);
  if (first.result === undefined) return add('vitest', first.exitCode, undefined);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = first.result;
  const skipped = numPendingTests + numTodoTests;
  const failures = failuresOf(first.result);
  const tell = (word, { file, test, why }) => told.push(`${word} ${relative(root, file)}: ${test}\n    ${why.split('\n').slice(0, 6).join('\n    ')}`);
  const files = [...new Set(failures.map(({ file }) => file))];
  // Many at once are no accident of timing.
  if (files.length === 0 || files.length > 12) {
    for (const failure of failures) tell('FAILED', failure);
    return add('vitest', first.exitCode, { passed: numPassedTests, failed: numFailedTests, skipped });
  }
  const second = await vitestOnce(join(folder, 'again.json'), files);
  const still = second.result === undefined ? failures : failuresOf(second.result);
  for (const failure of failures) if (!still.some(({ file, test }) => file === failure.file && test === failure.test)) tell('UNSTEADY (failed, then passed alone)', failure);
  for (const failure of still) tell('FAILED', failure);
  const whole = still.filter(({ test }) => test === wholeFile).length;
  return add('vitest', still.length === 0 ? 0 : first.exitCode, { passed: numPassedTests + numFailedTests - (still.length - whole), failed: still.length, skipped });
};

/** Shows the runner's output as it comes, and keeps its end: the counts are its last line. */
const pester = () => new Promise((resolve) => {
  const child = spawn(node(), [at('build', 'pester.ts')], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    tail = (tail + chunk.toString('utf8')).slice(-4096);
  });
  child.once('error', (error) => {
    problems.push(`Pester: ${error.message}`);
    resolve();
  });
  child.once('close', (code) => {
    const counts = /^Pester: (\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(tail.trimEnd().split('\n').at(-1) ?? '');
    add('Pester', code ?? 1, counts === null ? undefined : { passed: Number(counts[1]), failed: Number(counts[2]), skipped: Number(counts[3]) });
    resolve();
  });
});

const folder = mkdtempSync(join(tmpdir(), 'silo-test-'));
try {
  await setUp({ purposes: ['run', 'machines', 'test'] });
  const checks = await runChecks({ withArchitecture: false });
  add('checks', 0, { ...checks, skipped: 0 });
  await vitest(folder);
  if (existsSync(at('build', 'pester.ts'))) await pester();
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const line of told) console.log(line);
for (const problem of problems) console.log(`FAILED ${problem}`);
// A runner that died is a failure that no runner counted.
const failed = sum.failed + problems.length;
console.log(`${sum.passed} passed, ${failed} failed, ${sum.skipped} skipped`);
process.exitCode = failed === 0 && sum.passed > 0 ? 0 : 1;
