import { halfBits } from '../storage/half.ts';
import type { NumericDType } from '../storage/shared-arrays.ts';

const RANGES: Readonly<Partial<Record<NumericDType, readonly [min: number, max: number]>>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32768, 32767],
  UINT16: [0, 65535],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  UINT32: [0, 2 ** 32 - 1],
};

const INTEGER = /^[+-]?\d{1,20}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NON_FINITE = new Map([['nan', Number.NaN], ['inf', Infinity], ['+inf', Infinity], ['-inf', -Infinity], ['infinity', Infinity], ['-infinity', -Infinity]]);

/** Whether a text can be read as an integer, without leading zeros, which would be lost. */
export function looksLikeInteger(text: string): boolean {
  return /^-?(?:0|[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

export function looksLikeNumber(text: string): boolean {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) || NON_FINITE.has(trimmed.toLowerCase());
}

export function looksLikeBoolean(text: string): boolean {
  return /^(?:true|false)$/i.test(text);
}

/** A cell as the element of a dtype; `undefined` when it is none. Floats are rounded, integers never. */
export function toElement(dtype: NumericDType, value: unknown): number | bigint | undefined {
  if (dtype === 'INT64' || dtype === 'UINT64') return toBig(dtype, value);
  if (dtype === 'BOOL') return toBool(value);
  const number = toNumber(value);
  if (number === undefined) return undefined;
  if (dtype === 'FP32') return Math.fround(number);
  if (dtype === 'FP64') return number;
  if (dtype === 'FP16') return halfBits(number);
  const [min, max] = RANGES[dtype] ?? [0, 0];
  return Number.isInteger(number) && number >= min && number <= max ? number : undefined;
}

export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return NUMBER.test(text) ? Number(text) : NON_FINITE.get(text.toLowerCase());
}

function toBig(dtype: 'INT64' | 'UINT64', value: unknown): bigint | undefined {
  const big = toBigInt(value);
  if (big === undefined) return undefined;
  return (dtype === 'INT64' ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big)) === big ? big : undefined;
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return INTEGER.test(text) ? BigInt(text.startsWith('+') ? text.slice(1) : text) : undefined;
}

function toBool(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (value === 0 || value === 1) return value;
  if (typeof value !== 'string') return undefined;
  const at = ['false', '0', 'true', '1'].indexOf(value.trim().toLowerCase());
  return at < 0 ? undefined : Number(at > 1);
}

const encoder = new TextEncoder();

/** A cell as bytes; `undefined` when it is neither text nor bytes. Numbers and booleans are written out. */
export function toBytes(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return encoder.encode(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return encoder.encode(String(value));
  return undefined;
}

/** A cell as an error quotes it. */
export function quoted(value: unknown): string {
  const text = value instanceof Uint8Array ? keyText(value) : JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return text === undefined ? String(value) : shortened(text);
}

/** A key as errors show it: text where it is text. */
export function keyText(key: Uint8Array | bigint): string {
  if (typeof key === 'bigint') return String(key);
  try {
    return shortened(`'${new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(key))}'`);
  } catch {
    return shortened(`0x${Buffer.from(key).toString('hex')}`);
  }
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
