/** Columns of a console that a text takes: letters of Korean, and other wide ones, take two. */
const columns = (text: string): number => text.length + (text.match(/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/g)?.length ?? 0);

/** Lines of at most 110 columns, each indented by that many spaces. */
export const wrap = (text: string, indent: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + columns(line) + 1 + columns(word) > 110) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one);
};
