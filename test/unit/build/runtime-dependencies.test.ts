import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; optionalDependencies: Record<string, string> };
const page = readFileSync(join(root, 'src/adr/0021-runtime-dependencies.md'), 'utf8');

describe('what the product is shipped with', () => {
  const shipped = { ...manifest.dependencies, ...manifest.optionalDependencies };

  it('stands on the page of runtime dependencies, each with its reason, and nothing else does', () => {
    const named = page.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]));
    expect(new Set(named)).toEqual(new Set(Object.keys(shipped)));
    expect(named).toHaveLength(Object.keys(shipped).length);
  });

  it('is pinned to one version each', () => {
    for (const [name, version] of Object.entries(shipped)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
