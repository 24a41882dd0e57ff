import { ends } from '../proof-end.ts';
import type { NodeCall } from '../node-call.ts';
import type { RuleFamily, Rule } from '../rule.ts';

function never(names: string, reason: string, isFinal: boolean = false): Record<string, Rule> {
  const rule = (call: NodeCall): never => {
    call.allData();
    throw ends(reason, isFinal);
  };
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

/** Operators that could be called missing, but for which the reason can be said better. */
export const neverApart: RuleFamily = {
  title: 'Operators that end the proof',
  domain: 'ai.onnx',
  holds: 'never: answers are random, sizes depend on what rows hold, places are counted through the whole batch, or values are no tensors',
  rules: {
    ...never('Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike', 'its answers are random', true),
    ...never('NonZero Unique', 'how much it finds depends on what all rows hold'),
    ...never('NonMaxSuppression', 'how many boxes it keeps depends on what all rows hold'),
    ...never('MaxRoiPool RoiAlign', 'its boxes name the images of a batch by number'),
    ...never('MaxUnpool', 'its places are counted through the whole batch'),
    ...never('NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss', 'a loss is of the whole batch'),
    ...never(
      'ConcatFromSequence SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap SplitToSequence',
      'it makes or takes a sequence, which is not followed',
      true,
    ),
    ...never('Optional OptionalGetElement OptionalHasElement', 'it makes or takes an optional value, which is not followed', true),
  },
  neverFails: ['NonZero', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'SequenceConstruct', 'Unique'],
};
