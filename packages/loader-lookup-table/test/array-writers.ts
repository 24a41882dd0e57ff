import { crc32 } from 'node:zlib';

/** An array of a file, with its dtype's name in each format; `''` where a format does not have it. */
export interface ArrayOf {
  readonly npy: string;
  readonly safetensors: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

export type Arrays = Readonly<Record<string, ArrayOf>>;

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Source: NumPy's `numpy.lib.format`, version 1.0. */
export function npyOf({ npy, shape, data }: ArrayOf): Buffer {
  const text = `{'descr': '${npy}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]), Buffer.from(header), bytesOf(data)]);
}

/** Source: the safetensors format: the header's length, the header, the data. */
export function safetensorsOf(arrays: Arrays): Buffer {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { safetensors: dtype, shape, data }] of Object.entries(arrays)) header[name] = { dtype, shape, data_offsets: [at, (at += data.byteLength)] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(arrays).map(({ data }) => bytesOf(data))]);
}

/** An archive without compression. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
export function npzOf(arrays: Arrays): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const [file, content] = [Buffer.from(`${name}.npy`), npyOf(array)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(file.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common, file, content]);
    central.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, tail, file]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}
