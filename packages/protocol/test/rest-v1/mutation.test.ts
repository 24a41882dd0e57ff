import { type DType, elementCount, ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import { restErrorOf } from '../../src/rest-v1/error.ts';
import { parsePredictBody, resolvePredictBody } from '../../src/rest-v1/request.ts';
import { encodePredict } from '../../src/rest-v1/response.ts';
import { routeOf } from '../../src/rest-v1/route.ts';
import { bytesOf, seededRandom, signatureOf } from './rest-fixture.ts';

const DTYPES: readonly DType[] = ['FP32', 'FP64', 'INT8', 'INT64', 'UINT64', 'BOOL', 'BYTES', 'FP16', 'COMPLEX64'];
const BODIES = [
  '{"instances": [[1.5, -2e3, 0.125], [NaN, Infinity, 12345678901234567890]]}',
  '{"signature_name": "s", "inputs": {"x": [[1, 2], [3, 4]], "y": ["a", {"b64": "YWJj"}]}}',
  '{"instances": [{"x": 1, "y": "\\u00e9\\ud83d\\ude00"}, {"x": 2, "y": {"b64": "AA=="}}]}',
  '{"inputs": [true, false, null, "x", {"b64": "////"}, [[[[]]]]]}',
].map(bytesOf);
const PIECES = [...bytesOf('[]{},:"\\0123456789-+.eENInfatrue \n'), 0, 0x80, 0xff];

it('answers 100,000 damaged bodies with tensors or a ServingError', () => {
  const random = seededRandom(20260801);
  const below = (limit: number): number => Math.floor(random() * limit);
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < 100_000; round += 1) {
    const body = damage(BODIES[round % BODIES.length] ?? new Uint8Array(0), below);
    const dtype = DTYPES[below(DTYPES.length)] ?? 'FP32';
    const signature = signatureOf(random() < 0.5 ? { x: dtype } : { x: dtype, y: 'BYTES' });
    const compat = random() < 0.5 ? 'strict' : 'default';
    try {
      const { inputs, style } = resolvePredictBody(parsePredictBody(body, { compat }), signature, { compat });
      for (const { shape, data } of inputs.values()) expect(data.length).toBe(elementCount(shape));
      encodePredict(inputs, style, { compat });
      counts.read += 1;
    } catch (error) {
      if (!ServingError.is(error)) throw new Error(`on ${JSON.stringify(Buffer.from(body).toString('latin1'))}`, { cause: error });
      expect(restErrorOf(error, { compat }).status).toBeGreaterThanOrEqual(400);
      counts.refused += 1;
    }
  }
  expect(counts.read).toBeGreaterThan(1_000);
  expect(counts.refused).toBeGreaterThan(10_000);
}, 60_000);

function damage(body: Uint8Array, below: (limit: number) => number): Uint8Array {
  const bytes = [...body];
  for (let left = below(5); left >= 0; left -= 1) {
    const at = below(bytes.length + 1);
    const piece = PIECES[below(PIECES.length)] ?? 0;
    switch (below(5)) {
      case 0:
        bytes.splice(at, below(4));
        break;
      case 1:
        bytes.splice(at, 0, ...Array.from({ length: 1 + below(80) }, () => piece));
        break;
      case 2:
        bytes.splice(at, 0, ...bytes.slice(below(bytes.length), below(bytes.length)));
        break;
      case 3:
        bytes.length = at;
        break;
      default:
        bytes[at] = piece;
    }
  }
  return Uint8Array.from(bytes);
}

it('routes any target without a throw', () => {
  const random = seededRandom(7);
  const parts = ['/v1', '/models', '/m', '/versions/', '/labels/', '9'.repeat(20), ':predict', '/metadata', '%', '%2F', '%ff', '?', '#', '..', '\0', '/', ':', 'é'];
  for (let round = 0; round < 20_000; round += 1) {
    const target = Array.from({ length: 1 + Math.floor(random() * 8) }, () => parts[Math.floor(random() * parts.length)]).join('');
    for (const method of ['GET', 'POST']) expect(routeOf(method, target).kind).toMatch(/\w/);
  }
});
