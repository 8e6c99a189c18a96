import { describe, expect, it } from 'vitest';
import { idOf } from '../store/records.ts';
import { checkContainerName, generatedName } from '../../../src/engine/container-name.ts';

describe('names of containers', () => {
  it.each(['web', 'a', '0', 'Web.1_2-3', 'a'.repeat(128), 'a'.repeat(64).replace('a', 'g'), 'f'.repeat(63), 'F'.repeat(64)])('may be %s', (name) => { expect(checkContainerName(name)).toBe(name); });

  it.each(['', '-web', '.web', '_web', 'a b', 'a/b', '../a', 'ä', 'a\n', 'a'.repeat(129), 'f'.repeat(64), 'a\0'])('may not be %j', (name) => {
    expect(() => checkContainerName(name)).toThrow(expect.objectContaining({ code: 'ContainerNameInvalid', args: { name } }));
  });

  it('are made up where none is given: valid, the same for the same id, and different for others', () => {
    const ids = Array.from({ length: 300 }, (_, index) => idOf(String(index)));
    const names = ids.map(generatedName);
    expect(names.map(checkContainerName)).toEqual(names);
    expect(ids.map(generatedName)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+-[a-z]+-[0-9a-f]{6}$/.test(name))).toEqual([]);
  });
});
