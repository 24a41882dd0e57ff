import { allocateData, createTensor, type DType, ServingError, type Tensor, tensorByteLength } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { tensorFlowTypeOf } from '../../src/data-type.ts';
import { decodeTensor, encodeTensor } from '../../src/grpc-v1/tensor-proto.ts';
import { bytesOf, fromGolden, hexOf, wireEntries } from './golden.ts';

const entries = wireEntries('tensor_proto.json');
const decoded = entries.flatMap(([name, entry]) => (entry.decoded === undefined ? [] : [[name, entry, entry.decoded] as const]));
const refused = entries.filter(([, entry]) => entry.decode_error !== undefined);

/** Entries whose bytes an encoder has no reason to make: shortened, superfluous or absent values. */
const NOT_CANONICAL = new Set([
  'one_value_fills_all_float',
  'one_value_fills_all_string',
  'one_value_fills_all_half',
  'one_value_fills_all_bool',
  'last_value_repeats',
  'last_complex_repeats',
  'no_values_means_zero',
  'no_values_means_empty_strings',
  'no_values_means_false',
  'scalar_without_shape_field',
  'too_many_values',
  'unknown_rank',
  'wrong_field_for_type',
  'value_out_of_range_int8',
  'both_content_and_values',
]);

const SHAPE_OF_2_TO_40 = '1209120708 808080808020';

function plain(tensor: Tensor): unknown {
  return { ...tensor, data: tensor.dtype === 'BYTES' ? tensor.data.map((each) => Buffer.from(each)) : tensor.data };
}

const placeOf = ({ data }: Tensor) => (ArrayBuffer.isView(data) ? [data.buffer, data.byteOffset] : []);

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'no error';
  } catch (error) {
    return ServingError.is(error) ? `${error.code} ${error.status}: ${error.message}` : `not ours: ${String(error)}`;
  }
};

