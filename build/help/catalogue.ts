/**
 * Translations as gettext keeps them (.po): the English sentence is the key. A sentence that is changed has
 * no translation any more, so none can grow old unseen.
 */
export type Catalogue = Map<string, string>;

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
const unquote = (text: string): string => (JSON.parse(text) as string);

/** Reads msgid and msgstr, either in one line or continued on lines of their own. */
export const parseCatalogue = (text: string): Catalogue => {
  const catalogue: Catalogue = new Map();
  let key = '';
  let value = '';
  let field: 'key' | 'value' | undefined;
  const keep = (): void => { if (field === 'value' && key !== '') catalogue.set(key, value); };
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const [, keyword, quoted] = /^(?:(msgid|msgstr) )?(".*")\s*$/.exec(line) ?? [];
    if (quoted === undefined) continue;
    if (keyword === 'msgid') {
      keep();
      [key, value, field] = [unquote(quoted), '', 'key'];
    } else if (keyword === 'msgstr') {
      [value, field] = [unquote(quoted), 'value'];
    } else if (field === 'key') {
      key += unquote(quoted);
    } else {
      value += unquote(quoted);
    }
  }
  keep();
  return catalogue;
};

export const formatCatalogue = (language: string, entries: Iterable<readonly [string, string]>): string => {
  const header = `msgid ""\nmsgstr ""\n${quote('Content-Type: text/plain; charset=UTF-8\n')}\n${quote(`Language: ${language}\n`)}\n`;
  return [header, ...[...entries].map(([english, translated]) => `msgid ${quote(english)}\nmsgstr ${quote(translated)}\n`)].join('\n');
};
