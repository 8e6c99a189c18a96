/** Where a bzImage has its compressed kernel (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length). */
const payloadOf = (image) => {
  const start = (image[0x1f1] + 1) * 512 + image.readUInt32LE(0x248);
  return image.subarray(start, start + image.readUInt32LE(0x24c));
};

const magic = 0x184c2102;

/** Length that is continued in bytes of 255. */
const lengthFrom = (input, state, nibble) => {
  let length = nibble;
  if (nibble === 15) {
    let more;
    do {
      more = input[state.at++];
      length += more;
    } while (more === 255);
  }
  return length;
};

const unpackBlock = (input, state, end, output) => {
  while (state.at < end) {
    const token = input[state.at++];
    const literals = lengthFrom(input, state, token >> 4);
    input.copy(output, state.to, state.at, state.at + literals);
    state.at += literals;
    state.to += literals;
    if (state.at >= end) return;
    let from = state.to - input.readUInt16LE(state.at);
    state.at += 2;
    for (let left = lengthFrom(input, state, token & 15) + 4; left > 0; left -= 1) output[state.to++] = output[from++];
  }
};

/**
 * The kernel of a bzImage as an ELF file. QEMU starts it without the step in which the kernel would unpack itself,
 * which an emulated processor takes a quarter of a second for. Debian's is packed with LZ4 in its legacy format:
 * blocks of at most 8 MiB, each with its length before it.
 */
export const unpackKernel = (image) => {
  const input = payloadOf(image);
  if (input.readUInt32LE(0) !== magic) throw new Error('the kernel is packed in another way than LZ4');
  // The kernel's build writes the unpacked length behind the blocks.
  const length = input.readUInt32LE(input.length - 4);
  const output = Buffer.alloc(length);
  const state = { at: 4, to: 0 };
  while (state.at + 8 <= input.length) {
    const size = input.readUInt32LE(state.at);
    state.at += 4;
    unpackBlock(input, state, state.at + size, output);
  }
  if (state.to !== length) throw new Error(`the kernel has ${state.to} bytes in place of ${length}`);
  return withoutZeros(output);
};

const loaded = 1;
const page = 4096;

/**
 * The kernel without what of its segments is zero up to their ends, and without the table of its sections. The
 * memory of a machine is zero from its beginning; to write that again would take 12 MB of the host's, and their time.
 */
const withoutZeros = (kernel) => {
  const headers = Number(kernel.readBigUInt64LE(0x20));
  let last = 0;
  for (let index = 0; index < kernel.readUInt16LE(0x38); index += 1) {
    const header = headers + index * kernel.readUInt16LE(0x36);
    const [offset, size] = [Number(kernel.readBigUInt64LE(header + 8)), Number(kernel.readBigUInt64LE(header + 32))];
    if (kernel.readUInt32LE(header) !== loaded) continue;
    let end = offset + size;
    while (end > offset && kernel[end - 1] === 0) end -= 1;
    const kept = Math.min(size, Math.ceil((end - offset) / page) * page);
    for (const field of [32, 40]) kernel.writeBigUInt64LE(BigInt(kept), header + field);
    last = Math.max(last, offset + kept);
  }
  kernel.writeBigUInt64LE(0n, 0x28);
  kernel.writeUInt16LE(0, 0x3c);
  kernel.writeUInt16LE(0, 0x3e);
  return kernel.subarray(0, last);
};
