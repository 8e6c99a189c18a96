import { expect, it } from 'vitest';
import { usedMemory } from '../../../src/base/index.ts';

it.each([
  ['without files that nobody has used for long', 1000, 400, 600],
  ['as a whole where nothing is known of files', 1000, undefined, 1000],
  ['as a whole where the number of files is of another moment', 1000, 1000, 1000],
  ['as a whole where there seem to be more files than memory', 1000, 4096, 1000],
])('memory of a control group is told %s', (_, bytes, inactive, used) => {
  expect(usedMemory(bytes, inactive)).toBe(used);
});
