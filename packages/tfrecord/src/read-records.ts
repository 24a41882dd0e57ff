import { crc32c, maskCrc32c } from './crc32c.ts';
import { tfrecordError } from './errors.ts';
import { PiecewiseBytes } from './piecewise-bytes.ts';

/** One record, and where it stands. */
export interface TfRecord {
  readonly data: Uint8Array;
  /** From 0. */
  readonly index: number;
  /** Of the record's first byte, its framing included. */
  readonly offset: number;
}

const LENGTH_BYTES = 8;
const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 4;
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Reads the records of an uncompressed TFRecord file, whose bytes may come in pieces of any size, as `fs.createReadStream` gives
 * them. Only the pieces of one record are held at a time. A record's data may be a view of the piece it came in.
 *
 * @throws ServingError `SRV_TFRECORD_CORRUPT` when a checksum does not match, `SRV_TFRECORD_TRUNCATED` when the bytes end inside a
 * record, `SRV_TFRECORD_COMPRESSED`. The records before are given first
 */
export async function* readRecords(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<TfRecord, void, undefined> {
  const bytes = new PiecewiseBytes(pieces);
  for (let index = 0, offset = 0; ; index += 1) {
    const place = { index, offset };
    const header = await bytes.take(HEADER_BYTES);
    if (header.length === 0) return;
    if (header.length < HEADER_BYTES) throw truncated(place, HEADER_BYTES - header.length, header);
    const length = lengthOf(header, place);
    const body = await bytes.take(length + CHECKSUM_BYTES);
    if (body.length < length + CHECKSUM_BYTES) throw truncated(place, length + CHECKSUM_BYTES - body.length, header);
    const data = body.subarray(0, length);
    check(data, readUint32(body, length), { ...place, part: 'data' });
    yield { data, index, offset };
    offset += HEADER_BYTES + length + CHECKSUM_BYTES;
  }
}

interface Place {
  readonly index: number;
  readonly offset: number;
}

function lengthOf(header: Uint8Array, place: Place): number {
  if (isGzip(header, place)) throw tfrecordError('SRV_TFRECORD_COMPRESSED', [place.offset]);
  check(header.subarray(0, LENGTH_BYTES), readUint32(header, LENGTH_BYTES), { ...place, part: 'length' });
  const length = new DataView(header.buffer, header.byteOffset).getBigUint64(0, true);
  // No file is so long: it ends before this record does.
  if (length > BigInt(Number.MAX_SAFE_INTEGER - HEADER_BYTES - CHECKSUM_BYTES)) {
    throw tfrecordError('SRV_TFRECORD_TRUNCATED', [place.offset, place.index, length]);
  }
  return Number(length);
}

function check(bytes: Uint8Array, stored: number, { index, offset, part }: Place & { readonly part: string }): void {
  const calculated = maskCrc32c(crc32c(bytes));
  if (calculated !== stored) throw tfrecordError('SRV_TFRECORD_CORRUPT', [offset, index, part, stored, calculated]);
}

function truncated({ index, offset }: Place, missingBytes: number, header: Uint8Array): Error {
  if (isGzip(header, { index, offset })) return tfrecordError('SRV_TFRECORD_COMPRESSED', [offset]);
  return tfrecordError('SRV_TFRECORD_TRUNCATED', [offset, index, BigInt(missingBytes)]);
}

/** A record of a length that begins so would have 35,615 bytes and more; whether it is one, the checksum of its length says. */
function isGzip(header: Uint8Array, { offset }: Place): boolean {
  if (offset !== 0 || GZIP_MAGIC.some((byte, at) => header[at] !== byte)) return false;
  return header.length < HEADER_BYTES || maskCrc32c(crc32c(header.subarray(0, LENGTH_BYTES))) !== readUint32(header, LENGTH_BYTES);
}

function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
