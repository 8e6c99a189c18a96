import { SiloError } from '../base/index.ts';
import type { ContainedFolder } from './contained-folder.ts';

const databaseLimitBytes = 4 * 1024 * 1024;

export interface Owner { readonly uid: number; readonly gid: number }

/** `user[:group]` of --chown, or of USER, read with the image's own /etc/passwd and /etc/group. @throws SiloError UserNotFound */
export const findOwner = async (root: ContainedFolder, text: string): Promise<Owner> => {
  const [user = '', group, ...more] = text.split(':');
  const fail = (): never => { throw new SiloError('UserNotFound', { args: { user: text } }); };
  if (more.length > 0 || (user === '' && !group)) return fail();
  let uid = 0;
  let gid = 0;
  if (/^\d{1,10}$/.test(user)) {
    // A number alone is the group's, too.
    uid = Number(user);
    gid = uid;
  } else if (user !== '') {
    const row = rows(await root.text('etc/passwd', databaseLimitBytes)).find(([name]) => name === user) ?? fail();
    uid = Number(row[2]);
    gid = Number(row[3]);
  }
  if (group) gid = /^\d{1,10}$/.test(group) ? Number(group) : Number((rows(await root.text('etc/group', databaseLimitBytes)).find(([name]) => name === group) ?? fail())[2]);
  return [uid, gid].every((id) => Number.isInteger(id) && id >= 0 && id <= 0xfffffffe) ? { uid, gid } : fail();
};

const rows = (text: string | undefined): readonly (readonly string[])[] => (text ?? '').split('\n').map((line) => line.trim().split(':'));
