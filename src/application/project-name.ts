import { SiloError } from '../base/index.ts';

const pattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** @throws SiloError ParameterInvalid */
export const checkProjectName = (name: string): string => {
  if (!pattern.test(name)) throw new SiloError('ParameterInvalid', { args: { parameter: 'name', reason: `'${name}' cannot be the name of an application: it is made of 1 to 63 lower-case letters, digits, hyphens and underscores, and begins with a letter or digit` } });
  return name;
};

/** The name that an application has by its folder; undefined where nothing of the folder's name may stand in one. */
export const nameOfFolder = (folder: string): string | undefined => {
  const name = folder.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '').slice(0, 63);
  return name === '' ? undefined : name;
};
