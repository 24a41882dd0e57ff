import { createTensor, type NamedTensors, parseModelName, parseVersion, type Servable, type Tensor } from '@servable/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLASSIFY,
  classificationBytes,
  classificationResponse,
  contextInputOf,
  floatExample,
  inputOf,
  MULTI_INFERENCE,
  multiInferenceBytes,
  multiInferenceResponse,
  REGRESS,
  regressionBytes,
  regressionResponse,
} from './support/example-messages.ts';
import { exampleServable } from './support/example-servable.ts';
import { floats, PREDICT, predictBytes, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startReadyServer } from './support/server-fixture.ts';

const [INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED, INTERNAL] = [3, 5, 12, 13];
const EXAMPLES = inputOf(floatExample({ x: [1], y: [2] }), floatExample({ x: [3], y: [4] }));
const BODY = '"examples": [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}]';
const { classify, regress } = { classify: 'tensorflow/serving/classify', regress: 'tensorflow/serving/regress' };

let computed: NamedTensors = new Map();
let fixture: ServerFixture;
let strict: ServerFixture;
beforeAll(async () => {
  const models = [{ name: parseModelName('m'), labels: new Map([['stable', parseVersion(1)]]) }];
  const loader = { servable: () => exampleServable(() => computed) };
  fixture = await startReadyServer({ models, loader });
  strict = await startReadyServer({ models, loader, config: { compat: 'strict' } });
});
afterAll(() => Promise.all([fixture.close(), strict.close()]));

/** What one request is answered with while the servable computes `outputs`. */
async function computing<Answer>(outputs: Readonly<Record<string, Tensor>>, ask: () => Promise<Answer>): Promise<Answer> {
  computed = new Map(Object.entries(outputs));
  try {
    return await ask();
  } finally {
    computed = new Map();
  }
}

const specOf = (signatureName: string) => ({ name: 'm', signatureName });

