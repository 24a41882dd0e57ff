/** grpcurl knows nothing of our messages: all it says comes by reflection. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runCommand } from '../scripts/run-command.mjs';

const TIMEOUT_MS = 30_000;
const expected = JSON.parse(readFileSync(new URL('../examples/quickstart/expected.json', import.meta.url), 'utf8'));

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkWithGrpcurl(grpcurl, server) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const ask = async (flags, words) => {
    const args = ['-plaintext', ...flags, server.grpcAddress, ...words];
    const { exitCode, output } = await runCommand(grpcurl, args, { timeoutMs: TIMEOUT_MS });
    return { exitCode, output };
  };
  for (const [title, check] of Object.entries(CHECKS)) {
    try {
      await check(ask);
      counts.passed += 1;
    } catch (error) {
      counts.failed += 1;
      console.log(`FAILED   grpcurl ${title}: ${error.message}`);
    }
  }
  return counts;
}

const CHECKS = {
  'lists the services': async (ask) => {
    const { output } = await ask([], ['list']);
    for (const service of ['tensorflow.serving.PredictionService', 'tensorflow.serving.ModelService', 'grpc.health.v1.Health']) {
      assert.ok(output.split('\n').includes(service), output);
    }
  },
  'lists the methods of a service': async (ask) => {
    const { output } = await ask([], ['list', 'tensorflow.serving.PredictionService']);
    for (const method of ['Predict', 'Classify', 'Regress', 'MultiInference', 'GetModelMetadata']) assert.match(output, new RegExp(`^tensorflow.serving.PredictionService.${method}$`, 'm'));
  },
  'describes a method': async (ask) => {
    const { output } = await ask([], ['describe', 'tensorflow.serving.PredictionService.Predict']);
    assert.match(output, /rpc Predict \( \.tensorflow\.serving\.PredictRequest \) returns \( \.tensorflow\.serving\.PredictResponse \);/);
  },
  'describes a message of another file': async (ask) => {
    const { output } = await ask([], ['describe', 'tensorflow.TensorProto']);
    assert.match(output, /bytes tensor_content = 4;/);
  },
  'asks for the status': async (ask) => {
    const { output } = await ask(['-d', '{"model_spec": {"name": "digits"}}'], ['tensorflow.serving.ModelService/GetModelStatus']);
    const [version] = JSON.parse(output).model_version_status ?? JSON.parse(output).modelVersionStatus;
    assert.equal(version.version, '1');
    assert.equal(version.state, 'AVAILABLE');
  },
  'asks for metadata, an Any of a reflected message': async (ask) => {
    const request = '{"model_spec": {"name": "digits"}, "metadata_field": ["signature_def"]}';
    const { output } = await ask(['-d', request], ['tensorflow.serving.PredictionService/GetModelMetadata']);
    const { signatureDef } = JSON.parse(output).metadata.signature_def;
    assert.deepEqual(Object.keys(signatureDef.serving_default.inputs), ['pixels']);
  },
  predicts: async (ask) => {
    const [{ pixels, label }] = expected.samples;
    const request = JSON.stringify({
      model_spec: { name: 'digits' },
      inputs: { pixels: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: 1 }, { size: 64 }] }, float_val: pixels } },
      output_filter: ['label'],
    });
    const { output } = await ask(['-d', request], ['tensorflow.serving.PredictionService/Predict']);
    const answer = JSON.parse(output).outputs.label;
    assert.deepEqual(answer.int64Val ?? [Buffer.from(answer.tensorContent, 'base64').readBigInt64LE().toString()], [String(label)]);
  },
  'sends an example': async (ask) => {
    const input = { example_list: { examples: [{ features: { feature: { pixels: { float_list: { value: [0.5] } } } } }] } };
    const request = JSON.stringify({ model_spec: { name: 'digits' }, input });
    const { exitCode, output } = await ask(['-d', request], ['tensorflow.serving.PredictionService/Classify']);
    assert.notEqual(exitCode, 0);
    assert.match(output, /Message: (?:Expected classification signature outputs to contain|No classification inputs found)/);
  },
  'gets the status and text of an error': async (ask) => {
    const { exitCode, output } = await ask(['-d', '{"model_spec": {"name": "nope"}}'], ['tensorflow.serving.PredictionService/Predict']);
    assert.notEqual(exitCode, 0);
    assert.match(output, /Code: NotFound/);
    assert.match(output, /Message: Servable not found for request: Latest\(nope\)/);
  },
  'asks for the health': async (ask) => {
    const { output } = await ask(['-d', '{"service": "PredictionService"}'], ['grpc.health.v1.Health/Check']);
    assert.match(JSON.parse(output).status, /SERVING/);
  },
};
