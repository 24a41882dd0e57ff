import { crc32c, maskCrc32c } from './crc32c.ts';

/** The bytes that framing adds to a record: its length, and a checksum of length and data each. */
export const RECORD_OVERHEAD_BYTES: number = 16;

const LENGTH_BYTES = 8;
const HEADER_BYTES = 12;

/**
 * Frames one record: uint64 length, masked CRC-32C of the length, data, masked CRC-32C of the data, all little-endian. Records one
 * after the other are a TFRecord file. The result shares no memory with `data`.
 */
export function encodeRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + RECORD_OVERHEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, maskCrc32c(crc32c(bytes.subarray(0, LENGTH_BYTES))), true);
  bytes.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskCrc32c(crc32c(data)), true);
  return bytes;
}
