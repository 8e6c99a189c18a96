import { describe, expect, it } from 'vitest';
import { expandText, expandWord, expandWords, splitWords } from '../../../src/build/word-expansion.ts';
import { expectError } from '../../fixtures/expect-error.ts';

const variables: Readonly<Record<string, string>> = { PWD: '/home', SHELL: 'bash', EMPTY: '', KOREAN: '한국어', LIST: 'a b  c', PATHS: 'one/two/three', DOTS: 'a.b.a.b' };
const options = { lookup: (name: string) => variables[name], escape: '\\', line: 7 };

describe('the expansion of a word', () => {
  // The cases of moby's and BuildKit's own lexer (frontend/dockerfile/shell, envVarTest).
  it.each([
    ['hello', 'hello'], ["he'll'o", 'hello'], ["he\\'llo", "he'llo"], ['abc\\tdef', 'abctdef'], ["'abc\\tdef'", 'abc\\tdef'], ['"abc\\tdef"', 'abc\\tdef'],
    ['"hel\'lo"', "hel'lo"], ["'hel\"lo'", 'hel"lo'], ['hello$', 'hello$'], ['he$1x', 'hex'], ['he$.x', 'he$.x'], ['he$pwd.', 'he.'], ['he$PWD', 'he/home'],
    ['he\\$PWD', 'he$PWD'], ['he\\\\$PWD', 'he\\/home'], ['"he\\$PWD"', 'he$PWD'], ['"he\\\\$PWD"', 'he\\/home'], ['\\${}', '${}'], ['he\\${}xx', 'he${}xx'],
    ['he${hi}', 'he'], ['he${hi}xx', 'hexx'], ['he${PWD}', 'he/home'], ["'he${XX}'", 'he${XX}'], ['"he${PWD}"', 'he/home'], ['"he\'$PWD\'"', "he'/home'"],
    ['"$PWD"', '/home'], ["'$PWD'", '$PWD'], ["'\\$PWD'", '\\$PWD'], ['\'"hello"\'', '"hello"'], ['"he\\"llo"', 'he"llo'],
    ['he${XXX:-000}xx', 'he000xx'], ['he${PWD:-000}xx', 'he/homexx'], ['he${XXX:-$PWD}xx', 'he/homexx'], ['he${XXX:-${PWD:-yyy}}xx', 'he/homexx'], ['he${XXX:-${YYY:-yyy}}xx', 'heyyyxx'],
    ['he${XXX:+${PWD}}xx', 'hexx'], ['he${PWD:+${XXX}}xx', 'hexx'], ['he${PWD:+${SHELL}}xx', 'hebashxx'], ['he${XXX:+000}xx', 'hexx'], ['he${PWD:+000}xx', 'he000xx'],
    ['he${PWD:+${PWD}:}xx', 'he/home:xx'], ['he${XXX:-\\$PWD:}xx', 'he$PWD:xx'], ['he${XXX:-\\${PWD}z}xx', 'he${PWDz}xx'], ['he${XXX:-"a b"}', 'hea b'],
    ['${EMPTY:-none}', 'none'], ['${EMPTY-none}', ''], ['${XXX-none}', 'none'], ['${EMPTY:+some}', ''], ['${EMPTY+some}', 'some'], ['${PWD:?must}', '/home'],
    ['$KOREAN한', '한국어한'], ['안녕$KOREAN', '안녕한국어'], ['\\', ''], ['$', '$'], ['', ''],
    ['${PATHS#*/}', 'two/three'], ['${PATHS##*/}', 'three'], ['${PATHS%/*}', 'one/two'], ['${PATHS%%/*}', 'one'], ['${PATHS#x}', 'one/two/three'],
    ['${DOTS/./-}', 'a-b.a.b'], ['${DOTS//./-}', 'a-b-a-b'], ['${DOTS//a?b/x}', 'x.x'], ['${PATHS//\\//_}', 'one_two_three'],
  ])('of %j gives %j', (word, expected) => {
    expect(expandWord(word, options)).toBe(expected);
  });

  it.each(["he'llo", "he\\\\'llo", "'hello", '"hello', 'he${}', 'he${}xx', 'he${.}', 'he${XXX:YYY}', 'he${PWD', 'he${PWD:=000}xx', '${XXX:?is missing}', '${XXX?}', '${PWD:#x}', '${PWD/x'])('of %j is refused, with its line', async (word) => {
    const error = await expectError('DockerfileInvalid', () => expandWord(word, options));
    expect(error.args['line']).toBe(7);
  });

  it('knows the other escape character', () => {
    expect(expandWord('C:\\dir\\`$PWD', { ...options, escape: '`' })).toBe('C:\\dir\\$PWD');
  });

  it('separates words at unquoted blanks, those in values too', () => {
    expect(expandWords('x $LIST "$LIST" \'y z\' a\\ b "" ', options)).toEqual(['x', 'a', 'b', 'c', 'a b  c', 'y z', 'a b', '']);
  });

  it('leaves the quotes of a text alone', () => {
    expect(expandText('say "$PWD" it\'s \\$PWD \\n \\\\', options)).toBe('say "/home" it\'s $PWD \\n \\');
  });

  it('does not grow without end', async () => {
    const long = 'x'.repeat(1000);
    await expectError('DockerfileInvalid', () => expandWord('$A'.repeat(2000), { ...options, lookup: () => long }));
    await expectError('DockerfileInvalid', () => expandWord(`${'${A:-'.repeat(5000)}x${'}'.repeat(5000)}`, options));
  });
});

describe('the words of a line', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']], ['A="b c" D=e\\ f', ['A="b c"', 'D=e\\ f']], ["A='b \\' c", ["A='b \\'", 'c']], ['A="b \\" c" d', ['A="b \\" c"', 'd']], ['', []], [' \t ', []],
  ])('%j are %j', (text, expected) => {
    expect(splitWords(text, '\\')).toEqual(expected);
  });
});
