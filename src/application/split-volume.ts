/**
 * What the parts of a short volume are: [source:]target[:mode]. Paths of Windows hold colons too: with a slash in
 * place of the backslash, `c:/a` is one only where a target follows it, and else a volume of one letter.
 */
export const splitVolume = (text: string): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (rest !== '') {
    const drive = parts.length === 0 ? /^[A-Za-z]:(?=\\|\/[^:]*:(?:\/|[A-Za-z]:))[^:]*/ : /^[A-Za-z]:(?=[\\/])[^:]*/;
    const part = drive.exec(rest)?.[0] ?? /^[^:]*/.exec(rest)?.[0] ?? '';
    parts.push(part);
    rest = rest.slice(part.length + 1);
  }
  return parts;
};