describe('over gRPC', () => {
  it('classifies, with the model spec that was used', async () => {
    const response = classificationResponse(await fixture.grpc.unary(CLASSIFY, classificationBytes({ modelSpec: { name: 'm' }, input: EXAMPLES })));
    expect(response.modelSpec).toMatchObject({ name: 'm', signatureName: 'serving_default', versionChoice: { case: 'version', value: { value: 1n } } });
    expect(response.result?.classifications.map(({ classes }) => classes.map(({ label, score }) => [label, score]))).toEqual([
      [['', 1.5], ['', 3]],
      [['', 3.5], ['', 7]],
    ]);
  });

  it('regresses', async () => {
    const response = regressionResponse(await fixture.grpc.unary(REGRESS, regressionBytes({ modelSpec: specOf('sum'), input: EXAMPLES })));
    expect(response.modelSpec?.signatureName).toBe('sum');
    expect(response.result?.regressions.map(({ value }) => value)).toEqual([3, 7]);
  });

  it('feeds serialized examples to a graph that parses them, the context in front', async () => {
    const input = contextInputOf(floatExample({ c: [9] }), floatExample({ x: [1] }), {});
    const response = regressionResponse(await fixture.grpc.unary(REGRESS, regressionBytes({ modelSpec: specOf('regress'), input })));
    // Each feature of one float is an example of 17 bytes.
    expect(response.result?.regressions.map(({ value }) => value)).toEqual([34, 17]);
  });

  it('answers several tasks in their order', async () => {
    const tasks = [
      { modelSpec: specOf('sum'), methodName: regress },
      { modelSpec: specOf(''), methodName: classify },
    ];
    const { results } = multiInferenceResponse(await fixture.grpc.unary(MULTI_INFERENCE, multiInferenceBytes({ tasks, input: EXAMPLES })));
    expect(results.map(({ modelSpec }) => modelSpec)).toMatchObject([
      { name: 'm', signatureName: 'sum', versionChoice: { value: { value: 1n } } },
      { name: 'm', signatureName: 'serving_default', versionChoice: { value: { value: 1n } } },
    ]);
    expect(results.map(({ result }) => result.case)).toEqual(['regressionResult', 'classificationResult']);
    expect(results[0]?.result).toMatchObject({ value: { regressions: [{ value: 3 }, { value: 7 }] } });
    expect(results[1]?.result).toMatchObject({ value: { classifications: [{ classes: [{ score: 1.5 }, { score: 3 }] }, { classes: [{ score: 3.5 }, { score: 7 }] }] } });
  });

  it('runs several tasks together where the servable can', async () => {
    const calls: unknown[] = [];
    const servable: Servable = {
      ...exampleServable(),
      run: () => Promise.reject(new Error('a run for one task')),
      runTogether: (asked) => {
        calls.push(asked);
        return Promise.resolve(asked.map(({ outputs }) => new Map(outputs.map((output) => [output, createTensor('FP32', [2, 1], Float32Array.of(5, 6))]))));
      },
    };
    const together = await startReadyServer({ loader: { servable: () => servable } });
    const tasks = [
      { modelSpec: specOf('sum'), methodName: regress },
      { modelSpec: specOf(''), methodName: classify },
    ];
    const { results } = multiInferenceResponse(await together.grpc.unary(MULTI_INFERENCE, multiInferenceBytes({ tasks, input: EXAMPLES })));
    expect(calls).toEqual([[{ signature: 'sum', outputs: ['outputs'] }, { signature: 'serving_default', outputs: ['scores'] }]]);
    expect(results[0]?.result).toMatchObject({ value: { regressions: [{ value: 5 }, { value: 6 }] } });
    expect(results[1]?.result).toMatchObject({ value: { classifications: [{ classes: [{ score: 5 }] }, { classes: [{ score: 6 }] }] } });
    await together.close();
  });

  type Refusal = readonly [title: string, path: string, request: Uint8Array, code: number, details: string];
  const classifying = (signatureName: string): Uint8Array => classificationBytes({ modelSpec: specOf(signatureName), input: EXAMPLES });
  const regressing = (signatureName: string): Uint8Array => regressionBytes({ modelSpec: specOf(signatureName), input: EXAMPLES });
  const tasks = (...all: readonly (readonly [signatureName: string, methodName: string, model?: string])[]): Uint8Array =>
    multiInferenceBytes({ tasks: all.map(([signatureName, methodName, name = 'm']) => ({ modelSpec: { name, signatureName }, methodName })), input: EXAMPLES });
  const debug = (method: string, input: string, output: string): string =>
    `inputs {\n  key: "${input}"\n  value {\n    name: "${input === 'inputs' ? 'tf_example:0' : input}"\n    dtype: DT_STRING\n    tensor_shape {\n      dim {\n        size: -1\n${input === 'inputs' ? '' : '        name: "n"\n'}      }\n    }\n  }\n}\n${output}method_name: "${method}"\n`;

  const BOTH: readonly Refusal[] = [
    ['no model spec', CLASSIFY, classificationBytes({ input: EXAMPLES }), INVALID_ARGUMENT, 'Missing ModelSpec'],
    ['no model spec', REGRESS, regressionBytes({ input: EXAMPLES }), INVALID_ARGUMENT, 'Missing ModelSpec'],
    ['an empty name', REGRESS, regressionBytes({ modelSpec: { name: '' }, input: EXAMPLES }), INVALID_ARGUMENT, 'ModelSpec has no name specified.'],
    ['an unknown model', CLASSIFY, classificationBytes({ modelSpec: { name: 'x' }, input: EXAMPLES }), NOT_FOUND, 'Servable not found for request: Latest(x)'],
    ['an unknown label', CLASSIFY, classificationBytes({ modelSpec: { name: 'm', versionChoice: { case: 'versionLabel', value: 'l' } } }), INVALID_ARGUMENT, 'Unrecognized servable version label: l'],
    ['an unknown signature', CLASSIFY, classifying('s'), INVALID_ARGUMENT, 'No signature was found with the name: s'],
    ['an unknown signature', REGRESS, regressing('s'), INVALID_ARGUMENT, 'No signature was found with the name: s'],
    ['no input', CLASSIFY, classificationBytes({ modelSpec: specOf('classify') }), INVALID_ARGUMENT, 'Input is empty.'],
    ['an empty list', REGRESS, regressionBytes({ modelSpec: specOf('regress'), input: inputOf() }), INVALID_ARGUMENT, 'Input is empty.'],
    ['three outputs', CLASSIFY, classifying('three_outputs'), INVALID_ARGUMENT, 'Expected one or two output Tensors, found 3'],
    ['two outputs', REGRESS, regressing('two_outputs'), INVALID_ARGUMENT, 'Expected one output Tensor.'],
    [
      'neither classes nor scores',
      CLASSIFY,
      classifying('no_classes'),
      INVALID_ARGUMENT,
      `Expected classification signature outputs to contain at least one of "classes" or "scores". Signature was: ${debug(
        classify,
        'inputs',
        'outputs {\n  key: "probabilities"\n  value {\n    name: "probabilities"\n    dtype: DT_FLOAT\n    tensor_shape {\n      dim {\n        size: -1\n      }\n      dim {\n      }\n    }\n  }\n}\n',
      )}`,
    ],
    [
      'another output',
      REGRESS,
      regressing('other_output'),
      INVALID_ARGUMENT,
      `No regression outputs found in SignatureDef: ${debug(regress, 'inputs', 'outputs {\n  key: "y"\n  value {\n    name: "y"\n    dtype: DT_FLOAT\n    tensor_shape {\n      unknown_rank: true\n    }\n  }\n}\n')}`,
    ],
    ['no tasks', MULTI_INFERENCE, multiInferenceBytes({ input: EXAMPLES }), INVALID_ARGUMENT, 'ModelSpec has no name specified.'],
    ['a first task without a name', MULTI_INFERENCE, tasks(['regress', regress, '']), INVALID_ARGUMENT, 'ModelSpec has no name specified.'],
    ['a task without a name', MULTI_INFERENCE, tasks(['regress', regress], ['classify', classify, '']), INVALID_ARGUMENT, 'Found ModelSpec with an empty model name.'],
    ['two models', MULTI_INFERENCE, tasks(['regress', regress], ['classify', classify, 'x']), INVALID_ARGUMENT, 'All ModelSpecs in a MultiInferenceRequest must access the same model name.'],
    ['a signature twice', MULTI_INFERENCE, tasks(['regress', regress], ['regress', classify]), INVALID_ARGUMENT, 'Duplicate evaluation of signature: regress'],
    ['an unknown signature', MULTI_INFERENCE, tasks(['regress', regress], ['s', regress]), INVALID_ARGUMENT, 'Requested signature not found in model graph: s'],
    ['another method', MULTI_INFERENCE, tasks(['regress', 'tensorflow/serving/predict']), UNIMPLEMENTED, 'Unsupported signature method_name: tensorflow/serving/predict'],
    ['no input', MULTI_INFERENCE, multiInferenceBytes({ tasks: [{ modelSpec: specOf('regress'), methodName: regress }] }), INVALID_ARGUMENT, 'Input is empty.'],
  ];
  const STRICT: readonly Refusal[] = [
    ['two inputs', CLASSIFY, classifying(''), INVALID_ARGUMENT, 'Expected one input Tensor.'],
    ['two inputs', REGRESS, regressing('sum'), INVALID_ARGUMENT, 'Expected one input Tensor.'],
    [
      'another input',
      REGRESS,
      regressing('other_input_regress'),
      INVALID_ARGUMENT,
      `No regression inputs found in SignatureDef: ${debug(
        regress,
        'examples',
        'outputs {\n  key: "outputs"\n  value {\n    name: "outputs"\n    dtype: DT_FLOAT\n    tensor_shape {\n      dim {\n        size: -1\n        name: "n"\n      }\n      dim {\n        size: 1\n      }\n    }\n  }\n}\n',
      )}`,
    ],
  ];

  it.each(BOTH)('refuses %s in TensorFlow Serving’s words (%s)', async (_title, path, request, code, details) => {
    const answers = await Promise.all([fixture, strict].map(({ grpc }) => grpc.failure(path, request)));
    expect(answers).toEqual([{ code, details }, { code, details }]);
  });

  it.each(STRICT)('refuses %s in strict mode', async (_title, path, request, code, details) => {
    expect(await strict.grpc.failure(path, request)).toEqual({ code, details });
  });

  it('takes another name of the input in default mode', async () => {
    const { result } = classificationResponse(await fixture.grpc.unary(CLASSIFY, classifying('other_input')));
    expect(result?.classifications[0]?.classes.map(({ label }) => label)).toEqual(['low', 'high']);
  });

  it('feeds each task its own inputs, which strict mode refuses', async () => {
    const request = tasks(['sum', regress], ['classify', classify], ['regress', regress]);
    const { results } = multiInferenceResponse(await fixture.grpc.unary(MULTI_INFERENCE, request));
    expect(results.map(({ result }) => result.case)).toEqual(['regressionResult', 'classificationResult', 'regressionResult']);
    expect(results[0]?.result).toMatchObject({ value: { regressions: [{ value: 3 }, { value: 7 }] } });
    const details = 'Input tensor must be the same for all Signatures.';
    expect(await strict.grpc.failure(MULTI_INFERENCE, tasks(['regress', regress], ['regress_elsewhere', regress]))).toEqual({ code: INVALID_ARGUMENT, details });
  });

  it('says which feature is missing', async () => {
    const request = classificationBytes({ modelSpec: { name: 'm' }, input: inputOf(floatExample({ x: [1] })) });
    const details = 'Name: <unknown>, Feature: y (data type: float) is required but could not be found.';
    expect(await fixture.grpc.failure(CLASSIFY, request)).toEqual({ code: INVALID_ARGUMENT, details });
  });

  const zeros = (...shape: number[]): Tensor => createTensor('FP32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const words = (...shape: number[]): Tensor => createTensor('BYTES', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => new Uint8Array(1)));
  const doubles = createTensor('FP64', [2, 1], new Float64Array(2));

  it.each<[string, 'classify' | 'regress', Readonly<Record<string, Tensor>>, string]>([
    ['classes of rank 1', 'classify', { classes: words(2) }, 'Expected Tensor shape: [batch_size num_classes] but got [2]'],
    ['scores of rank 3', 'classify', { scores: zeros(2, 1, 1) }, 'Expected Tensor shape: [batch_size num_classes] but got [2,1,1]'],
    ['classes that are numbers', 'classify', { classes: zeros(2, 2) }, 'Expected classes Tensor of DT_STRING. Got: DT_FLOAT'],
    ['scores of another type', 'classify', { scores: doubles }, 'Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE'],
    ['classes of other rows', 'classify', { classes: words(3, 2) }, 'Expected classes output batch size of 2. Got: 3'],
    ['scores of other rows', 'classify', { scores: zeros(1, 2) }, 'Expected scores output batch size of 2. Got: 1'],
    ['more classes than scores', 'classify', { classes: words(2, 3) }, 'Tensors class and score should match in dim_size(1). Got 3 vs. 2'],
    ['a value too many', 'regress', { outputs: zeros(2, 2) }, 'Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [2,2]'],
    ['a scalar', 'regress', { outputs: zeros() }, 'Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got []'],
    ['other rows', 'regress', { outputs: zeros(3) }, 'Input batch size did not match output batch size: 2 vs. 3'],
    ['values of another type', 'regress', { outputs: doubles }, 'Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE'],
  ])('refuses %s of a model', async (_title, task, outputs, details) => {
    const [path, request] = task === 'classify' ? ([CLASSIFY, classifying('classify')] as const) : ([REGRESS, regressing('regress')] as const);
    expect(await computing(outputs, () => strict.grpc.failure(path, request))).toEqual({ code: INVALID_ARGUMENT, details });
    expect(await computing(outputs, () => fixture.post(`/v1/models/m:${task}`, `{"signature_name": "${task}", ${BODY}}`))).toMatchObject({
      status: 400,
      body: `{\n    "error": ${JSON.stringify(details)}\n}`,
    });
  });
});

describe('over REST', () => {
  it.each([
    ['/v1/models/m:classify', `{${BODY}}`, '{\n    "results": [[["", 1.5], ["", 3.0]], [["", 3.5], ["", 7.0]]\n    ]\n}'],
    ['/v1/models/m/versions/1:classify', `{${BODY}, "signature_name": "classes_only"}`, '{\n    "results": [[["low", 0.0], ["high", 0.0]], [["low", 0.0], ["high", 0.0]]\n    ]\n}'],
    ['/v1/models/m/labels/stable:regress', `{${BODY}, "signature_name": "sum"}`, '{\n    "results": [3.0, 7.0]\n}'],
    ['/v1/models/m:regress', '{"signature_name": "regress", "context": {"c": 9.0}, "examples": [{"x": 1.0}, {}]}', '{\n    "results": [34.0, 17.0]\n}'],
    ['/v1/models/m:regress', '{"signature_name": "sum", "examples": [{"x": 1, "y": 2}]}', '{\n    "results": [3.0]\n}'],
  ])('answers %s with %s', async (target, body, expected) => {
    expect(await fixture.post(target, body)).toMatchObject({ status: 200, body: expected });
  });

  it.each([
    ['/v1/models/x:classify', '{"examples": [1]}', 400, 'Example must be JSON object but got JSON Number'],
    ['/v1/models/x:regress', '{"examples": [{}]}', 404, 'Servable not found for request: Latest(x)'],
    ['/v1/models/m:regress', '{"examples": [{}], "signature_name": "s"}', 400, 'No signature was found with the name: s'],
    ['/v1/models/m/versions/9:classify', '{"examples": [{}]}', 404, 'Servable not found for request: Specific(m, 9)'],
    ['/v1/models/m:classify', '{"instances": [1]}', 400, "JSON Value: {\n    \"instances\": [1]\n} When method is classify, key 'examples' is expected and was not found"],
  ])('answers %s with %s: %i %s', async (target, body, status, error) => {
    expect(await fixture.post(target, body)).toMatchObject({ status, body: `{\n    "error": ${JSON.stringify(error)}\n}` });
  });

  it('answers a large request', async () => {
    const rows = Array.from({ length: 40_000 }, (_none, index) => `{"x": ${index}, "y": 0.5}`);
    const { status, body } = await fixture.post('/v1/models/m:regress', `{"signature_name": "sum", "examples": [${rows.join(',')}]}`);
    expect(status).toBe(200);
    expect((JSON.parse(body) as { readonly results: readonly number[] }).results.at(-1)).toBe(39_999.5);
  });
});

describe('with checked method names', () => {
  let checked: ServerFixture;
  beforeAll(async () => {
    checked = await startReadyServer({ loader: { servable: () => exampleServable() }, config: { checkMethodName: true }, grpc: { tensorContent: true } });
  });
  afterAll(() => checked.close());

  it('refuses signatures for something else', async () => {
    const classification = classificationBytes({ modelSpec: specOf('regress'), input: EXAMPLES });
    const regression = regressionBytes({ modelSpec: specOf('sum'), input: EXAMPLES });
    const expected = (task: string, method: string, was: string): object => ({ code: INVALID_ARGUMENT, details: `Expected ${task} signature method_name to be ${method}. Was: ${was}` });
    expect(await checked.grpc.failure(CLASSIFY, classification)).toEqual(expected('classification', classify, regress));
    expect(await checked.grpc.failure(REGRESS, regression)).toEqual(expected('regression', regress, 'tensorflow/serving/predict'));
  });

  it('predicts with signatures of TensorFlow Serving’s kinds alone', async () => {
    const details = 'Expected prediction signature method_name to be one of {tensorflow/serving/predict, tensorflow/serving/classify, tensorflow/serving/regress}. Was: other';
    const inputs = { x: floats([1]), y: floats([2]) };
    expect(await checked.grpc.failure(PREDICT, predictBytes({ modelSpec: specOf('odd'), inputs }))).toEqual({ code: INTERNAL, details });
    expect(await checked.post('/v1/models/m:predict', '{"signature_name": "odd", "inputs": {"x": [1.0], "y": [2.0]}}')).toMatchObject({ status: 500, body: `{\n    "error": ${JSON.stringify(details)}\n}` });
    const answer = predictResponse(await checked.grpc.unary(PREDICT, predictBytes({ modelSpec: specOf('sum'), inputs }))).outputs['outputs'];
    expect(answer).toMatchObject({ dtype: 1, floatVal: [] });
    expect(Buffer.from(answer?.tensorContent ?? []).readFloatLE()).toBe(3);
    expect((await checked.post('/v1/models/m:predict', '{"signature_name": "sum", "inputs": {"x": [1.0], "y": [2.0]}}')).status).toBe(200);
  });
});
