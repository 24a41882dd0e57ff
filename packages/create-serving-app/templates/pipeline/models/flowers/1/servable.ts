import { defineSignatures, model, part, tensor } from '@servable/functions';

const inches = { dtype: 'FP32', shape: ['n', 4] } as const;
const CENTIMETRES = 2.54;

/** From lengths in inches to the name of a flower: scales, asks a classifier of its own, looks the name up in a table. */
export default defineSignatures({
  uses: {
    // Belongs to this version: it is loaded, swapped and unloaded with it.
    classifier: part('./classifier', { platform: 'onnx', inputs: { features: 'FP32' }, outputs: { label: 'INT64' } }),
    // Another model of this server: it gets new versions when the table changes.
    species: model('species', { inputs: { keys: 'INT64' }, outputs: { name: 'BYTES', colour: 'BYTES', found: 'BOOL' } }),
  },
  signatures: (signature) => ({
    serving_default: signature({
      inputs: { inches },
      outputs: { name: 'BYTES', colour: 'BYTES' },
      batching: 'rows',
      async run({ inches: lengths }, { models }) {
        const { label } = await models.classifier({ features: inCentimetres(lengths.data) });
        const { name, colour } = await models.species({ keys: label });
        return { name, colour };
      },
    }),
    one_by_one: signature({
      inputs: { inches },
      outputs: { name: 'BYTES' },
      async *stream({ inches: lengths }, { models }) {
        for (let at = 0; at < lengths.data.length; at += 4) {
          const { label } = await models.classifier({ features: inCentimetres(lengths.data.subarray(at, at + 4)) });
          const { name } = await models.species({ keys: label });
          yield { name };
        }
      },
    }),
  }),
});

function inCentimetres(lengths: Float32Array) {
  return tensor('FP32', lengths.map((each) => each * CENTIMETRES), [lengths.length / 4, 4]);
}
