import { SiloError } from '../base/index.ts';

export interface SharePath {
  readonly server: string;
  readonly share: string;
  /** Its parts joined by slashes; empty for the share itself. */
  readonly folder: string;
}

/** A host name or an IPv4 address. */
const serverForm = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
/** What no name on a share has ([MS-FSCC] 2.1.5 and 2.1.6, which say `:` of streams). */
const forbidden = /["*:<>?|\u0000-\u001F]/;
const forbiddenInShare = /["*:<>?|+=;,[\]\u0000-\u001F]/;

/** `\\server\share[\folder]` in its parts; a slash does as well as a backslash. @throws SiloError SharePathInvalid */
export const parseSharePath = (path: string): SharePath => {
  const refused = (reason: string): SiloError => new SiloError('SharePathInvalid', { args: { path, reason }, target: { kind: 'path', id: path } });
  if (/^[\\/]{2}[?.][\\/]/.test(path)) throw refused('it is a path of this host');
  const match = /^[\\/]{2}([^\\/]+)(?:[\\/]+([^\\/]+))?(?:[\\/]+(.*?))?[\\/]*$/s.exec(path);
  const [, server = '', share = '', rest = ''] = match ?? [];
  if (match === null) throw refused('it does not begin with two slashes and the name of a server');
  if (server.length > 253 || !serverForm.test(server)) throw refused(`'${server}' is neither the name of a server nor an IPv4 address`);
  if (share === '') throw refused('it names no share of the server');
  if (share.length > 80 || forbiddenInShare.test(share) || share === '.' || share === '..') throw refused(`'${share}' cannot be the name of a share`);
  const parts = rest.split(/[\\/]+/).filter((part) => part !== '');
  const wrong = parts.find((part) => part === '.' || part === '..' || part.length > 255 || forbidden.test(part));
  if (wrong !== undefined) throw refused(`'${wrong}' cannot be the name of a folder of a share`);
  return { server, share, folder: parts.join('/') };
};

/** As the host itself writes it. */
export const formatSharePath = ({ server, share, folder }: SharePath, hostOs: string): string => {
  const path = `//${server}/${share}${folder === '' ? '' : `/${folder}`}`;
  return hostOs === 'windows' ? path.replaceAll('/', '\\') : path;
};
