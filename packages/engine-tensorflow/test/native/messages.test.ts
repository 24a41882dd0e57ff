import { fromBinary } from '@servable/protos';
import { DataTypeSchema, TensorProtoSchema } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { dtypeOfElement, elementTypeOf } from '../../src/native/element-types.ts';
import { runOptions, sessionConfig } from '../../src/native/session-config.ts';
import { stringTensorProto } from '../../src/native/string-tensor.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const gpu = { gpus: undefined, memoryGrowth: false, gpuMemoryFraction: undefined };

// Expected bytes: TensorFlow 2.21's Python, `ConfigProto(...).SerializeToString()` and `RunOptions(...).SerializeToString()`.
it.each([
  ['on the CPU', { intraOpThreads: 2, interOpThreads: 3, gpu: undefined }, '0a070a0347505510001002280338014801'],
  [
    'on GPUs',
    { intraOpThreads: 1, interOpThreads: 1, gpu: { gpus: [0, 2], memoryGrowth: true, gpuMemoryFraction: 0.25 } },
    '10012801321009000000000000d03f20012a03302c3238014801',
  ],
  ['on all GPUs, with all their memory', { intraOpThreads: 1, interOpThreads: 1, gpu }, '10012801320038014801'],
] as const)('writes the config of a session %s', (_, config, bytes) => {
  expect(hex(sessionConfig(config))).toBe(bytes);
});

it.each([
  [1500, false, '10dc0b'],
  [0, true, '18ffffffffffffffffff01'],
  [0, false, ''],
] as const)('writes the options of a run: %i ms, in the calling thread %s', (timeoutMs, inCallingThread, bytes) => {
  expect(hex(runOptions(timeoutMs, inCallingThread))).toBe(bytes);
});

it('writes strings as a message that protobuf reads', () => {
  const texts = [Buffer.from('a'), Buffer.alloc(0), Buffer.from([255, 0]), Buffer.from('long'.repeat(40))];
  const ends = texts.map((_, at) => texts.slice(0, at + 1).reduce((sum, text) => sum + text.length, 0));
  const bytes = Buffer.concat([Buffer.alloc(8), new Uint8Array(Float64Array.from(ends).buffer), ...texts]);
  const proto = fromBinary(TensorProtoSchema, stringTensorProto({ bytes: new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) }, 8, [2, 2]));
  expect(proto.stringVal.map(hex)).toEqual(texts.map(hex));
  expect(proto.tensorShape?.dim.map(({ size }) => size)).toEqual([2n, 2n]);
  expect(proto.dtype).toBe(7);
});

it('numbers element types as TensorFlow does', () => {
  const names = { DT_FLOAT: 'FP32', DT_STRING: 'BYTES', DT_HALF: 'FP16', DT_BFLOAT16: 'BF16', DT_COMPLEX128: 'COMPLEX128', DT_UINT64: 'UINT64', DT_QINT16: 'QINT16', DT_FLOAT8_E5M2FNUZ: 'FP8_E5M2FNUZ', DT_BOOL: 'BOOL' } as const;
  for (const [name, dtype] of Object.entries(names)) {
    const number = DataTypeSchema.values.find((value) => value.name === name)?.number;
    expect([name, elementTypeOf(dtype), dtypeOfElement(number ?? -1)]).toEqual([name, number, dtype]);
  }
  expect(dtypeOfElement(20)).toBeUndefined();
});
