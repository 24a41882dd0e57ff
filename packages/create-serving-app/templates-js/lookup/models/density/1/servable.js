import { defineServable, model, tensor } from '@servable/functions';

/** Inhabitants for each square kilometre of countries, by their codes; 0 for those that the table does not have. */
export default defineServable({
  uses: { countries: model('countries', { inputs: { keys: 'BYTES' }, outputs: { name: 'BYTES', population: 'FP32', area: 'FP32', found: 'BOOL' } }) },
  inputs: { code: { dtype: 'BYTES', shape: ['n'] } },
  outputs: { name: { dtype: 'BYTES', shape: ['n'] }, density: { dtype: 'FP32', shape: ['n'] } },
  batching: 'rows',
  async run({ code }, { models }) {
    const { name, population, area, found } = await models.countries({ keys: code });
    const density = population.data.map((millions, row) => (found.data[row] === 1 ? (millions * 1000) / (area.data[row] ?? 1) : 0));
    return { name, density: tensor('FP32', density) };
  },
});
