import { Message } from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';

const decoder = new TextDecoder();

/**
 * The body of a frame as a message. Throws SyntaxError where it is no JSON, and SiloError ProtocolViolation
 * where it is JSON and no message: batches too, which nobody needs where requests need not wait for each other.
 */
export const decodeMessage = (bytes: Uint8Array): Promise<Message> =>
  new Promise((resolve) => {
    const message = JSON.parse(decoder.decode(bytes)) as Message | null;
    if (!(Message.isRequest(message ?? undefined) || Message.isNotification(message ?? undefined) || Message.isResponse(message ?? undefined))) {
      throw new SiloError('ProtocolViolation', { args: { reason: 'this is no request, notification or response' } });
    }
    resolve(message as Message);
  });
