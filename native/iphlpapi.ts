/**
 * koffi declarations of iphlpapi.dll (header iphlpapi.h; the extended tables from Windows Vista and Server 2008 on, build 6000): who
 * listens on which port of the host. The tables are written into memory of the caller; nothing is to be freed. It looks up no names of
 * processes, and changes nothing.
 */
import { DynamicLibrary, type BoundFunction } from './dynamic-library.ts';

export interface HostPort {
  readonly protocol: 'tcp' | 'udp';
  /** As text; 0.0.0.0 and :: stand for all addresses of the family. */
  readonly address: string;
  readonly port: number;
  readonly processId: number;
}

type GetTable = (table: Uint8Array, size: Uint32Array, sorted: number, family: number, kind: number, reserved: number) => number;

const library = new DynamicLibrary('iphlpapi.dll');
const parameters = '(_Out_ uint8_t *table, _Inout_ uint32_t *size, int32_t sorted, uint32_t family, int32_t kind, uint32_t reserved)';
const tcpTable = library.bind<GetTable>(`uint32_t GetExtendedTcpTable${parameters}`, 6000);
const udpTable = library.bind<GetTable>(`uint32_t GetExtendedUdpTable${parameters}`, 6000);

/** TCP_TABLE_OWNER_PID_LISTENER, UDP_TABLE_OWNER_PID; rows are MIB_TCPROW_OWNER_PID and its like (tcpmib.h, udpmib.h). */
const tables = [
  { get: tcpTable, kind: 3, protocol: 'tcp', family: 2, row: 24, address: 4, port: 8, processId: 20 },
  { get: tcpTable, kind: 3, protocol: 'tcp', family: 23, row: 56, address: 0, port: 20, processId: 52 },
  { get: udpTable, kind: 1, protocol: 'udp', family: 2, row: 12, address: 0, port: 4, processId: 8 },
  { get: udpTable, kind: 1, protocol: 'udp', family: 23, row: 28, address: 0, port: 20, processId: 24 },
] as const;

const insufficientBuffer = 122;

const readTable = async (get: BoundFunction<GetTable>, family: number, kind: number): Promise<Buffer> => {
  const size = new Uint32Array([65536]);
  // The table may grow between two calls.
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const table = Buffer.alloc((size[0] ?? 0) + 4096);
    size[0] = table.length;
    const result = await get.onWorker(table, size, 0, family, kind, 0);
    if (result === 0) return table;
    if (result !== insufficientBuffer) throw Object.assign(new Error(`the table of ports could not be read (${result})`), { win32: result });
  }
  throw Object.assign(new Error('the table of ports grows faster than it is read'), { win32: insufficientBuffer });
};

const addressText = (bytes: Buffer, family: number): string =>
  family === 2 ? bytes.subarray(0, 4).join('.') : bytes.subarray(0, 16).every((byte) => byte === 0) ? '::' : Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16)).join(':');

/** TCP ports that are listened on, and UDP ports that are bound. */
export const hostPorts = async (): Promise<readonly HostPort[]> => {
  const found: HostPort[] = [];
  for (const { get, kind, protocol, family, row, address, port, processId } of tables) {
    const table = await readTable(get, family, kind);
    for (let index = 0, at = 4; index < table.readUInt32LE(0) && at + row <= table.length; index += 1, at += row) {
      found.push({ protocol, address: addressText(table.subarray(at + address), family), port: table.readUInt16BE(at + port), processId: table.readUInt32LE(at + processId) });
    }
  }
  return found;
};
