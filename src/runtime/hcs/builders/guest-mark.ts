import { createHash } from 'node:crypto';

/** What marks a container's shares and folders in a machine apart from those of others: the beginning of an id of random digits, or of another id's digest. */
export const guestMark = ({ id }: { readonly id: string }): string =>
  (/^[0-9a-f]{64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex')).slice(0, 12);
