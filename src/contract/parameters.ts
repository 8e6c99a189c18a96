import { Type } from 'typebox';
import { optional } from './schema.ts';

/** Parameters that many methods take. */
export const stream = optional(Type.String({ minLength: 1, maxLength: 64, description: "The client's name for the stream; unique among its open calls." }));
export const progressToken = optional(Type.Union([Type.String(), Type.Integer()], { description: 'Progress is told under this token.' }));
