/** NAME=value, one a line, with nothing put in and no quotes: label files, and files of variables whose format is raw. A name alone has an empty value. */
export const labelLines = (text: string): readonly (readonly [string, string])[] =>
  text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#')).map((line) => {
    const [name = '', value = ''] = line.split(/=(.*)/s);
    return [name.trim(), value];
  });
