import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator } from '../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const replaced = (text: string, pattern: RegExp, by: string): string => { if (!pattern.test(text)) throw new Error(`the example has no ${pattern.source}`); return text.replace(pattern, () => by); };

describe.skipIf(skipReason('The example of HCS', whyNoSimulator('linux')))('the example of the Host Compute Service in the README', () => {
  it('runs as it stands there, but for its paths and its program', async () => {
    const files = await buildHcsSimulator({ target: 'linux' });
    const simulator = startSimulator(files);
    const folder = mkdtempSync(join(tmpdir(), 'hcs-example-'));
    try {
      mkdirSync(join(folder, 'layer'));
      let example = /```ts\n(import \{ HostComputeService \}[\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
      example = replaced(example, /'silo\/hcs'/, JSON.stringify(join(root, 'src/runtime/hcs/index.ts')));
      example = replaced(example, /const layer = .*/, `const layer = ${JSON.stringify(join(folder, 'layer'))};`);
      example = replaced(example, /const volume = .*/, `const volume = ${JSON.stringify(folder)};`);
      example = replaced(example, /const command = .*/, "const command = 'sh -c \"echo hello\"';");
      const library = JSON.stringify(files.libraries['computecore.dll']);
      example = replaced(example, /new HostComputeService\(\)/, `new HostComputeService({ computeCore: ${library}, kernel32: ${library} })`);
      writeFileSync(join(folder, 'example.ts'), example);
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.ts')], { env: { ...process.env, ...simulator.environment } });
      expect(stdout).toContain('hello');
      expect(stdout).toContain("{ exitCode: 0, reason: 'Exited' }");
      await expectNothingLeft(simulator);
    } finally {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, simulatorBuildTimeout);
});
