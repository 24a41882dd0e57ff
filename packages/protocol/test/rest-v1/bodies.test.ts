import { parseModelName, parseVersion, servableError, type ServableState, type ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import { restErrorOf } from '../../src/rest-v1/error.ts';
import { restError } from '../../src/rest-v1/errors.ts';
import { encodeMetadata } from '../../src/rest-v1/metadata.ts';
import { encodeModelList, encodeStatus } from '../../src/rest-v1/model-status.ts';
import { signatureOf, textOf } from './rest-fixture.ts';

const stateOf = (version: number, state: ServableState['state'], error?: ServingError): ServableState => ({
  id: { name: parseModelName('m'), version: parseVersion(version) },
  state,
  ...(error === undefined ? {} : { error }),
});

it('writes a status as the reference lays it out', () => {
  expect(textOf(encodeStatus([stateOf(123, 'ready')]))).toBe(`{
 "model_version_status": [
  {
   "version": "123",
   "state": "AVAILABLE",
   "status": {
    "error_code": "OK",
    "error_message": ""
   }
  }
 ]
}
`);
});

it('lists the highest version first, with states and errors as the API names them', () => {
  const failed = servableError('SRV_LOAD_FAILED', ['m', '2', 'bad <op>']);
  const states = [stateOf(1, 'draining'), stateOf(2, 'ended', failed), stateOf(10, 'new'), stateOf(3, 'loading'), stateOf(4, 'unloading')];
  const { model_version_status: versions } = JSON.parse(textOf(encodeStatus(states))) as { model_version_status: unknown };
  const ok = { error_code: 'OK', error_message: '' };
  expect(versions).toEqual([
    { version: '10', state: 'START', status: ok },
    { version: '4', state: 'UNLOADING', status: ok },
    { version: '3', state: 'LOADING', status: ok },
    { version: '2', state: 'END', status: { error_code: 'UNKNOWN', error_message: 'Cannot load m/2: bad <op>' } },
    { version: '1', state: 'UNLOADING', status: ok },
  ]);
  // Angle brackets are escaped, as protobuf does.
  expect(textOf(encodeStatus(states))).toContain('bad \\u003cop\\u003e');
});

it('lists models with what their own status says', () => {
  const text = textOf(encodeModelList([{ name: 'a', states: [stateOf(1, 'ready')] }, { name: 'b', states: [] }]));
  expect(text).toBe(`{
 "models": [
  {
   "name": "a",
   "model_version_status": [
    {
     "version": "1",
     "state": "AVAILABLE",
     "status": {
      "error_code": "OK",
      "error_message": ""
     }
    }
   ]
  },
  {
   "name": "b",
   "model_version_status": []
  }
 ]
}
`);
});

it('writes metadata with the line breaks of the reference', () => {
  const x = { dtype: 'FP32', shape: [-1], graphName: 'x:0' } as const;
  const signature = { ...signatureOf({}), inputs: new Map([['x', x]]), outputs: new Map([['y', { dtype: 'BYTES', shape: undefined } as const]]) };
  const text = textOf(encodeMetadata({ name: 'half_plus_two', version: 123n, signatures: new Map([['serving_default', signature]]) }));
  expect(text).toBe(`{
"model_spec":{
 "name": "half_plus_two",
 "version": "123",
 "signature_name": ""
}
,
"metadata": {"signature_def": {
 "signature_def": {
  "serving_default": {
   "inputs": {
    "x": {
     "name": "x:0",
     "dtype": "DT_FLOAT",
     "tensor_shape": {
      "dim": [
       {
        "size": "-1",
        "name": ""
       }
      ],
      "unknown_rank": false
     }
    }
   },
   "outputs": {
    "y": {
     "name": "y",
     "dtype": "DT_STRING",
     "tensor_shape": {
      "dim": [],
      "unknown_rank": true
     }
    }
   },
   "method_name": "tensorflow/serving/predict",
   "defaults": {}
  }
 }
}
}
}
`);
});

it('names a dimension that has a name', () => {
  const signature = { ...signatureOf({}), inputs: new Map([['x', { dtype: 'FP32', shape: ['batch', 3] } as const]]) };
  const text = textOf(encodeMetadata({ name: 'm', version: 1n, signatures: new Map([['s', signature]]) }));
  expect(text.replaceAll(/\s+/g, '')).toContain('"dim":[{"size":"-1","name":"batch"},{"size":"3","name":""}]');
});

it.each<[ServingError | Error, number, string]>([
  [servableError('SRV_MODEL_NOT_FOUND', ['m']), 404, 'Servable not found for request: Latest(m)'],
  [servableError('SRV_MODEL_NOT_AVAILABLE', ['m']), 404, 'Servable not found for request: Latest(m)'],
  [servableError('SRV_VERSION_NOT_FOUND', ['m', '7']), 404, 'Servable not found for request: Specific(m, 7)'],
  [servableError('SRV_LABEL_NOT_FOUND', ['m', 'canary']), 400, 'Unrecognized servable version label: canary'],
  [servableError('SRV_DEADLINE_EXCEEDED', ['m']), 504, 'Timed out waiting for notification'],
  [restError('SRV_REST_V1_SIGNATURE_NOT_FOUND', ['s']), 400, 'Serving signature name: "s" not found in signature def'],
  [restError('SRV_REST_V1_DTYPE_NOT_READABLE', ['1', 'half']), 501, 'Conversion of JSON Value: 1 to type: half'],
  [servableError('SRV_MANAGER_CLOSED', []), 503, 'The server is shutting down'],
  [new DOMException('The operation timed out.', 'TimeoutError'), 504, 'Timed out waiting for notification'],
  [new DOMException('gone', 'AbortError'), 499, 'gone'],
  [new TypeError('oops'), 500, 'Internal error: oops'],
])('answers %s', (error, status, message) => {
  const answer = restErrorOf(error);
  expect(answer.status).toBe(status);
  expect(JSON.parse(textOf(answer.body))).toEqual({ error: message });
});

it('does not cut a long message', () => {
  const text = 'é'.repeat(5_000);
  const { body } = restErrorOf(servableError('SRV_INTERNAL', [text]));
  expect(JSON.parse(textOf(body))).toEqual({ error: `Internal error: ${text}` });
});
