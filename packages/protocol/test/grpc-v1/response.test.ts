import { defineErrors, type ModelName, parseModelName, parseVersion, type ServableState, type Signature, type Tensor } from '@servable/core';
import { fromBinary } from '@servable/protos';
import { GetModelMetadataResponseSchema, GetModelStatusResponseSchema, SignatureDefMapSchema } from '@servable/protos/tensorflow-serving';
import { describe, expect, it } from 'vitest';
import { encodeGetModelMetadataResponse } from '../../src/grpc-v1/metadata-response.ts';
import { encodePredictResponse } from '../../src/grpc-v1/response.ts';
import { encodeGetModelStatusResponse } from '../../src/grpc-v1/status-response.ts';
import { bytesOf, fromGolden, type GoldenTensor, hexOf, wireEntries } from './golden.ts';

const rpc = new Map(wireEntries('rpc.json'));
const entryNamed = (name: string) => rpc.get(name) ?? { hex: 'ff', json: {} };

const name: ModelName = parseModelName('m');
const spec = { name: 'm', version: 1n, signatureName: 'serving_default' };

describe('encodePredictResponse', () => {
  it('writes the reference bytes', () => {
    const outputs = new Map<string, Tensor>([['y', { dtype: 'FP32', shape: [3], data: Float32Array.of(2.5, 3, 4.5) }]]);
    const modelSpec = { name: 'half_plus_two', version: 123n, signatureName: 'serving_default' };
    expect(hexOf(encodePredictResponse({ modelSpec, outputs }))).toBe(entryNamed('predict_response').hex);
  });

  it('writes the reference bytes of many outputs', () => {
    const outputs = new Map<string, Tensor>([
      ['a', { dtype: 'BYTES', shape: [2], data: [Buffer.from('x'), new Uint8Array(0)] }],
      ['e', { dtype: 'FP32', shape: [0], data: new Float32Array(0) }],
      ['m', { dtype: 'BOOL', shape: [1, 1], data: Uint8Array.of(1) }],
      ['z', { dtype: 'INT64', shape: [], data: BigInt64Array.of(-7n) }],
    ]);
    expect(hexOf(encodePredictResponse({ modelSpec: spec, outputs }))).toBe(entryNamed('predict_response_many').hex);
  });

  it('writes tensor_content when it is asked to', () => {
    const outputs = new Map([['y', fromGolden({ dtype: 'DT_FLOAT', shape: [1], values: [1] })]]);
    const plain = hexOf(encodePredictResponse({ modelSpec: spec, outputs }));
    expect(plain).toContain('2a040000803f');
    expect(hexOf(encodePredictResponse({ modelSpec: spec, outputs, asTensorContent: true }))).toBe(plain.replace('2a040000803f', '22040000803f'));
  });

  it('always says the version, 0 and negative ones too', () => {
    const hex = (version: bigint) => hexOf(encodePredictResponse({ modelSpec: { ...spec, version, signatureName: '' }, outputs: new Map() }));
    expect(hex(0n)).toBe('12050a016d1200');
    expect(hex(-1n)).toBe('12100a016d120b08ffffffffffffffffff01');
    expect(hex(2n ** 40n)).toBe('120c0a016d120708808080808020');
  });

  it('refuses an answer over 2 GiB before it takes the memory', () => {
    const outputs = new Map<string, Tensor>([['y', { dtype: 'FP32', shape: [2 ** 29], data: new Float32Array(2 ** 29) }]]);
    expect(() => encodePredictResponse({ modelSpec: spec, outputs })).toThrow(
      expect.objectContaining({ code: 'SRV_GRPC_V1_RESPONSE_TOO_LARGE', status: 'RESOURCE_EXHAUSTED' }),
    );
  });
});

/** An error of a loader: TensorFlow Serving has no words of its own for it. */
const loadError = defineErrors<{ SRV_TEST_LOAD_FAILED: [text: string] }>({ SRV_TEST_LOAD_FAILED: { status: 'NOT_FOUND', message: (text) => text } });

describe('encodeGetModelStatusResponse', () => {
  const stateOf = (version: number, state: ServableState['state'], error?: ServableState['error']): ServableState => ({
    id: { name, version: parseVersion(version) },
    state,
    ...(error === undefined ? {} : { error }),
  });

  it('writes the reference bytes, with a status even where all is well', () => {
    const reference = fromBinary(GetModelStatusResponseSchema, bytesOf(entryNamed('get_model_status_response')));
    const stateByNumber = new Map<number, ServableState['state']>([[10, 'new'], [20, 'loading'], [30, 'ready'], [40, 'unloading'], [50, 'ended']]);
    const states = reference.modelVersionStatus.map(({ version, state, status }) => {
      const text = status?.errorMessage ?? '';
      const error = text === '' ? undefined : loadError('SRV_TEST_LOAD_FAILED', [text]);
      return stateOf(Number(version), stateByNumber.get(state) ?? 'new', error);
    });
    expect(states).toHaveLength(5);
    expect(hexOf(encodeGetModelStatusResponse(states))).toBe(entryNamed('get_model_status_response').hex);
  });

  it('says that a draining version is unloading', () => {
    const { modelVersionStatus } = fromBinary(GetModelStatusResponseSchema, encodeGetModelStatusResponse([stateOf(-2, 'draining')]));
    expect(modelVersionStatus).toMatchObject([{ version: -2n, state: 40, status: { errorCode: 0, errorMessage: '' } }]);
  });
});