describe('decodeTensor', () => {
  for (const offset of [0, 1, 4]) {
    it.each(decoded)(`reads what the runtime reads, ${offset} bytes off alignment: %s`, (_name, entry, golden) => {
      expect(plain(decodeTensor(bytesOf(entry, offset)))).toEqual(plain(fromGolden(golden)));
    });
  }

  it.each(refused)('refuses what the runtime refuses: %s', (_name, entry) => {
    expect(codeOf(() => decodeTensor(bytesOf(entry)))).toContain(`SRV_GRPC_V1_TENSOR_INVALID ${String(entry.decode_error?.code)}`);
  });

  it.each([
    ['unpacked_float_val', [2], [1, 2]],
    ['mixed_packed_unpacked', [2], [1, 2]],
    ['unknown_fields', [2], [1, 2]],
    ['fields_out_of_order', [2], [1, 2]],
    ['split_shape', [2, 3], [0, 0, 0, 0, 0, 0]],
    ['overlong_varint', [], [1]],
  ])('reads bytes that only other writers make: %s', (name, shape, values) => {
    const entry = entries.find(([each]) => each === name)?.[1] ?? { hex: '' };
    expect(decodeTensor(bytesOf(entry))).toEqual({ dtype: 'FP32', shape, data: Float32Array.from(values) });
  });

  it('gives a view where the address fits, and a copy where it does not', () => {
    const bytes = bytesOf({ hex: '0801 120412020801 22040000803f' }, 2);
    expect(bytes.byteOffset % 4).toBe(2);
    expect(placeOf(decodeTensor(bytes))).toEqual([bytes.buffer, 12]);
    const shifted = bytesOf({ hex: '0801 120412020801 22040000803f' }, 3);
    expect(decodeTensor(shifted)).toEqual({ dtype: 'FP32', shape: [1], data: Float32Array.of(1) });
    expect(placeOf(decodeTensor(shifted))[0]).not.toBe(shifted.buffer);
  });

  it('gives a view of packed float_val too, since those are the same bytes', () => {
    const bytes = bytesOf({ hex: '0801 120412020802 2a08 0000803f 00000040' }, 2);
    expect(placeOf(decodeTensor(bytes))).toEqual([bytes.buffer, 12]);
  });

  it('does not let a small message take all memory', () => {
    for (const hex of [`0801${SHAPE_OF_2_TO_40}2a040000803f`, `0801${SHAPE_OF_2_TO_40}`]) {
      expect(codeOf(() => decodeTensor(bytesOf({ hex })))).toMatch(
        /SRV_GRPC_V1_TENSOR_INVALID INVALID_ARGUMENT: .*shape \[1099511627776\] of DT_FLOAT takes 4398046511104 bytes, but the message has \d+ and at most 67108864 may be filled in/,
      );
    }
  });

  it('does not let shared strings, or lengths in tensor_content, take all memory', () => {
    expect(codeOf(() => decodeTensor(bytesOf({ hex: `0807${SHAPE_OF_2_TO_40}420161` })))).toContain('may be filled in');
    expect(codeOf(() => decodeTensor(bytesOf({ hex: `0807${SHAPE_OF_2_TO_40}220101` })))).toContain(
      'tensor_content of 1 bytes does not hold the 1099511627776 strings',
    );
  });

  it('fills in up to the limit it is given', () => {
    const bytes = bytesOf({ hex: '08011205120308e807 2a040000803f' });
    expect(decodeTensor(bytes, { maxExpandedBytes: 4000 }).data).toEqual(new Float32Array(1000).fill(1));
    expect(codeOf(() => decodeTensor(bytes, { maxExpandedBytes: 3999 }))).toContain('SRV_GRPC_V1_TENSOR_INVALID');
  });

  it('takes any number of values that are all there, whatever the limit', () => {
    const tensor = createTensor('INT64', [1000], allocateData('INT64', 1000));
    expect(decodeTensor(encodeTensor(tensor), { maxExpandedBytes: 0 })).toEqual(tensor);
  });

  it('takes no shape whose elements cannot be counted, even when one size is 0', () => {
    const size = '120a08 808080808080808040';
    expect(codeOf(() => decodeTensor(bytesOf({ hex: `0801121a${size}${size}1200` })))).toContain('more elements than can be counted');
  });

  it('takes no shape of more dimensions than TensorFlow does', () => {
    const shape = (rank: number) => {
      const dims = '12020801'.repeat(rank);
      const length = rank * 4;
      return bytesOf({ hex: `080112${hexOf(Uint8Array.of((length & 0x7f) | 0x80, length >> 7))}${dims}` });
    };
    expect(decodeTensor(shape(254)).shape).toHaveLength(254);
    expect(codeOf(() => decodeTensor(shape(255)))).toContain('more than 254 dimensions');
  });

  it.each([0, 20, 21, 29, 33, 101, 999])('refuses dtype number %i, which holds no plain data', (number) => {
    const varint = number < 128 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
    expect(codeOf(() => decodeTensor(Uint8Array.of(8, ...varint)))).toContain(`dtype ${number} is not one that holds plain data`);
  });

  it('refuses a DT_BOOL byte other than 0 and 1', () => {
    expect(codeOf(() => decodeTensor(bytesOf({ hex: '080a12041202080222020102' })))).toContain('a byte other than 0 and 1');
  });

  it.each([
    ['packed floats of 5 bytes', '08012a050000803f00', 'MALFORMED', 'packed values'],
    ['an unpacked float cut short', '08012d000080', 'MALFORMED', '4 bytes wanted with 3 left'],
    ['a packed varint without an end', '08033a0180', 'MALFORMED', 'without an end'],
    ['strings in tensor_content longer than it', '08072203 0a6162', 'TENSOR_INVALID', 'does not hold the 1 strings'],
    ['bytes left behind the strings in tensor_content', '08072203 016162', 'TENSOR_INVALID', 'does not hold the 1 strings'],
    ['a group without an end', '0b', 'MALFORMED', 'without an end'],
    ['a group that ends as another', '0b14', 'MALFORMED', 'inside another'],
    ['groups in groups without end', '0b'.repeat(200), 'MALFORMED', 'deeper than 100'],
    ['a length over 32 bits', '22ffffffffff01', 'MALFORMED', 'a length over 32 bits'],
  ])('says what is wrong with %s', (_what, hex, code, reason) => {
    const error = codeOf(() => decodeTensor(bytesOf({ hex })));
    expect(error).toContain(`SRV_GRPC_V1_${code} INVALID_ARGUMENT`);
    expect(error).toContain(reason);
  });

  it('passes over groups, which it does not know', () => {
    expect(decodeTensor(bytesOf({ hex: '0b 13 0801 14 0c 08012a040000803f' })).data).toEqual(Float32Array.of(1));
  });

  it('takes the last of several float8_val, which is no list', () => {
    const hex = '08181204120208029201020102 9201 0203 04';
    expect(decodeTensor(bytesOf({ hex })).data).toEqual(Uint8Array.of(3, 4));
  });

  it('leaves out the real part of a complex value without an imaginary one', () => {
    const hex = '0808120412020802 4a0c 0000803f 00000040 00004040';
    expect(decodeTensor(bytesOf({ hex })).data).toEqual(Float32Array.of(1, 2, 1, 2));
  });
});

describe('encodeTensor', () => {
  it.each(decoded.filter(([name]) => !NOT_CANONICAL.has(name)))('writes the reference bytes: %s', (name, entry, golden) => {
    const asTensorContent = name.includes('tensor_content') || name.includes('_content_');
    expect(hexOf(encodeTensor(fromGolden(golden), { asTensorContent }))).toBe(entry.hex);
  });

  it('writes every dtype so that it reads back the same', () => {
    const dtypes: DType[] = ['QINT8', 'QUINT8', 'QINT16', 'QUINT16', 'QINT32', 'FP8_E5M2', 'FP8_E4M3FN', 'COMPLEX128', 'UINT64', 'BF16'];
    for (const dtype of dtypes) {
      const data = allocateData(dtype, 3);
      if (ArrayBuffer.isView(data)) new Uint8Array(data.buffer).forEach((_, index, bytes) => (bytes[index] = index * 37));
      const tensor = createTensor(dtype, [3], data);
      for (const asTensorContent of [false, true]) expect(decodeTensor(encodeTensor(tensor, { asTensorContent }))).toEqual(tensor);
      expect(encodeTensor(tensor)[1]).toBe(tensorFlowTypeOf(dtype).number);
    }
  });

  it('writes a view into larger memory without what lies around it', () => {
    const memory = Float32Array.of(9, 1, 2, 9);
    const tensor: Tensor = { dtype: 'FP32', shape: [2], data: memory.subarray(1, 3) };
    expect(decodeTensor(encodeTensor(tensor)).data).toEqual(Float32Array.of(1, 2));
    expect(tensorByteLength(tensor)).toBe(8);
  });
});
