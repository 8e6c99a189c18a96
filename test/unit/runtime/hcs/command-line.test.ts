import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../../src/runtime/hcs/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';

/** What CommandLineToArgvW and the C runtime of 2008 and later make of a command line ("Parsing C command-line arguments"). */
const parse = (line: string): readonly string[] => {
  const args: string[] = [];
  let at = 0;
  // The program's name: a quotation mark opens and closes, nothing escapes.
  let name = '';
  let quoted = false;
  for (; at < line.length && (quoted || !/[ \t]/.test(line[at] ?? '')); at += 1) {
    if (line[at] === '"') quoted = !quoted;
    else name += line[at];
  }
  args.push(name);
  for (;;) {
    while (/[ \t]/.test(line[at] ?? '')) at += 1;
    if (at >= line.length) return args;
    let value = '';
    quoted = false;
    for (; at < line.length && (quoted || !/[ \t]/.test(line[at] ?? ''));) {
      let slashes = 0;
      while (line[at] === '\\') { slashes += 1; at += 1; }
      if (line[at] !== '"') {
        value += '\\'.repeat(slashes);
        if (slashes === 0) { value += line[at] ?? ''; at += 1; }
        continue;
      }
      value += '\\'.repeat(slashes >> 1);
      at += 1;
      if (slashes % 2 === 1) value += '"';
      else if (quoted && line[at] === '"') { value += '"'; at += 1; }
      else quoted = !quoted;
    }
    args.push(value);
  }
};

const awkward = fc.string({ unit: 'binary' });
const characters = fc.array(fc.constantFrom('a', ' ', '\t', '"', '\\', '\\\\', 'ä', '𝄞', "'", '%', '^', '&', '\n'), { maxLength: 12 }).map((parts) => parts.join(''));

describe('a command line of Windows', () => {
  it.each<[readonly string[], string]>([
    [['cmd', '/c', 'echo hi'], 'cmd /c "echo hi"'],
    [['C:\\Program Files\\a.exe', ''], '"C:\\Program Files\\a.exe" ""'],
    [['a', 'say "hi"'], 'a "say \\"hi\\""'],
    [['a', 'C:\\'], 'a C:\\'],
    [['a', 'C:\\some folder\\'], 'a "C:\\some folder\\\\"'],
    [['a', '\\\\server\\share', 'x\\"'], 'a \\\\server\\share "x\\\\\\""'],
    [['a b\\', 'c'], '"a b\\" c'],
  ])('of %j is %s', (args, expected) => { expect(commandLine(args)).toBe(expected); });

  it('is taken apart into the same arguments again', () => {
    const name = fc.oneof(awkward, characters).filter((text) => !text.includes('"') && !text.includes('\0'));
    const argument = fc.oneof(awkward, characters).filter((text) => !text.includes('\0'));
    fc.assert(fc.property(name, fc.array(argument, { maxLength: 6 }), (program, args) => {
      expect(parse(commandLine([program, ...args]))).toEqual([program, ...args]);
    }), { numRuns: 2000 });
  });

  it.each([
    ['no argument at all', []], ["a program's name with a quotation mark", ['a"b']], ['a NUL', ['a', 'b\0c']], ['more characters than CreateProcess takes', ['a', 'b'.repeat(32_766)]],
  ])('is refused for %s', async (_, args) => { await expectError('ParameterInvalid', () => commandLine(args)); });
});
