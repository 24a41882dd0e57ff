import { createTensor, type Tensor } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import { bytesOf, type HostFamily, hostInput, hostOp, type HostOp } from '../host-op.ts';
import { isSpace } from '../text/spaces.ts';

/** Strings that are made between pauses. */
const STEP = 256;

type ChangeText = (text: Uint8Array) => Uint8Array;

function* changed(input: Tensor | undefined, change: ChangeText): Generator<undefined, readonly Tensor[]> {
  const texts: Uint8Array[] = [];
  for (const text of bytesOf(input)) {
    texts.push(change(text));
    if (texts.length % STEP === 0) yield undefined;
  }
  return [createTensor('BYTES', input?.shape ?? [], texts)];
}

/** Letters of ASCII, or with `utf-8` all that there are. */
function inCase([from, to, by]: readonly [from: number, to: number, by: number], whole: (text: string) => string): HostOp {
  const letters: ChangeText = (text) => text.map((byte) => (byte >= from && byte <= to ? byte + by : byte));
  // As TensorFlow, for which a string of characters ends at a zero.
  const all: ChangeText = (text) => Uint8Array.from(Buffer.from(whole(Buffer.from(text.subarray(0, text.includes(0) ? text.indexOf(0) : text.length)).toString('utf8'))));
  return hostOp<{ readonly isUnicode: boolean }>({
    plan: (call) => {
      const { shape } = hostInput(call, 0);
      return { attributes: { isUnicode: call.attributes.text('encoding').toLowerCase() === 'utf-8' }, outputs: [{ dtype: 'BYTES', shape }], keepsRows: true };
    },
    prepare: ({ isUnicode }) => ([input]) => changed(input, isUnicode ? all : letters),
  });
}

const stripped = hostOp<Record<string, never>>({
  plan: (call) => ({ attributes: {}, outputs: [{ dtype: 'BYTES', shape: hostInput(call, 0).shape }], keepsRows: true }),
  prepare: () => ([input]) =>
    changed(input, (text) => {
      let [start, end] = [0, text.length];
      while (start < end && isSpace(text[start])) start++;
      while (end > start && isSpace(text[end - 1])) end--;
      return text.subarray(start, end);
    }),
});

const joined = hostOp<{ readonly separator: string }>({
  plan: (call) => {
    const shape = call.inputs.find((input) => input.shape?.length !== 0)?.shape ?? hostInput(call, 0).shape;
    return { attributes: { separator: call.attributes.text('separator') }, outputs: [{ dtype: 'BYTES', shape }], keepsRows: true };
  },
  prepare: ({ separator }) => {
    const between = new TextEncoder().encode(separator);
    return (inputs) => joinedTexts(inputs, between);
  },
});

/** Scalars go with each string of the others. */
function* joinedTexts(inputs: readonly Tensor[], between: Uint8Array): Generator<undefined, readonly Tensor[]> {
  const shape = inputs.find((input) => input.shape.length > 0)?.shape ?? [];
  const other = inputs.find((input) => input.shape.length > 0 && String(input.shape) !== String(shape));
  if (other !== undefined) throw new RefusedRun('INVALID_ARGUMENT', `Input shapes do not match: [${shape}] vs. [${other.shape}]`);
  const count = shape.reduce((product, size) => product * size, 1);
  const columns = inputs.map((input) => ({ texts: bytesOf(input), isScalar: input.shape.length === 0 }));
  const texts: Uint8Array[] = [];
  for (let at = 0; at < count; at++) {
    const parts = columns.flatMap(({ texts: each, isScalar }, place) => [...(place === 0 ? [] : [between]), each[isScalar ? 0 : at] as Uint8Array]);
    texts.push(Uint8Array.from(Buffer.concat(parts)));
    if (texts.length % STEP === 0) yield undefined;
  }
  return [createTensor('BYTES', shape, texts)];
}

/** Strings made of strings. */
export const TEXTS: HostFamily = {
  title: 'Texts',
  ops: {
    StringJoin: joined,
    StringLower: inCase([0x41, 0x5a, 0x20], (text) => text.toLowerCase()),
    StringStrip: stripped,
    StringUpper: inCase([0x61, 0x7a, -0x20], (text) => text.toUpperCase()),
  },
};
