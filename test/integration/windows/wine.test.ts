import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runUnderWine, whyNoWine, wineHost } from '../../fixtures/wine.ts';
import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

const reason = whyNoWine();

describe.skipIf(reason !== undefined)(`Windows' Node under Wine${reason === undefined ? '' : `: ${reason}`}`, () => {
  it("loads koffi's Windows binary, calls Windows, and hands on arguments and exit code", async () => {
    const args = ['', 'a b', '"q"', '\\', 'ä€𝄞', '%PATH%'];
    const run = await runUnderWine(join(import.meta.dirname, '../../fixtures/wine/windows-facts.ts'), args);
    expect(run).toMatchObject({ exitCode: 3, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual({ platform: 'win32', release: `10.0.${wineHost.build}`, nodeMajor: 22, tickCount: expect.any(Number) as number, args });
  });
});

await suiteUnderWine('test/unit/base/values.test.ts');
