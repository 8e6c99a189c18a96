import { SiloError } from '../../base/index.ts';

/** A text for a function that ends it at a NUL and reads it as UTF-16. @throws SiloError ParameterInvalid */
export const plainText = (parameter: string, value: string): string => {
  const reason = value === '' ? 'it is empty' : value.includes('\0') ? 'it holds a NUL' : value.isWellFormed() ? undefined : 'it is no well-formed Unicode';
  if (reason !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter, reason } });
  return value;
};

/** A document as text; undefined gives null. */
export const documentText = (document: object): string => JSON.stringify(document);
export const optionalDocument = (document: object | undefined): string | null => (document === undefined ? null : JSON.stringify(document));
