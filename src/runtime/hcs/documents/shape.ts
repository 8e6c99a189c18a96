import { Type, type TArray, type TObject, type TProperties, type TRecord, type TSchema, type TString } from 'typebox';

/** An object without other fields: HCS refuses what it does not know, and says less about it. */
export const closed = <T extends TProperties>(properties: T): TObject<T> => Type.Object(properties, { additionalProperties: false });
export const optional = Type.Optional;
export const list: <T extends TSchema>(items: T) => TArray<T> = Type.Array;
export const named = <T extends TSchema>(values: T): TRecord<'^.*$', T> => Type.Record(Type.String(), values);
/** HCS ends a text at a NUL. */
export const text = (): TString => Type.String({ pattern: '^[^\\0]*$' });
export const flag = () => Type.Boolean();
export const guid = (): TString => Type.String({ pattern: '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$' });
/** Whole numbers of so many bits; larger than 2^53 they would not be exact in JSON. */
export const whole = (bits: 8 | 16 | 32 | 64) => Type.Integer({ minimum: 0, maximum: bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** bits - 1 });
export const oneOf = <const T extends readonly string[]>(...values: T) => Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });
/** A document whose form the field's neighbour decides. */
export const anything = () => Type.Unsafe<object>({ type: 'object' });

export type { Static } from 'typebox';
