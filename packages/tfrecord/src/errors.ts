import { defineErrors, type ErrorFactory } from '@servable/core';

/** Every code of this package, with what its message is made of. Offsets are where the record begins. */
export interface TfrecordErrorArguments {
  SRV_TFRECORD_CORRUPT: [offset: number, record: number, part: string, stored: number, calculated: number];
  SRV_TFRECORD_TRUNCATED: [offset: number, record: number, missingBytes: bigint];
  SRV_TFRECORD_COMPRESSED: [offset: number];
}

/** Makes one of this package's errors. Messages begin with TensorFlow's own words (`lib/io/record_reader.cc`). */
export const tfrecordError: ErrorFactory<TfrecordErrorArguments> = defineErrors<TfrecordErrorArguments>({
  SRV_TFRECORD_CORRUPT: {
    status: 'DATA_LOSS',
    message: (offset, record, part, stored, calculated) =>
      `corrupted record at ${offset}: record ${record} stores ${stored} as the checksum of its ${part}, which is ${calculated}`,
  },
  SRV_TFRECORD_TRUNCATED: {
    status: 'DATA_LOSS',
    message: (offset, record, missingBytes) => `truncated record at ${offset}: the file ends ${missingBytes} bytes before record ${record} does`,
  },
  SRV_TFRECORD_COMPRESSED: {
    status: 'DATA_LOSS',
    message: (offset) => `corrupted record at ${offset}: the file is compressed with gzip, unpack it with gunzip`,
  },
});
