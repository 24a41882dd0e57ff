import { ByteReader, DamagedBytes } from '../bytes/byte-reader.ts';
import { crc32c, maskCrc32c } from '@servable/tfrecord';

/** Strings of a tensor, and their checksum as the index has it. */
export interface StringTensor {
  /** Views of the bytes they were read from. */
  readonly strings: readonly Uint8Array[];
  readonly checksum: number;
}

const UINT32_LIMIT = 2 ** 32;
const EMPTY = new Uint8Array(0);

/**
 * Reads a string tensor's bytes in a data file: a varint for the length of each string, a checksum of the lengths, then all
 * strings. The checksums are of the lengths as little-endian integers (of 4 bytes, or of 8 where that is too short), not of
 * the varints.
 *
 * @throws DamagedBytes
 *
 * Source: TensorFlow, `WriteStringTensor` in `util/tensor_bundle/tensor_bundle.cc`.
 */
export function readStringTensor(bytes: Uint8Array, elements: number): StringTensor {
  const reader = new ByteReader(bytes);
  const lengths = Array.from({ length: elements }, () => reader.varint());
  const lengthsChecksum = crc32c(integerBytes(lengths));
  const { position } = reader;
  const stored = reader.take(4);
  if (new ByteReader(stored).uint32() !== maskCrc32c(lengthsChecksum)) throw new DamagedBytes('the lengths of its strings do not match their checksum', position);
  const start = reader.position;
  const strings = lengths.map((length) => (length === 0 ? EMPTY : reader.take(length)));
  if (reader.remaining > 0) throw new DamagedBytes(`${reader.remaining} bytes are left after its last string`, reader.position);
  return { strings, checksum: maskCrc32c(crc32c(bytes.subarray(start), crc32c(stored, lengthsChecksum))) };
}

function integerBytes(lengths: readonly number[]): Uint8Array {
  const wide = lengths.filter((length) => length >= UINT32_LIMIT).length;
  const bytes = new Uint8Array(4 * (lengths.length + wide));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const length of lengths) {
    view.setUint32(at, length % UINT32_LIMIT, true);
    if (length >= UINT32_LIMIT) view.setUint32(at + 4, Math.floor(length / UINT32_LIMIT), true);
    at += length < UINT32_LIMIT ? 4 : 8;
  }
  return bytes;
}
