export { crc32c, maskCrc32c, unmaskCrc32c } from './crc32c.ts';
export { tfrecordError, type TfrecordErrorArguments } from './errors.ts';
export { encodeRecord, RECORD_OVERHEAD_BYTES } from './encode-record.ts';
export { fingerprint64 } from './fingerprint64.ts';
export { readRecords, type TfRecord } from './read-records.ts';
