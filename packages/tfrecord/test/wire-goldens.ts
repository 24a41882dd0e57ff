import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Checksum {
  readonly hex: string;
  readonly crc32c: number;
  readonly masked: number;
}

interface RecordGoldens {
  readonly crc32c: readonly Checksum[];
  readonly file_hex: string;
  readonly gzip_file_of_first_three_hex: string;
  readonly payloads_hex: readonly string[];
}

const goldens = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/wire/tfrecord.json'), 'utf8')) as RecordGoldens;

/** Checksums, and what they are masked. */
export const CHECKSUMS: readonly Checksum[] = goldens.crc32c;
/** A file that TensorFlow wrote, and the records in it. */
export const FILE: Buffer = Buffer.from(goldens.file_hex, 'hex');
export const PAYLOADS: readonly Buffer[] = goldens.payloads_hex.map((hex) => Buffer.from(hex, 'hex'));
export const GZIP_FILE: Buffer = Buffer.from(goldens.gzip_file_of_first_three_hex, 'hex');
