/** Writes the fields of requests and plans: tag (u16), length (u32), bytes; numbers little endian (native/guest-agent/protocol.h). */
export class Fields {
  readonly #pieces: Buffer[] = [];

  bytes(tag: number, ...values: readonly Uint8Array[]): this {
    const header = Buffer.alloc(6);
    header.writeUInt16LE(tag);
    header.writeUInt32LE(values.reduce((sum, value) => sum + value.length, 0), 2);
    this.#pieces.push(header, ...values.map((value) => Buffer.from(value)));
    return this;
  }

  text(tag: number, ...texts: readonly string[]): this { return this.bytes(tag, Buffer.from(texts.join('\0'))); }

  texts(tag: number, texts: Iterable<string>): this {
    for (const text of texts) this.text(tag, text);
    return this;
  }

  flag(tag: number, set: boolean): this { return set ? this.bytes(tag) : this; }

  u32(tag: number, value: number): this { return this.bytes(tag, u32(value)); }

  u64(tag: number, value: bigint): this { return this.bytes(tag, u64(value)); }

  encode(): Buffer { return Buffer.concat(this.#pieces); }
}

/** Negative numbers as their two's complement. */
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
};
