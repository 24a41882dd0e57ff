import { ServingError } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { decodeGetModelMetadataRequest, decodeGetModelStatusRequest, decodePredictRequest } from '../../src/grpc-v1/request.ts';
import { decodeTensor } from '../../src/grpc-v1/tensor-proto.ts';
import { bytesOf, wireEntries } from './golden.ts';

const rpc = new Map(wireEntries('rpc.json'));
const bytesNamed = (name: string): Uint8Array => bytesOf(rpc.get(name) ?? { hex: 'ff' });

function errorOf(act: () => unknown): string {
  try {
    return `no error: ${JSON.stringify(act())}`;
  } catch (error) {
    return ServingError.is(error) ? `${error.code} ${error.status}: ${error.message}` : `not ours: ${String(error)}`;
  }
}

describe('decodePredictRequest', () => {
  it.each([
    ['predict_request_minimal', { name: 'half_plus_two', signatureName: '' }],
    ['predict_request_full', { name: 'm', version: 3n, signatureName: 'serving_default' }],
    ['predict_request_version_zero', { name: 'm', version: 0n, signatureName: '' }],
    ['predict_request_negative_version', { name: 'm', version: -1n, signatureName: '' }],
    ['predict_request_label', { name: 'm', versionLabel: 'canary', signatureName: '' }],
    ['predict_request_streamed_options', { name: 'm', versionLabel: 'canary', signatureName: '' }],
    ['predict_request_empty', undefined],
  ])('reads the model spec of %s', (name, modelSpec) => {
    expect(decodePredictRequest(bytesNamed(name)).modelSpec).toEqual(modelSpec);
  });

  it('leaves tensors as bytes, and reads the output filter', () => {
    const { inputs, outputFilter } = decodePredictRequest(bytesNamed('predict_request_full'));
    expect([...inputs.keys()]).toEqual(['text', 'x']);
    expect(decodeTensor(inputs.get('x') ?? new Uint8Array(0))).toEqual({ dtype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) });
    expect(decodeTensor(inputs.get('text') ?? new Uint8Array(0)).data).toEqual([Uint8Array.of(0xff, 0)]);
    expect(outputFilter).toEqual(['b', 'a']);
  });

  it.each([
    ['duplicate_map_key', 'x', { dtype: 'FP32', shape: [], data: Float32Array.of(2) }],
    ['map_entry_without_key', '', { dtype: 'FP32', shape: [], data: Float32Array.of(0) }],
    ['map_entry_value_first', 'x', { dtype: 'FP32', shape: [], data: Float32Array.of(0) }],
  ])('reads bytes that only other writers make: %s', (name, alias, tensor) => {
    const { inputs } = decodePredictRequest(bytesNamed(name));
    expect([...inputs.keys()]).toEqual([alias]);
    expect(decodeTensor(inputs.get(alias) ?? new Uint8Array(0))).toEqual(tensor);
  });

  it('merges a model spec in two pieces, and keeps the last of version and label', () => {
    const label = '0a06 0a016d 22016c';
    const version = '0a04 12020805';
    expect(decodePredictRequest(bytesOf({ hex: label + version })).modelSpec).toEqual({ name: 'm', version: 5n, signatureName: '' });
    expect(decodePredictRequest(bytesOf({ hex: version + label })).modelSpec).toEqual({ name: 'm', versionLabel: 'l', signatureName: '' });
    expect(decodePredictRequest(bytesOf({ hex: version + '0a021200' })).modelSpec).toEqual({ name: '', version: 5n, signatureName: '' });
  });

  it('merges a tensor in two pieces inside one entry', () => {
    const bytes = bytesOf({ hex: '120f 0a0178 12020801 12062a040000803f' });
    const { inputs } = decodePredictRequest(bytes);
    expect(decodeTensor(inputs.get('x') ?? new Uint8Array(0)).data).toEqual(Float32Array.of(1));
  });

  it('merges a tensor in a million pieces in no more than linear time', { timeout: 5000 }, () => {
    const entry = Buffer.concat([Uint8Array.of(0x0a, 1, 0x78), Buffer.alloc(4_000_000, Uint8Array.of(0x12, 2, 0x08, 1))]);
    const length = Uint8Array.of((entry.length & 0x7f) | 0x80, ((entry.length >> 7) & 0x7f) | 0x80, ((entry.length >> 14) & 0x7f) | 0x80, entry.length >> 21);
    const { inputs } = decodePredictRequest(Buffer.concat([Uint8Array.of(0x12), length, entry]));
    expect(inputs.get('x')?.length).toBe(2_000_000);
    expect(decodeTensor(inputs.get('x') ?? new Uint8Array(0))).toEqual({ dtype: 'FP32', shape: [], data: Float32Array.of(0) });
  });

  it('keeps names that an object could not', () => {
    const { inputs } = decodePredictRequest(bytesOf({ hex: `120b0a09${Buffer.from('__proto__').toString('hex')}` }));
    expect([...inputs]).toEqual([['__proto__', new Uint8Array(0)]]);
  });

  it('takes no more inputs than any signature could have', () => {
    const entries = Array.from({ length: 2 ** 16 + 1 }, (_, index) => `120a 0a08 ${Buffer.from(String(index).padStart(8, '0')).toString('hex')}`);
    expect(decodePredictRequest(bytesOf({ hex: entries.slice(1).join('') })).inputs.size).toBe(2 ** 16);
    expect(errorOf(() => decodePredictRequest(bytesOf({ hex: entries.join('') })))).toContain('more than 65536 inputs');
  });

  it.each(wireEntries('malformed.json'))('refuses bytes the reference refuses: %s', (_name, entry) => {
    const decode = entry.message === 'tensorflow.TensorProto' ? decodeTensor : decodePredictRequest;
    expect(errorOf(() => decode(bytesOf(entry)))).toMatch(/^SRV_GRPC_V1_MALFORMED INVALID_ARGUMENT: Cannot read a \w+: .+ at byte \d+$/);
  });

  it.each([
    ['a field number 0', '0201', 'field number 0 at byte 0'],
    ['a wire type 6', '0e', 'wire type 6'],
    ['an entry longer than the request', '1205', 'a length of 5 with 0 bytes left at byte 1'],
    ['a key longer than its entry', '12040a0561', 'a length of 4 with 3 bytes left'],
    ['a model name that is not UTF-8', '0a030a01ff', 'text that is not UTF-8 at byte 3'],
    ['an alias that is half a surrogate pair', '12050a03eda080', 'text that is not UTF-8'],
  ])('says where it stops at %s', (_what, hex, reason) => {
    expect(errorOf(() => decodePredictRequest(bytesOf({ hex })))).toContain(`Cannot read a PredictRequest: ${reason}`);
  });
});

