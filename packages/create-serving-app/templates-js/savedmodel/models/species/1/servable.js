import { defineServable, model, tensor, textTensor } from '@servable/functions';

const SPECIES = ['setosa', 'versicolor', 'virginica'];

/** Names the species of irises, from four lengths in centimetres each: sepal length and width, petal length and width. */
export default defineServable({
  uses: { iris: model('iris', { inputs: { features: 'FP32' }, outputs: { label: 'INT64', probabilities: 'FP32' } }) },
  inputs: { features: { dtype: 'FP32', shape: ['n', 4] } },
  outputs: { species: { dtype: 'BYTES', shape: ['n'] }, probability: { dtype: 'FP32', shape: ['n'] } },
  batching: 'rows',
  async run({ features }, { models }) {
    const { label, probabilities } = await models.iris({ features });
    const labels = Array.from(label.data, Number);
    const best = labels.map((each, row) => probabilities.data[row * SPECIES.length + each] ?? 0);
    return { species: textTensor(labels.map((each) => SPECIES[each] ?? 'unknown')), probability: tensor('FP32', Float32Array.from(best)) };
  },
});
