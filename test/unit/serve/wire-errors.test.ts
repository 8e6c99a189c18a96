import { describe, expect, it } from 'vitest';
import { SiloError, errorClasses, errorTable, type ErrorCode } from '../../../src/base/index.ts';
import type { Logger } from '../../../src/core/index.ts';
import { asSiloError, toResponseError } from '../../../src/serve/rpc/wire-errors.ts';

interface Entry { readonly fields: Record<string, unknown>; readonly message: string }

const recorded = (): { readonly log: Logger; readonly errors: Entry[] } => {
  const errors: Entry[] = [];
  const quiet = (): void => undefined;
  return { errors, log: { debug: quiet, info: quiet, warn: quiet, error: (fields, message) => { errors.push({ fields: fields as Record<string, unknown>, message }); } } };
};

describe('errors on the wire', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('%s bears the number of its class, and all fields', (code) => {
    const { class: errorClass } = errorTable[code];
    const { code: number, message, data } = toResponseError(new SiloError(code, { args: { path: '/p' }, operation: 'a/b' }));
    expect(number).toBe(errorClasses[errorClass].rpcCode);
    expect(data).toMatchObject({ code, class: errorClass, category: errorClasses[errorClass].category, message, args: { path: '/p' }, operation: 'a/b' });
    expect(typeof data?.retryable).toBe('boolean');
    expect(data?.action).not.toBe('');
  });

  it('carry target and native code where there are any, and no empty fields else', () => {
    const error = new SiloError('DiskFull', { args: { path: '/p' }, target: { kind: 'path', id: '/p' }, native: { errno: 'ENOSPC' }, retryable: true });
    expect(toResponseError(error).data).toMatchObject({ target: { kind: 'path', id: '/p' }, native: { errno: 'ENOSPC' }, retryable: true, message: 'The disk that holds /p is full.' });
    expect(Object.keys(toResponseError(new SiloError('StoreBusy')).data ?? {})).toEqual(['code', 'class', 'category', 'message', 'action', 'args', 'operation', 'retryable']);
  });

  it('fill the advice as they fill the message', () => {
    expect(toResponseError(new SiloError('NotInitialized', { args: { method: 'host/get' } })).data?.action).toBe('Send initialize before host/get.');
  });

  it('keep the operation that is nearest to the failure', () => {
    const { log } = recorded();
    expect(asSiloError(new SiloError('StoreBusy', { operation: 'runc start' }), 'container/start', log).operation).toBe('runc start');
    expect(asSiloError(new SiloError('StoreBusy'), 'container/start', log).operation).toBe('container/start');
  });

  it('make a defect an incident: the client gets its number, the log gets the stack, and neither gets the other', () => {
    const { log, errors } = recorded();
    const defect = new TypeError("cannot read 'x' of undefined");
    const error = asSiloError(defect, 'container/list', log);
    const { data } = toResponseError(error);
    expect(error.code).toBe('InternalError');
    expect(data?.incident).toMatch(/^[0-9a-f-]{36}$/);
    expect(data?.message).toContain(data?.incident);
    expect(JSON.stringify(data)).not.toContain('cannot read');
    expect(errors).toEqual([{ fields: { err: defect, incident: data?.incident, operation: 'container/list' }, message: 'unexpected error' }]);
  });

  it('log a coded failure of class internal with its cause, and no other', () => {
    const { log, errors } = recorded();
    asSiloError(new SiloError('ContainerNotFound', { args: { id: 'a' } }), 'container/start', log);
    expect(errors).toEqual([]);
    asSiloError(new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: 'r' } }), 'container/start', log);
    expect(errors.length).toBe(1);
  });

  it.each(['thrown text', 42, null, undefined])('take even %j for a defect', (thrown) => {
    expect(asSiloError(thrown, 'a/b', recorded().log).code).toBe('InternalError');
  });
});
