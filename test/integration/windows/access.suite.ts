import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isElevated, readAccess, registryKeyExists, registryValue, serviceState, setAccess } from '../../../native/advapi32.ts';
import { protectForMachine, unprotectForMachine } from '../../../native/crypt32.ts';

const administrators = 'D:P(A;;GA;;;SY)(A;;GA;;;BA)';

describe("Windows' registry, services and access lists", () => {
  it('are read without an error where nothing is there', () => {
    expect(registryValue(String.raw`SOFTWARE\Silo\Nothing`, 'x')).toBeUndefined();
    expect(registryKeyExists(String.raw`SOFTWARE\Silo\Nothing`)).toBe(false);
    expect(registryKeyExists('SOFTWARE')).toBe(true);
    expect(registryValue(String.raw`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, 'SystemRoot')).toMatch(/^C:\\windows$/i);
    expect(serviceState('no-such-service')).toBe('absent');
    expect(serviceState('RpcSs')).not.toBe('absent');
    expect(typeof isElevated()).toBe('boolean');
  });

  it('close a folder to all but those who are named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'silo-access-'));
    try {
      expect(readAccess(folder)).toContain(';WD)');
      setAccess(folder, 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)');
      expect(readAccess(folder)).not.toContain(';WD)');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('close a pipe of Node to all but those who are named, and it serves as before', async () => {
    const name = String.raw`\\.\pipe\silo-access-${process.pid}`;
    const server = createServer((socket) => { socket.on('error', () => undefined).end('hello'); }).listen(name);
    await once(server, 'listening');
    setAccess(name, administrators);
    expect(readAccess(name)).toContain(administrators);
    const socket = connect(name);
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toBe('hello');
    socket.destroy();
    server.close();
  });

  it('make bytes unreadable, which this machine reads again', () => {
    for (const text of ['', 'p', '암호 '.repeat(200)]) {
      const bytes = Buffer.from(text);
      const sealed = protectForMachine(bytes);
      expect(Buffer.from(sealed).includes(Buffer.from('암호'))).toBe(false);
      expect(sealed.length).toBeGreaterThan(bytes.length);
      expect(Buffer.from(unprotectForMachine(sealed)).toString()).toBe(text);
    }
    expect(() => unprotectForMachine(Buffer.from('nonsense'))).toThrow(/CryptUnprotectData/);
  });

  it('say which path is not there, and refuse an access list that is none', () => {
    expect(() => readAccess(String.raw`C:\no\such\folder`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => { setAccess(tmpdir(), 'nonsense'); }).toThrow(/ConvertStringSecurityDescriptor/);
  });
});