interface GoldenTensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: string }[]; readonly unknownRank?: boolean };
}

interface GoldenSignature {
  readonly inputs?: Record<string, GoldenTensorInfo>;
  readonly outputs?: Record<string, GoldenTensorInfo>;
  readonly methodName?: string;
}

/** The signatures in an entry's JSON, apart from those whose tensors hold no data, which no servable here has. */
function signaturesOf(json: unknown): ReadonlyMap<string, Signature> {
  const { metadata } = json as { metadata: { signature_def: { signatureDef: Record<string, GoldenSignature> } } };
  const specs = (infos: Record<string, GoldenTensorInfo> = {}): Signature['inputs'] =>
    new Map(
      Object.entries(infos).map(([alias, info]) => {
        const { dtype } = fromGolden({ dtype: info.dtype, shape: [0], values: [] } satisfies GoldenTensor);
        const shape = info.tensorShape?.unknownRank ? undefined : (info.tensorShape?.dim ?? []).map((dim) => Number(dim.size ?? 0));
        return [alias, { dtype, shape, graphName: info.name }];
      }),
    );
  return new Map(
    Object.entries(metadata.signature_def.signatureDef)
      .filter(([key]) => key !== '__saved_model_init_op')
      .map(([key, { inputs, outputs, methodName }]) => [
        key,
        { methodName: methodName ?? '', inputs: specs(inputs), outputs: specs(outputs), defaults: defaultsOf(key, json), batching: 'none' },
      ]),
  );
}

function defaultsOf(key: string, json: unknown): Signature['defaults'] {
  const { metadata } = json as { metadata: { signature_def: { signatureDef: Record<string, { defaults?: Record<string, GoldenProto> }> } } };
  const defaults = metadata.signature_def.signatureDef[key]?.defaults ?? {};
  return new Map(Object.entries(defaults).map(([alias, proto]) => [alias, fromGolden({ dtype: proto.dtype, shape: (proto.tensorShape?.dim ?? []).map((dim) => Number(dim.size)), values: proto.floatVal ?? proto.intVal ?? [] })]));
}

interface GoldenProto {
  readonly dtype: string;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: string }[] };
  readonly floatVal?: readonly number[];
  readonly intVal?: readonly number[];
}

const signatureDefs = (bytes: Uint8Array) => {
  const response = fromBinary(GetModelMetadataResponseSchema, bytes);
  const any = response.metadata['signature_def'];
  const { signatureDef } = fromBinary(SignatureDefMapSchema, any?.value ?? new Uint8Array(0));
  const { __saved_model_init_op: _initOp, ...signatures } = signatureDef;
  return { modelSpec: response.modelSpec, keys: Object.keys(response.metadata), typeUrl: any?.typeUrl, signatures };
};

describe('encodeGetModelMetadataResponse', () => {
  it.each(['scalar_affine_tf1', 'multi_signature'])('says what the reference says of %s', (model) => {
    const entry = entryNamed(`get_model_metadata_response_${model}`);
    const written = encodeGetModelMetadataResponse({ name: model, version: 1n, signatures: signaturesOf(entry.json) });
    const reference = signatureDefs(bytesOf(entry));
    expect(Object.keys(reference.signatures).length).toBeGreaterThan(2);
    expect(signatureDefs(written)).toEqual(reference);
  });

  it('keeps the name of a dimension, and says an unknown rank', () => {
    const signature: Signature = {
      methodName: 'tensorflow/serving/predict',
      inputs: new Map([['x', { dtype: 'INT64', shape: ['batch', 3] }]]),
      outputs: new Map([['y', { dtype: 'BYTES', shape: undefined }]]),
      defaults: new Map(),
      batching: 'none',
    };
    const written = encodeGetModelMetadataResponse({ name: 'm', version: 1n, signatures: new Map([['', signature]]) });
    expect(signatureDefs(written).signatures['']).toMatchObject({
      inputs: { x: { encoding: { case: 'name', value: 'x' }, dtype: 9, tensorShape: { dim: [{ size: -1n, name: 'batch' }, { size: 3n, name: '' }] } } },
      outputs: { y: { dtype: 7, tensorShape: { unknownRank: true, dim: [] } } },
    });
  });
});
