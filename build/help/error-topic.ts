import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorClasses, type ErrorClass } from '../../src/base/error-classes.ts';
import { errorTable, type ErrorCode, type ErrorRow } from '../../src/base/error-table.ts';
import { hcnResults } from '../../src/network/hcn/hresult-table.ts';
import { hresultTable } from '../../src/runtime/hcs/hresult-table.ts';
import { wrap } from './wrap.ts';

const root = join(import.meta.dirname, '..', '..');

/** Messages and actions of a language's Errors.psd1, by code. */
const readTexts = (culture: string): Map<string, { readonly message: string; readonly action: string }> => {
  const path = join(root, 'module', 'Silo', culture, 'Errors.psd1');
  const text = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : '';
  const unquote = (quoted = ''): string => quoted.replaceAll("''", "'");
  return new Map([...text.matchAll(/^ {4}'(\w+)' = @\{\n +Message = '(.*)'\n +Action = '(.*)'$/gm)]
    .map(([, code = '', message, action]) => [code, { message: unquote(message), action: unquote(action) }]));
};

/** Codes of Windows that become an error, each as `0x8037010e HCS_E_SYSTEM_NOT_FOUND`. */
const nativeCodes = (): Map<ErrorCode, string[]> => {
  const found = new Map<ErrorCode, string[]>();
  for (const table of [hresultTable, hcnResults]) {
    for (const [number, { id, code }] of Object.entries(table)) found.set(code, [...(found.get(code) ?? []), `0x${Number(number).toString(16).padStart(8, '0')} ${id}`]);
  }
  return found;
};

/** The text of about_Silo_Errors in one language: what stands in module/help, with the error table where it says {table}. */
export const errorTopic = (culture: string): string => {
  const texts = readTexts(culture);
  const native = nativeCodes();
  const rows = Object.entries(errorTable as Record<ErrorCode, ErrorRow>) as [ErrorCode, ErrorRow][];
  const sections = (Object.keys(errorClasses) as ErrorClass[]).map((name) => {
    const codes = rows.filter(([, row]) => row.class === name).map(([code, english]) => {
      const { message, action } = texts.get(code) ?? english;
      return [`    ${code}`, ...wrap(message, 8), ...wrap(`> ${action}`, 8), ...(native.get(code) ?? []).map((line) => `        ${line}`), ''].join('\n');
    });
    return `${errorClasses[name].category.toUpperCase()} (${name}, JSON-RPC ${errorClasses[name].rpcCode})\n${codes.join('\n')}`;
  });
  const frame = readFileSync(join(root, 'module', 'help', culture, 'about_Silo_Errors.txt'), 'utf8').replaceAll('\r\n', '\n');
  return frame.replace('{table}\n', () => `${sections.join('\n')}\n`);
};
