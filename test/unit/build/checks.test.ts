import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const tool = (...parts: string[]): string => join(root, 'node_modules', ...parts);

/** A tool that reads nothing, or has lost a plug-in, says that all is well: so each is shown something that is not. */
describe('the checks find what they are for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-checks-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', types: [] }, include: ['*.ts'] }));
  write('package.json', '{"type":"module"}');

  it.each([
    ['a promise that nobody waits for', 'typescript(no-floating-promises)', 'export const f = (): void => { Promise.resolve(1); };\n'],
    ['a promise where a condition is meant', 'typescript(no-misused-promises)', 'export const f = (p: Promise<boolean>): number => (p ? 1 : 2);\n'],
    ['any', 'typescript(no-explicit-any)', 'export const f = (value: any): unknown => value;\n'],
    ['an unused variable', 'eslint(no-unused-vars)', 'export const f = (): void => { const lost = 1; };\n'],
  ])('the linter: %s', (_what, rule, text) => {
    write('planted.ts', text);
    const { status, stdout } = spawnSync(process.execPath, [tool('oxlint', 'bin', 'oxlint'), '--config', join(root, '.oxlintrc.json'), '--type-aware', folder], { cwd: root, encoding: 'utf8' });
    expect(stdout).toContain(rule);
    expect(status).not.toBe(0);
  });

  it('the linter: a circle of imports', () => {
    write('planted.ts', "export { other } from './other.ts';\nexport const planted = 1;\n");
    write('other.ts', "import { planted } from './planted.ts';\nexport const other = planted;\n");
    const { status, stdout } = spawnSync(process.execPath, [tool('oxlint', 'bin', 'oxlint'), '--config', join(root, '.oxlintrc.json'), '--type-aware', folder], { cwd: root, encoding: 'utf8' });
    expect(stdout).toContain('import(no-cycle)');
    expect(status).not.toBe(0);
  });

  it('the compiler: Node in a pure room', () => {
    write('planted.ts', "import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x', 'utf8');\n");
    rmSync(join(folder, 'other.ts'), { force: true });
    const { status, stdout } = spawnSync(process.execPath, [tool('typescript', 'bin', 'tsc'), '--project', join(folder, 'tsconfig.json'), '--noEmit'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toContain("'node:fs'");
    expect(status).not.toBe(0);
  });
});
