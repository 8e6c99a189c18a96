import { Type } from 'typebox';
import { count, list, optional, record, text } from './schema.ts';

/** Messages without an answer, each with its direction. `$/cancelRequest` and `$/progress` are vscode-jsonrpc's own. */
export const notifications = {
  'stream/data': {
    summary: 'A batch of items of a stream. The result of its call comes after the last batch.',
    from: 'engine',
    params: record({
      stream: text("The client's name for the stream."),
      items: list(Type.Unknown(), { description: 'Items, as the `streams` schema of the method says.' }),
      bytes: count('What the batch costs; to be given back with stream/credit once the items are used.'),
    }),
  },
  'stream/credit': {
    summary: 'Gives back what used batches cost. Without credit a stream pauses at its source.',
    from: 'client',
    params: record({ stream: text("The client's name for the stream."), bytes: count('Sum of the `bytes` of the used batches.') }),
  },
  '$/progress': {
    summary: 'How far a call is.',
    from: 'engine',
    params: record({
      token: Type.Union([Type.String(), Type.Integer()]),
      value: record({
        activity: text('What is being done, for example a layer.'),
        status: text('Step, for example Unpacking.'),
        currentBytes: count('Bytes done.'),
        totalBytes: optional(count('Bytes in all, where known.')),
        completed: optional(Type.Boolean({ description: 'True on the last message of the activity.' })),
      }),
    }),
  },
  '$/cancelRequest': { summary: 'Cancels the request of that id.', from: 'client', params: record({ id: Type.Union([Type.Integer(), Type.String()]) }) },
} as const;
