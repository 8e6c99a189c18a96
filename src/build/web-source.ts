import { SiloError } from '../base/index.ts';
import type { ByteString } from '../layer/index.ts';
import { dockerfileInvalid } from './dockerfile-invalid.ts';
import { fromText } from './layer-tar.ts';

/** A source of ADD that is a web address. */
export interface WebSource {
  readonly url: URL;
  /** Last component of the address' path; '' where it has none. */
  readonly name: ByteString;
}

/**
 * Undefined where the source is a path. Errors: DockerfileInvalid; OptionUnsupported for the address of a
 * git repository, which docker knows by these forms.
 */
export const webSource = (source: string, line: number): WebSource | undefined => {
  const isWeb = /^https?:\/\//i.test(source);
  if (/^(?:git|ssh):\/\/|^git@/i.test(source) || (isWeb && /\.git(?:#[^]*)?$/i.test(source))) {
    throw new SiloError('OptionUnsupported', { args: { option: `ADD ${source}`, reason: 'builds fetch files, and no git repositories' } });
  }
  if (!isWeb) return undefined;
  if (!URL.canParse(source)) throw dockerfileInvalid(line, `'${source}' is no address`);
  const url = new URL(source);
  if (url.username !== '' || url.password !== '') throw dockerfileInvalid(line, 'an address with a user or a password would stand in the history of the image');
  url.hash = '';
  let name: string;
  try {
    name = decodeURIComponent(url.pathname).split('/').at(-1) ?? '';
  } catch {
    throw dockerfileInvalid(line, `the path of '${source}' is no text`);
  }
  if (name === '.' || name === '..' || name.includes('\0')) throw dockerfileInvalid(line, `'${source}' gives no name to the file`);
  return { url, name: fromText(name) };
};
