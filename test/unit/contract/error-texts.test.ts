import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorClasses, errorTable } from '../../../src/base/index.ts';
import { openRpcDocument } from '../../../src/contract/open-rpc.ts';

const moduleRoot = join(import.meta.dirname, '../../../module/Silo');
const read = (...path: string[]): string => readFileSync(join(moduleRoot, ...path), 'utf8').replaceAll('\r\n', '\n');
const codes = Object.keys(errorTable).toSorted();

/** Codes at the beginning of a line, as a table of PowerShell has them. */
const keys = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '').toSorted();

describe('the error table and what is made of it', () => {
  it('is the contract, in both directions', () => {
    const document = openRpcDocument() as { readonly 'x-errors': readonly { readonly code: string }[]; readonly methods: readonly { readonly errors: readonly { readonly data: { readonly code: string } }[] }[] };
    expect(document['x-errors'].map(({ code }) => code).toSorted()).toEqual(codes);
    const named = document.methods.flatMap(({ errors }) => errors.map(({ data }) => data.code));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((code) => !codes.includes(code))).toEqual([]);
  });

  it("is the module's table, with the class of each", () => {
    const table = read('Contract.psd1').split('ErrorCodes = @{')[1] ?? '';
    expect(keys(table, /^ {8}'(\w+)' = '\w+'$/gm)).toEqual(codes);
    for (const [code, row] of Object.entries(errorTable)) expect(table).toContain(`'${code}' = '${row.class}'`);
  });

  it.each(['en-US', 'ko-KR'])('has a message and an action for each in %s', (culture) => {
    const text = read(culture, 'Errors.psd1');
    expect(keys(text, /^ {4}'(\w+)' = @\{$/gm)).toEqual(codes);
    expect(keys(text, /^ {4}'(\w+)' = @\{\n +Message = '.+'\n +Action = '.+'\n {4}\}$/gm)).toEqual(codes);
  });

  it.each(['en-US', 'ko-KR'])('is told in about_Silo_Errors, under its category, in %s', (culture) => {
    const text = read(culture, 'about_Silo_Errors.help.txt');
    const sections = text.split(/^(?=[A-Z]+ \(\w+, JSON-RPC \d+\)$)/m).slice(1);
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(Object.entries(errorClasses).map(([name, { category, rpcCode }]) => `${category.toUpperCase()} (${name}, JSON-RPC ${rpcCode})`));
    const told = sections.flatMap((section) => keys(section, /^ {4}([A-Z]\w+)\n {8}\S/gm).map((code) => ({ code, class: /\((\w+),/.exec(section)?.[1] })));
    expect(told.map(({ code }) => code).toSorted()).toEqual(codes);
    for (const { code, class: name } of told) expect(errorTable[code as keyof typeof errorTable].class).toBe(name);
  });
});
