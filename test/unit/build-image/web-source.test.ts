import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSiloError } from '../../../src/base/index.ts';
import { webSource } from '../../../src/build/index.ts';
import { readablePath } from '../../../src/layer/index.ts';

const codeOf = (source: string): string => {
  try {
    const found = webSource(source, 7);
    return found === undefined ? 'path' : `file ${readablePath(found.name)}`;
  } catch (error) {
    return isSiloError(error) ? error.code : String(error);
  }
};

describe('a source of ADD', () => {
  it.each([
    ['https://h/a/b.tar', 'file b.tar'],
    ['HTTP://h:81/x?y=/z#w', 'file x'],
    ['https://h/a%20b', 'file a b'],
    ['https://h/%ED%95%9C', 'file 한'],
    ['https://h/a%2Fb', 'file b'],
    ['https://h/a/', 'file '],
    ['https://h', 'file '],
    ['https://h/%2E%2E', 'file '],
    ['https://h/a%2F..', 'DockerfileInvalid'],
    ['https://h/a%00', 'DockerfileInvalid'],
    ['https://h/%ff', 'DockerfileInvalid'],
    ['https://', 'DockerfileInvalid'],
    ['https://user:word@h/x', 'DockerfileInvalid'],
    ['git@h:a/b', 'OptionUnsupported'],
    ['git://h/a', 'OptionUnsupported'],
    ['ssh://h/a', 'OptionUnsupported'],
    ['https://h/a.git', 'OptionUnsupported'],
    ['https://h/a.git#main:sub', 'OptionUnsupported'],
    ['file', 'path'],
    ['http', 'path'],
    ['ftp://h/x', 'path'],
  ])('%s is %s', (source, expected) => { expect(codeOf(source)).toBe(expected); });

  it('is a path, an address with a safe name, or a coded error, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `https://${text}`), fc.string().map((text) => `https://h/${text}`)), (source) => {
      try {
        const found = webSource(source, 7);
        if (found !== undefined) expect(found.name === '.' || found.name === '..' || /[/\0]/.test(found.name)).toBe(false);
      } catch (error) {
        expect(isSiloError(error) && ['DockerfileInvalid', 'OptionUnsupported'].includes(error.code)).toBe(true);
      }
    }));
  });
});
