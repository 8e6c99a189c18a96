import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox';

/** An object that takes no other fields: a misspelt field is an error, never ignored. */
export const record = <T extends TProperties>(properties: T, description?: string): TObject<T> =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });

/** A point in time, ISO 8601 in UTC. Only fields of this schema become `[datetime]` in PowerShell. */
export const time = (description: string) => Type.String({ format: 'date-time', description });

export const text = (description: string) => Type.String({ description });
export const flag = (description: string) => Type.Boolean({ description });
export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const optional = Type.Optional;
export const list = Type.Array;

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description });

/** Labels, environment and options travel as arrays of these, never as objects: keys may be empty or differ in case alone. */
export const nameValue = record({ name: text('Name; may be empty.'), value: text('Value.') }, 'A name with its value.');

export type { Static, TSchema };