describe('decodeGetModelStatusRequest', () => {
  it('reads the model spec', () => {
    expect(decodeGetModelStatusRequest(bytesNamed('get_model_status_request'))).toEqual({ modelSpec: { name: 'm', signatureName: '' } });
    expect(decodeGetModelStatusRequest(new Uint8Array(0))).toEqual({ modelSpec: undefined });
  });
});

describe('decodeGetModelMetadataRequest', () => {
  it('reads model spec and fields', () => {
    expect(decodeGetModelMetadataRequest(bytesNamed('get_model_metadata_request'))).toEqual({
      modelSpec: { name: 'm', version: 1n, signatureName: '' },
      metadataFields: ['signature_def'],
    });
  });

  it('wants a field, and knows only one', () => {
    expect(errorOf(() => decodeGetModelMetadataRequest(bytesOf({ hex: '0a030a016d' })))).toBe(
      'SRV_GRPC_V1_METADATA_FIELD_MISSING INVALID_ARGUMENT: GetModelMetadataRequest must specify at least one metadata_field',
    );
    expect(errorOf(() => decodeGetModelMetadataRequest(bytesOf({ hex: '120178' })))).toBe(
      'SRV_GRPC_V1_METADATA_FIELD_UNKNOWN INVALID_ARGUMENT: Metadata field x is not supported',
    );
  });
});
