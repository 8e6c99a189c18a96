import { dockerfileInvalid } from './dockerfile-invalid.ts';

export type ModeChange = (mode: number, folder: boolean) => number;

/** `--chmod`: octal, or chmod(1)'s symbols (`u=rwX,go=rX`). @throws SiloError DockerfileInvalid */
export const parseMode = (text: string, line: number): ModeChange => {
  if (/^0?[0-7]{1,4}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return () => mode;
  }
  const clauses = text.split(',').map((clause) => {
    const match = /^([ugoa]*)((?:[+=-][rwxXst]*)+)$/.exec(clause);
    if (match === null) throw dockerfileInvalid(line, `--chmod=${text.slice(0, 40)} is no mode`);
    return { who: match[1] === '' || match[1]?.includes('a') === true ? 'ugo' : match[1] ?? '', actions: [...(match[2] ?? '').matchAll(/([+=-])([rwxXst]*)/g)] };
  });
  return (mode, folder) => clauses.reduce((before, { who, actions }) => actions.reduce((current, [, operator = '', letters = '']) => apply(current, who, operator, letters, folder), before), mode);
};

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const setIds: Readonly<Record<string, number>> = { u: 0o4000, g: 0o2000, o: 0 };

const apply = (mode: number, who: string, operator: string, letters: string, folder: boolean): number => {
  let result = mode;
  for (const one of who) {
    const shift = shifts[one] ?? 0;
    let bits = 0;
    if (letters.includes('r')) bits |= 4;
    if (letters.includes('w')) bits |= 2;
    if (letters.includes('x') || (letters.includes('X') && (folder || (mode & 0o111) !== 0))) bits |= 1;
    let wide = bits << shift;
    if (letters.includes('s')) wide |= setIds[one] ?? 0;
    if (letters.includes('t')) wide |= 0o1000;
    if (operator === '+') result |= wide;
    else if (operator === '-') result &= ~wide;
    else result = (result & ~((7 << shift) | (setIds[one] ?? 0))) | wide;
  }
  return result;
};
