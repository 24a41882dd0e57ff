import { defineServable, defineSignatures, model, part, tensor, textsOf, textTensor } from '../src/index.ts';

export const pipeline = defineServable({
  uses: {
    users: model('users', { signature: 'lookup', inputs: { key: 'INT64' }, outputs: { age: 'FP32', found: 'BOOL' } }),
    encoder: part('./encoder', { inputs: { text: { dtype: 'BYTES', shape: [-1] } }, outputs: { vector: 'FP32' } }),
    open: model('open'),
  },
  inputs: { user: { dtype: 'INT64', shape: [-1] }, query: 'BYTES' },
  outputs: { score: 'FP32', names: 'BYTES' },
  load: async ({ directory }) => ({ words: new Set([directory]) }),
  async run({ user, query }, { models, state }) {
    const { age, found } = await models.users({ key: user });
    const { vector } = await models.encoder({ text: query });
    const anything = await models.open({ whatever: age });
    const flags: Uint8Array = found.data;
    const ids: BigInt64Array = user.data;
    const words: ReadonlySet<string> = state.words;
    // @ts-expect-error: ages are floats
    const wrong: BigInt64Array = age.data;
    // @ts-expect-error: the table takes keys of INT64
    await models.users({ key: vector });
    // @ts-expect-error: nothing of that name is used
    await models.nobody({});
    textsOf(query);
    return { score: tensor('FP32', age.data.map((value) => value + ids.length + flags.length + words.size + Object.keys({ ...anything, wrong }).length)), names: textTensor(['a']) };
  },
});

export const missing = defineServable({
  inputs: { x: 'FP32' },
  outputs: { y: 'FP32', z: 'INT32' },
  // @ts-expect-error: z is missing
  run: ({ x }) => ({ y: x }),
});

export const many = defineSignatures({
  uses: { other: model('other', { inputs: { a: 'FP64' }, outputs: { b: 'FP64' } }) },
  signatures: (signature) => ({
    one: signature({ inputs: { x: 'FP64' }, outputs: { b: 'FP64' }, run: ({ x }, { models }) => models.other({ a: x }) }),
    // @ts-expect-error: b is FP64
    two: signature({ inputs: { x: 'FP32' }, outputs: { b: 'FP32' }, run: ({ x }, { models }) => models.other({ a: tensor('FP64', Float64Array.from(x.data)) }) }),
  }),
});

// @ts-expect-error: a Float32Array holds no INT64
tensor('INT64', new Float32Array(1));
