import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IgnorePatterns } from '../../../src/build/ignore-patterns.ts';
import { componentGlob } from '../../../src/build/wildcards.ts';

const parse = (...lines: readonly string[]): IgnorePatterns => IgnorePatterns.parse(lines.join('\n'), (line, pattern) => { throw new RangeError(`${line}: ${pattern}`); });

describe('.dockerignore', () => {
  // The cases of moby's patternmatcher (TestMatches).
  it.each([
    ['**', 'file', true], ['**/', 'file', true], ['**/**', 'dir/file', true], ['dir/**', 'dir/file', true], ['dir/**', 'dir/dir2/file', true], ['**/dir', 'dir', true], ['**/dir', 'dir/file', true],
    ['**/dir2/*', 'dir/dir2/file', true], ['**/dir2/**', 'dir/dir2/dir2/file', true], ['**file', 'file', true], ['**file', 'dir/file', true], ['**/file', 'dir/file', true], ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true], ['**/file*.txt*', 'dir/dir/file.txt', true], ['**/**/*.txt', 'dir/dir/file.txt', true], ['**/**/*.txt2', 'dir/dir/file.txt', false], ['**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/file.txt', true], ['a**/*.txt', 'a/dir/dir/file.txt', true], ['a/*.txt', 'a/dir/file.txt', false], ['a/*.txt', 'a/file.txt', true], ['a/*.txt**', 'a/file.txt', true],
    ['a[b-d]e', 'ae', false], ['a[b-d]e', 'ace', true], ['a[^b-d]e', 'aze', true], ['.*', '.foo', true], ['.*', 'foo', false], ['abc.def', 'abcdef', false], ['abc.def', 'abc.def', true],
    ['abc?def', 'abcZdef', true], ['abc?def', 'abcdef', false], ['a\\\\', 'a\\', true], ['a\\b', 'ab', true], ['**/foo/bar', 'foo/bar', true], ['**/foo/bar', 'dir/foo/bar', true], ['abc/**', 'abc', false],
    ['abc/**', 'abc/def', true], ['**/.foo', '.foo', true], ['**/.foo', 'bar.foo', false], ['a(b)c/def', 'a(b)c/def', true], ['a.|)$(}+{bc', 'a.|)$(}+{bc', true], ['x-2.4.0rc3.dev36+g08acad9.whl', 'x-2.4.0rc3.dev36+g08acad9.whl', true],
    ['dir', 'dir/below/file', true], ['dir/', 'dir/file', true], ['/dir', 'dir', true], ['./dir', 'dir', true], ['dir/../other', 'other', true], ['*', 'dir/file', true], ['di', 'dir', false], ['Dir', 'dir', false], ['파일*', '파일.txt', true],
  ])('%s: %s is ignored: %s', (pattern, path, ignored) => {
    expect(parse(pattern).ignores(path)).toBe(ignored);
  });

  it('lets the last line that matches decide', () => {
    const patterns = parse('# a comment', '', '*.md', '!README*.md', 'README-secret.md', '  docs  ', '!docs/keep');
    expect(['a.md', 'README-1.md', 'README-secret.md', 'docs/x', 'docs/keep', 'docs/keep/below', 'other'].filter((path) => patterns.ignores(path))).toEqual(['a.md', 'README-secret.md', 'docs/x']);
    expect(patterns.ignoresAllBelow('docs')).toBe(false);
    expect(parse('docs').ignoresAllBelow('docs')).toBe(true);
  });

  it('reads the lines of any editor', () => {
    expect(parse('\uFEFFa\r\nb\r').ignores('a')).toBe(true);
    expect(parse(' # no comment').ignores('# no comment')).toBe(true);
  });

  it.each(['!', 'a[', 'a[]', 'x\\', '[b-a]'])('refuses %j', (pattern) => {
    expect(() => parse('ok', pattern)).toThrow(`2: ${pattern}`);
  });
});

describe('patterns of anybody', () => {
  it('are a pattern or none, and take no time', () => {
    const fragment = fc.constantFrom('*', '**', '/', '**/', '?', '[', ']', '[a-z]', '[^b]', '\\\\', '!', '#', 'a', 'b', '+', '(', ')', '{', '|', '^', '$', '.', '..', ' ', '\u{1f600}', '\r');
    fc.assert(fc.property(fc.array(fragment, { maxLength: 30 }), fc.array(fc.constantFrom('a', 'b', '/', 'ab', '.', '*', '\u{1f600}'), { minLength: 1, maxLength: 60 }), (pattern, path) => {
      const began = performance.now();
      let invalid = false;
      try {
        parse(pattern.join('')).ignores(path.join(''));
      } catch (error) {
        invalid = error instanceof RangeError;
        if (!invalid) throw error;
      }
      expect(performance.now() - began).toBeLessThan(200);
    }), { numRuns: 3000 });
  });

  it('do not keep the engine busy', () => {
    const began = performance.now();
    expect(parse('*a'.repeat(50) + 'b').ignores('a'.repeat(500))).toBe(false);
    expect(parse('**/a/'.repeat(30) + 'b').ignores('a/'.repeat(200))).toBe(false);
    expect(componentGlob('*a'.repeat(50) + 'b')?.test('a'.repeat(1000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('the wildcards of COPY', () => {
  it.each([
    ['*.txt', 'a.txt', true], ['*.txt', '.txt', true], ['a*c', 'abbc', true], ['a?c', 'abc', true], ['[ab]', 'b', true], ['[^ab]', 'b', false], ['\\*', '*', true], ['\\*', 'x', false], ['[\\]]', ']', true], ['a+b', 'a+b', true], ['(x', '(x', true], ['**', 'x', true],
  ])('%s matches %s: %s', (pattern, name, matches) => {
    expect(componentGlob(pattern)?.test(name)).toBe(matches);
  });
});
