/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** `TABLES[256 * n + byte]`: the checksum of a byte with n zero bytes after it. */
const TABLES: Int32Array = /* @__PURE__ */ createTables();

/**
 * CRC-32C (Castagnoli) of bytes, eight at a step; `previous` is that of the bytes before them.
 *
 * Source: RFC 3720, B.4.
 */
export function crc32c(bytes: Uint8Array, previous: number = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const steps = bytes.length - (bytes.length % 8);
  let crc = ~previous;
  for (let at = 0; at < steps; at += 8) {
    const low = view.getInt32(at, true) ^ crc;
    const high = view.getInt32(at + 4, true);
    crc =
      entry(7, low) ^ entry(6, low >>> 8) ^ entry(5, low >>> 16) ^ entry(4, low >>> 24) ^
      entry(3, high) ^ entry(2, high >>> 8) ^ entry(1, high >>> 16) ^ entry(0, high >>> 24);
  }
  for (let at = steps; at < bytes.length; at += 1) crc = entry(0, crc ^ (bytes[at] ?? 0)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function entry(slice: number, value: number): number {
  return TABLES[256 * slice + (value & 0xff)] ?? 0;
}

function createTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const shorter = tables[at - 256] ?? 0;
    tables[at] = (tables[shorter & 0xff] ?? 0) ^ (shorter >>> 8);
  }
  return tables;
}
