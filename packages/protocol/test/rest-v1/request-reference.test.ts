import { type DType, ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import { dtypeOfNumber } from '../../src/data-type.ts';
import { parsePredictBody, resolvePredictBody } from '../../src/rest-v1/request.ts';
import { bytesOf, plain, readFixture, signatureOf } from './rest-fixture.ts';

interface ReferenceCase {
  readonly x: number;
  readonly y?: number;
  readonly body?: string;
  readonly body_hex?: string;
  readonly status?: string;
  readonly error?: string;
  readonly style?: string;
  readonly inputs?: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly string[] }>>;
}

const { cases } = readFixture('rest_requests.json') as { readonly cases: readonly ReferenceCase[] };

it('reads requests as the reference does, and refuses them in its words', () => {
  expect(cases.length).toBe(1000);
  const wrong = cases.map((each) => ({ case: each, ours: answerOf(each), theirs: expectedOf(each) })).filter(isDifferent);
  expect(wrong).toEqual([]);
});

const isDifferent = ({ ours, theirs }: { ours: string; theirs: string }): boolean => ours !== theirs;

const dtype = (number: number): DType => dtypeOfNumber(number) ?? expect.fail(`no dtype ${number}`);

function answerOf({ x, y, body, body_hex }: ReferenceCase): string {
  const bytes = body_hex === undefined ? bytesOf(body ?? '') : Buffer.from(body_hex, 'hex');
  const signature = signatureOf({ x: dtype(x), ...(y === undefined ? {} : { y: dtype(y) }) });
  try {
    const { style, inputs } = resolvePredictBody(parsePredictBody(bytes, { compat: 'strict' }), signature, { compat: 'strict' });
    return JSON.stringify({ style, inputs: plain(inputs) }, (_key, value: unknown) => printed(value));
  } catch (error) {
    if (ServingError.is(error)) return `${error.status}: ${error.message}`;
    throw error;
  }
}

/** The reference's values as our arrays hold them. */
function expectedOf({ x, y, status, error, style, inputs = {} }: ReferenceCase): string {
  if (error !== undefined) return `${status ?? ''}: ${error}`;
  const dtypes: Readonly<Record<string, DType>> = { x: dtype(x), y: dtype(y ?? x) };
  const tensors = Object.entries(inputs).map(([name, { shape, values }]) => {
    const to = dtypes[name] ?? 'FP32';
    return [name, { dtype: to, shape, values: values.map((value) => valueOf(to, value)) }];
  });
  return JSON.stringify({ style, inputs: Object.fromEntries(tensors) as unknown }, (_key, value: unknown) => printed(value));
}

function valueOf(to: DType, text: string): unknown {
  const number = Number(text.replace(/^(-?)inf$/, '$1Infinity').replace(/^-?nan$/, 'NaN'));
  switch (to) {
    case 'BYTES':
      return text;
    case 'BOOL':
      return text === 'true' ? 1 : 0;
    case 'INT64':
    case 'UINT64':
      return BigInt(text);
    case 'INT8':
      return (number << 24) >> 24;
    case 'UINT8':
      return number & 0xff;
    case 'INT16':
      return (number << 16) >> 16;
    default:
      return to === 'FP32' ? Math.fround(number) : number;
  }
}

/** JSON has no NaN, no -0 and no bigint. */
function printed(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? (Object.is(value, -0) ? '-0' : String(value)) : value;
}
