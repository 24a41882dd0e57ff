import { defineServable, textTensor } from '@servable/functions';

const NAMES = ['null', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun'];

export default defineServable({
  inputs: { digit: { dtype: 'INT64', shape: ['digits'] } },
  outputs: { name: { dtype: 'BYTES', shape: ['digits'] } },
  batching: 'rows',
  run: ({ digit }) => ({ name: textTensor(Array.from(digit.data, (each) => NAMES[Number(each)] ?? '')) }),
});
