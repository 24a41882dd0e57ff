import type { Tensor } from '@servable/core';
import { exampleError } from './errors.ts';

/** The examples of one request, each as the bytes of a serialized `tensorflow.Example`. */
export interface ExampleList {
  /** Views of the request, where it came serialized. */
  readonly examples: readonly Uint8Array[];
  /** What all examples have in common. Where a key is in both, the example's own feature counts. */
  readonly context: Uint8Array | undefined;
}

/** More than any request of use has; a million empty examples take two megabytes to send and a hundred to hold. */
export const MAX_EXAMPLES: number = 2 ** 20;

/**
 * Each example with the context in front: two messages one after the other are, to protobuf, one that is merged.
 *
 * @throws ServingError `SRV_EXAMPLE_EMPTY`
 */
export function serializedExamples({ examples, context }: ExampleList): readonly Uint8Array[] {
  if (examples.length === 0) throw exampleError('SRV_EXAMPLE_EMPTY', []);
  if (context === undefined || context.length === 0) return examples;
  return examples.map((example) => joined(context, example));
}

/** The vector of strings that a graph parses itself. */
export function serializedTensor(examples: readonly Uint8Array[]): Tensor {
  return { dtype: 'BYTES', shape: [examples.length], data: examples };
}

function joined(context: Uint8Array, example: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(context.length + example.length);
  bytes.set(context);
  bytes.set(example, context.length);
  return bytes;
}
