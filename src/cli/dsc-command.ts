import { text } from 'node:stream/consumers';
import { ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { SiloError, type ErrorClass } from '../base/index.ts';
import { dscKinds, dscNames, instanceSchema, type DscKind, type Result, type WireFound } from '../contract/index.ts';
import { documentOf, matchesFilter, wishOf, type Document } from './dsc-document.ts';
import type { CommandContext } from './command-context.ts';
import { withOwnEngine } from './own-engine.ts';

export const dscOperations = ['get', 'test', 'set', 'delete', 'export', 'schema'] as const;
export type DscOperation = (typeof dscOperations)[number];

/** As the manifest tells dsc (src/contract/dsc-manifest.ts). */
const codes = { success: 0, input: 2, unavailable: 3, elevation: 4, failed: 5 } as const;

const codeOf: Partial<Record<ErrorClass, number>> = { invalidArgument: codes.input, unavailable: codes.unavailable, notInstalled: codes.unavailable, permissionDenied: codes.elevation };

const write = (value: unknown): void => { process.stdout.write(`${JSON.stringify(value)}\n`); };
/** dsc reads one of error, warn, info, debug and trace from each line. */
const tell = (level: 'error' | 'info', message: string): void => { process.stderr.write(`${JSON.stringify({ [level]: message })}\n`); };

const propertyNames = ({ differences }: { readonly differences: Result<'desired/test'>['differences'] }): readonly string[] => [...new Set(differences.map(({ property }) => dscNames.get(property) ?? property))];

const messagesOf = ({ differences }: { readonly differences: Result<'desired/test'>['differences'] }): readonly string[] => differences.map(({ property, change, reason }) => `${change}: ${dscNames.get(property) ?? property}: ${reason}`);

const instanceOf = (kind: DscKind, found: WireFound): Document => documentOf(kind, found[kind] ?? {});

const readInput = async (kind: DscKind): Promise<Document> => {
  const input = (await text(process.stdin)).replace(/^\uFEFF/, '').trim();
  if (input === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch (cause) {
    throw new SiloError('ParameterInvalid', { args: { parameter: 'the input', reason: 'it is no JSON' }, target: { kind: 'request', id: dscKinds[kind].title }, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SiloError('ParameterInvalid', { args: { parameter: 'the input', reason: 'it is no JSON object' }, target: { kind: 'request', id: dscKinds[kind].title } });
  return value as Document;
};

const carryOut = async (connection: MessageConnection, operation: Exclude<DscOperation, 'schema'>, kind: DscKind, input: Document, whatIf: boolean): Promise<void> => {
  const test = (): Promise<Result<'desired/test'>> => connection.sendRequest('desired/test', { [kind]: wishOf(kind, input) });
  const set = (wish: Document): Promise<Result<'desired/set'>> => connection.sendRequest('desired/set', { [kind]: wish, ...(whatIf ? { dryRun: true } : {}) });
  switch (operation) {
    case 'get': {
      const { found, differences } = await test();
      for (const message of messagesOf({ differences })) tell('info', message);
      return write(instanceOf(kind, found));
    }
    case 'test': {
      const result = await test();
      for (const message of messagesOf(result)) tell('info', message);
      write({ ...instanceOf(kind, result.found), _inDesiredState: result.differences.length === 0 });
      return write(propertyNames(result));
    }
    case 'set': {
      const result = await set(wishOf(kind, input));
      const messages = messagesOf(result);
      for (const message of messages) tell('info', message);
      if (whatIf) {
        // What would be there: dsc compares it with what get told before.
        const { credential: _credential, ...shown } = input;
        const gone = input['_exist'] === false;
        const key = dscKinds[kind].key;
        return write({ ...(gone ? { ...(key === undefined ? {} : { [key]: input[key] }), _exist: false } : { ...instanceOf(kind, result.before), ...shown, ...(key === undefined ? {} : { _exist: true }) }), _metadata: { whatIf: messages } });
      }
      write(instanceOf(kind, result.found));
      return write(propertyNames(result));
    }
    case 'delete': {
      const result = await set({ ...wishOf(kind, input), exist: false });
      if (whatIf) write({ _metadata: { whatIf: messagesOf(result) } });
      return;
    }
    case 'export': {
      const { items } = await connection.sendRequest<Result<'desired/list'>>('desired/list', { kind });
      for (const item of items) {
        const document = instanceOf(kind, item);
        if (matchesFilter(document, input)) write(document);
      }
    }
  }
};

/**
 * `silo dsc OPERATION RESOURCE`: one operation of Desired State Configuration 3, as the manifest in the module's folder
 * names it. The instance comes on standard input as JSON; answers go to standard output, messages to standard error, each a
 * line of JSON.
 */
export const dscCommand = async (context: CommandContext, operation: DscOperation, kind: DscKind, whatIf: boolean): Promise<number> => {
  try {
    if (operation === 'schema') {
      write(instanceSchema(kind));
      return codes.success;
    }
    const input = await readInput(kind);
    await withOwnEngine(context, 'silo dsc', () => undefined, (connection) => carryOut(connection, operation, kind, input, whatIf));
    return codes.success;
  } catch (error) {
    const data = (error instanceof ResponseError ? error.data : undefined) as { readonly code?: string; readonly class?: ErrorClass; readonly action?: string } | undefined;
    const silo = error instanceof SiloError ? error : undefined;
    const action = data?.action ?? silo?.action ?? '';
    tell('error', `${data?.code ?? silo?.code ?? 'InternalError'}: ${(error as Error).message}${action === '' ? '' : ` ${action}`}`);
    return codeOf[data?.class ?? silo?.class ?? 'internal'] ?? codes.failed;
  }
};
