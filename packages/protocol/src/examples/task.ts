import { messageOf, METHOD_NAMES, type NamedTensors, type Signature, type Tensor } from '@servable/core';
import { exampleError } from './errors.ts';
import { type ExampleList, serializedExamples, serializedTensor } from './example-list.ts';
import { readFeatures, type RawFeature } from './example-reader.ts';
import { finish, finishInSlices, type SliceOptions, type Steps } from '../slices.ts';
import { featureTensorSteps } from './feature-tensor.ts';
import { signatureText } from './signature-text.ts';

/** What examples are sent for. */
export type ExampleTask = 'classify' | 'regress';

/** How examples become inputs, and outputs an answer. */
export interface ExampleOptions {
  /** `strict`: only as TensorFlow Serving does, which feeds serialized examples to an input `inputs`. Default `default`. */
  readonly compat?: 'default' | 'strict';
  /** Whether the signature's method name must be the task's. Default false, as TensorFlow Serving's. */
  readonly checkMethodName?: boolean;
}

const INPUTS = 'inputs';
const CLASSES = 'classes';
const SCORES = 'scores';
const OUTPUTS = 'outputs';
/** Examples that are read between two chances to pause; about 0.5 ms. */
const STEP_EXAMPLES = 512;

/** @throws ServingError `SRV_EXAMPLE_SIGNATURE_NOT_FOUND` */
export function selectTaskSignature(signatures: ReadonlyMap<string, Signature>, name: string): Signature {
  const signature = signatures.get(name);
  if (signature === undefined) throw exampleError('SRV_EXAMPLE_SIGNATURE_NOT_FOUND', [name]);
  return signature;
}

/**
 * Checks that a signature can do the task, and says which of its outputs are wanted.
 *
 * @throws ServingError `SRV_EXAMPLE_METHOD_NAME`, `SRV_EXAMPLE_ONE_INPUT`, `SRV_EXAMPLE_NO_INPUTS`, `SRV_EXAMPLE_OUTPUT_COUNT`,
 * `SRV_EXAMPLE_NO_CLASS_OUTPUTS`, `SRV_EXAMPLE_ONE_OUTPUT`, `SRV_EXAMPLE_NO_REGRESSION_OUTPUTS`
 *
 * Source: TF Serving, `PreProcessClassification` and `PreProcessRegression` in `servables/tensorflow/`.
 */
export function taskOutputs(task: ExampleTask, signature: Signature, options: ExampleOptions = {}): readonly string[] {
  const { inputs, outputs, methodName } = signature;
  const isStrict = options.compat === 'strict';
  if (options.checkMethodName === true && methodName !== METHOD_NAMES[task]) {
    throw exampleError('SRV_EXAMPLE_METHOD_NAME', [task, METHOD_NAMES[task], methodName]);
  }
  if (isStrict && inputs.size !== 1) throw exampleError('SRV_EXAMPLE_ONE_INPUT', []);
  checkOutputCount(task, outputs.size);
  if (isStrict && !inputs.has(INPUTS)) throw exampleError('SRV_EXAMPLE_NO_INPUTS', [task, signatureText(signature)]);
  const wanted = (task === 'classify' ? [CLASSES, SCORES] : [OUTPUTS]).filter((output) => outputs.has(output));
  if (wanted.length > 0) return wanted;
  const code = task === 'classify' ? 'SRV_EXAMPLE_NO_CLASS_OUTPUTS' : 'SRV_EXAMPLE_NO_REGRESSION_OUTPUTS';
  throw exampleError(code, [signatureText(signature)]);
}

function checkOutputCount(task: ExampleTask, count: number): void {
  if (task === 'regress' && count !== 1) throw exampleError('SRV_EXAMPLE_ONE_OUTPUT', []);
  if (task === 'classify' && count !== 1 && count !== 2) throw exampleError('SRV_EXAMPLE_OUTPUT_COUNT', [count]);
}

/**
 * Makes a signature's inputs of examples. A graph that parses examples itself gets them serialized: its only input holds
 * strings, and is called `inputs` or `examples` or belongs to a signature for classification or regression. Other
 * signatures get each input from the feature of the same name; features that no input has are left.
 *
 * @throws ServingError `SRV_EXAMPLE_EMPTY`, `SRV_EXAMPLE_UNREADABLE`, and those of `featureTensorSteps`
 */
export function exampleInputs(list: ExampleList, signature: Signature, options: ExampleOptions = {}): NamedTensors {
  return finish(inputSteps(list, signature, options));
}

/** {@link exampleInputs} for many examples: pauses between slices, so that others get their turn. */
export function exampleInputsInSlices(list: ExampleList, signature: Signature, options: ExampleOptions & SliceOptions): Promise<NamedTensors> {
  return finishInSlices(inputSteps(list, signature, options), () => options.pause());
}

function* inputSteps(list: ExampleList, signature: Signature, { compat }: ExampleOptions): Steps<NamedTensors> {
  const examples = serializedExamples(list);
  const [alias = INPUTS] = signature.inputs.keys();
  if (compat === 'strict' || parsesExamples(signature)) return new Map([[alias, serializedTensor(examples)]]);
  const names = Array.from(signature.inputs.keys(), (name) => new TextEncoder().encode(name));
  const columns = names.map((): (RawFeature | undefined)[] => []);
  for (const [row, example] of examples.entries()) {
    const features = readRow(example, names, row);
    for (const [at, column] of columns.entries()) column.push(presentFeature(features[at]));
    if (row % STEP_EXAMPLES === STEP_EXAMPLES - 1) yield;
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, spec] of signature.inputs) {
    const column = columns[tensors.size] ?? [];
    tensors.set(name, yield* featureTensorSteps({ name, spec, fallback: signature.defaults.get(name) }, column));
  }
  return tensors;
}

function parsesExamples({ inputs, methodName }: Signature): boolean {
  const [[alias, spec] = []] = inputs;
  if (inputs.size !== 1 || alias === undefined || spec?.dtype !== 'BYTES') return false;
  return alias === INPUTS || alias === 'examples' || methodName === METHOD_NAMES.classify || methodName === METHOD_NAMES.regress;
}

function readRow(example: Uint8Array, names: readonly Uint8Array[], index: number): readonly (RawFeature | undefined)[] {
  try {
    return readFeatures(example, names);
  } catch (error) {
    throw exampleError('SRV_EXAMPLE_UNREADABLE', [index, messageOf(error)], { cause: error });
  }
}

/** A feature without a kind is one that is missing. */
function presentFeature(feature: RawFeature | undefined): RawFeature | undefined {
  return feature === undefined || feature.kind === 'none' ? undefined : feature;
}
