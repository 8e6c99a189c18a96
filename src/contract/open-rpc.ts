import { errorClasses, errorTable } from '../base/index.ts';
import type { MethodDefinition } from './method.ts';
import { methods } from './methods.ts';
import { notifications } from './notifications.ts';
import { protocolVersion } from './protocol.ts';

/**
 * The contract as an OpenRPC 1.3 document (https://spec.open-rpc.org). Streams and notifications, for
 * which OpenRPC has no words, stand in `x-` fields, and so do all errors: a method names those that are its own, and any may fail with what the host or the connection brings.
 */
export const openRpcDocument = (): object => ({
  openrpc: '1.3.2',
  info: {
    title: 'Silo engine',
    version: String(protocolVersion),
    description: 'JSON-RPC 2.0 over stdio with Content-Length framing. Parameters are given by name.',
    license: { name: 'MIT' },
  },
  methods: Object.entries(methods as Record<string, MethodDefinition>).map(([name, method]) => {
    const schema = method.params as { properties?: Record<string, object>; required?: readonly string[] };
    return {
      name,
      summary: method.summary,
      paramStructure: 'by-name',
      params: Object.entries(schema.properties ?? {}).map(([parameter, parameterSchema]) => ({
        name: parameter,
        required: schema.required?.includes(parameter) ?? false,
        schema: parameterSchema,
      })),
      result: { name: 'result', schema: method.result },
      errors: method.errors.map((code) => ({ code: errorClasses[errorTable[code].class].rpcCode, message: errorTable[code].message, data: { code } })),
      'x-read-only': method.readOnly,
      ...(method.streams === undefined ? {} : { 'x-stream-items': method.streams }),
    };
  }),
  'x-notifications': Object.entries(notifications).map(([name, { summary, from, params }]) => ({ name, summary, from, params })),
  'x-errors': Object.entries(errorTable).map(([code, row]) => ({ code, class: row.class, rpcCode: errorClasses[row.class].rpcCode, message: row.message, action: row.action })),
});
