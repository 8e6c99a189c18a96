import { describe, expect, it } from 'vitest';
import { SiloError, errorTable } from '../../../../src/base/index.ts';
import { hcsError, bindingError } from '../../../../src/runtime/hcs/hcs-error.ts';
import { hresultTable } from '../../../../src/runtime/hcs/index.ts';
import { readResultError } from '../../../../src/runtime/hcs/result-error.ts';
import { MissingFunction } from '../../../../native/dynamic-library.ts';

const container = { operation: 'start', target: { kind: 'container', id: 'c1' } } as const;
const process = { operation: 'signal', target: { kind: 'process', id: 'c1/44' } } as const;

/** HCSHResult.md: all codes from 0x80370100 to 0x8037011F but three that it leaves out. */
const documented = Array.from({ length: 0x20 }, (_, index) => 0x80370100 + index).filter((code) => ![0x80370103, 0x80370104].includes(code));

describe('the table of HRESULTs', () => {
  it('has every code that the reference of HCS names', () => {
    expect(documented.filter((code) => !(code in hresultTable)).map((code) => code.toString(16))).toEqual([]);
  });

  it('gives each an id of its own, a sentence and an action', () => {
    const rows = Object.values(hresultTable);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { id, meaning, action, code } of rows) {
      expect(id).toMatch(/^(HCS_E|E|ERROR|RPC_S)_[A-Z_0-9]+$/);
      expect(meaning).toMatch(/^[a-zA-Z].*[^.]$/);
      expect(action).toMatch(/^[A-Z].*(\.|[a-z])$/);
      expect(errorTable).toHaveProperty(code);
    }
  });

  it.each(Object.keys(hresultTable).map(Number))('makes an error of 0x%s whose message has no gap', (hresult) => {
    for (const context of [container, process, { ...container, command: 'x', user: 'u', path: 'C:\\x' }]) {
      const error = hcsError(hresult | 0, undefined, context);
      expect(`${error.message} ${error.action}`).not.toMatch(/[{}]/);
      expect(error.native).toMatchObject({ hresult, hresultName: hresultTable[hresult]?.id });
    }
  });

  it('knows the codes of the service in the form of an NTSTATUS too', () => {
    const error = hcsError(0xc0370106 | 0, undefined, container);
    expect(error).toMatchObject({ code: 'ComputeSystemCrashed', native: { hresult: 0xc0370106, hresultName: 'HCS_E_UNEXPECTED_EXIT' } });
    expect(error.message).toContain('0xc0370106');
  });

  it('names what is unknown by its number', () => {
    const error = hcsError(0x8badf00d | 0, undefined, container);
    expect(error).toMatchObject({ code: 'HcsFailed', native: { hresult: 0x8badf00d } });
    expect(error.message).toContain('0x8badf00d');
  });
});

describe('an error of HCS', () => {
  it('tells what the layers below told', () => {
    const document = JSON.stringify({
      Error: -2143878896, ErrorMessage: 'The image has an unknown layer.',
      ErrorEvents: [{ Message: 'failed to open layer', Provider: '80ce50de-d264-4581-950d-abadeee0d340', EventId: 2000, Source: 'onecore\\vm\\compute.cpp' }, { Message: 'file is damaged', EventId: 7 }, { Provider: 'no message' }, null],
    });
    const error = hcsError(0x80370112 | 0, document, container);
    expect(error).toMatchObject({
      code: 'LayerInvalid', target: container.target, operation: 'hcs start',
      native: { hresult: 0x80370112, hresultName: 'HCS_E_INVALID_LAYER', events: [{ source: 'onecore\\vm\\compute.cpp', eventId: 2000, message: 'failed to open layer' }, { source: '', eventId: 7, message: 'file is damaged' }] },
    });
    expect(error.message).toContain('The image has an unknown layer; failed to open layer; file is damaged (HCS_E_INVALID_LAYER 0x80370112)');
  });

  it.each([['nothing', ''], ['half a document', '{"ErrorMessage":"x'], ['a number', '7'], ['null', 'null'], ['fields of other kinds', '{"ErrorMessage":7,"ErrorEvents":"x"}']])('is told all the same where its document is %s', (_, document) => {
    expect(readResultError(document)).toBeUndefined();
    expect(hcsError(0x8037010d | 0, document, container)).toMatchObject({ code: 'ConfigInvalid', native: { hresult: 0x8037010d } });
  });

  it.each<[number, object, string]>([
    [0x80070002, { command: 'nothing.exe' }, 'ExecutableNotFound'], [0x80070002, { path: 'C:\\nothing' }, 'PathNotFound'], [0x80070002, {}, 'HcsFailed'],
    [0x8007052e, { user: 'nobody' }, 'UserNotFound'], [0x8007052e, {}, 'ElevationRequired'], [0x8037011f, {}, 'HcsFailed'], [0x80370118, {}, 'ComputeServiceTimedOut'],
  ])('0x%s with %j is %s', (hresult, more, code) => { expect(hcsError(hresult | 0, undefined, { ...container, ...more }).code).toBe(code); });

  it('names process and container of a process', () => {
    expect(hcsError(0x8037011f | 0, undefined, process)).toMatchObject({ code: 'ProcessNotFound', args: { id: '44', container: 'c1' } });
  });

  it('names the missing function and the build that has it', () => {
    const error = bindingError(new MissingFunction('computecore.dll', 'HcsWaitForProcessExit', 20348, undefined), container) as SiloError;
    expect(error).toMatchObject({ code: 'HcsFunctionMissing', args: { function: 'HcsWaitForProcessExit', build: 20348 } });
    expect(bindingError(new MissingFunction('computecore.dll', undefined, 17763, undefined), container)).toMatchObject({ code: 'HcsNotInstalled' });
    const other = new Error('x');
    expect(bindingError(other, container)).toBe(other);
  });
});
