/**
 * Runs the tests of the PowerShell module: all of them, then the fast ones under strict mode and, beside
 * them, under Korean culture. The last line of the output is `Pester: N passed, N failed, N skipped`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PowerShell } from 'node-powershell';
import { findPowerShell } from './find-powershell.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Run extends Counts {
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

const testFolder = join(import.meta.dirname, '..', 'test', 'module');
const suite = join(testFolder, 'Invoke-Suite.ps1');

interface Plan { readonly title: string; readonly switches: string }

/** What stands in one row runs at once; tests tagged `Once` measure, and run only in the first. */
const rows: readonly (readonly Plan[])[] = [
  [{ title: 'all', switches: '' }],
  [{ title: 'strict mode', switches: '-Tag Fast -ExcludeTag Once -Strict' }, { title: 'Korean culture', switches: '-Tag Fast -ExcludeTag Once -Culture ko-KR' }],
];

/** Tests as they stand in the files; one with -ForEach counts once. */
const countTests = (): number => readdirSync(testFolder)
  .filter((name) => name.endsWith('.Tests.ps1'))
  .map((name) => readFileSync(join(testFolder, name), 'utf8').match(/^\s*It ['"]/gm)?.length ?? 0)
  .reduce((sum, count) => sum + count, 0);

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const runOnce = async (executable: string, switches: string, resultPath: string, show: (text: string) => void): Promise<Run> => {
  const shell = new PowerShell({
    executable,
    executableOptions: { '-NoProfile': true, '-NonInteractive': true },
    spawnOptions: { env: { ...process.env, LANG: 'en_US.UTF-8', NO_COLOR: '1' } },
    throwOnInvocationError: false,
  });
  // What Pester writes is shown as it comes; node-powershell marks the ends of a command by lines of 16 letters and digits.
  shell.streams.stdout.on('data', (text: string) => show(text.replace(/^[0-9A-Za-z]{16}\r?\n/gm, '')));
  try {
    await shell.invoke(`& ${quote(suite)} ${switches} -ResultPath ${quote(resultPath)}`);
    return JSON.parse(readFileSync(resultPath, 'utf8').replace(/^\uFEFF/, '')) as Run;
  } finally {
    await shell.dispose();
  }
};

export const runPester = async (): Promise<Counts> => {
  const executable = findPowerShell();
  if (executable === undefined) {
    const skipped = countTests();
    console.log(`PowerShell not found: ${skipped} Pester tests skipped`);
    return { passed: 0, failed: 0, skipped };
  }
  const folder = mkdtempSync(join(tmpdir(), 'silo-pester-'));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  try {
    for (const row of rows) {
      await Promise.all(row.map(async ({ title, switches }) => {
        const shown: string[] = [];
        const alone = row.length === 1;
        if (alone) console.log(`Pester: ${title}`);
        const run = await runOnce(executable, switches, join(folder, `${title}.json`), (text) => { if (alone) process.stdout.write(text); else shown.push(text); });
        if (!alone) console.log(`Pester: ${title}\n${shown.join('')}`);
        sum.passed += run.passed;
        sum.failed += run.failed;
        sum.skipped += run.skipped;
        failures.push(...run.failures.map(({ name, message }) => `FAILED (${title}) ${name}\n    ${message.replaceAll('\n', '\n    ')}`));
      }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of failures) console.log(failure);
  return sum;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed, skipped } = await runPester();
  console.log(`Pester: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
