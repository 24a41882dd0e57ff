import { allocateData, type DType, elementCount } from '@servable/core';
import type { AttributeToWrite, ModelToWrite, StoredTensor, ValueToWrite } from '@servable/onnx-graph';

/** How a node of an operator is made whose elements are of a type. */
interface NodeForm {
  /** Sizes of its inputs; with `of`, those whose elements have another type. */
  readonly inputs: readonly (readonly number[] | { readonly of: DType; readonly shape: readonly number[] } | StoredTensor)[];
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  /** Types of the outputs; by default one of the elements' own. */
  readonly outputs?: readonly (DType | 'own')[];
}

const ROW = [2, 3];
const PICTURE = [1, 4, 6, 6];
const UNARY: NodeForm = { inputs: [ROW] };
const BINARY: NodeForm = { inputs: [ROW, ROW] };
const TEST: NodeForm = { inputs: [ROW, ROW], outputs: ['BOOL'] };
const REDUCTION: NodeForm = { inputs: [ROW, list([1])] };
const PLACE: NodeForm = { inputs: [ROW], outputs: ['INT64'] };
const POOL: NodeForm = { inputs: [PICTURE], attributes: { kernel_shape: [2, 2] } };
const BLOCKS: NodeForm = { inputs: [PICTURE], attributes: { blocksize: 2 } };

/** Operators that are not as {@link UNARY}. */
const FORMS: Readonly<Record<string, NodeForm>> = {
  Add: BINARY, And: BINARY, BitShift: { ...BINARY, attributes: { direction: 'LEFT' } }, BitwiseAnd: BINARY, BitwiseOr: BINARY, Div: BINARY, Max: BINARY, Min: BINARY, Mul: BINARY, Or: BINARY, Pow: BINARY, Sub: BINARY, Xor: BINARY,
  Equal: TEST, Greater: TEST, GreaterOrEqual: TEST, Less: TEST, LessOrEqual: TEST, IsInf: { inputs: [ROW], outputs: ['BOOL'] }, IsNaN: { inputs: [ROW], outputs: ['BOOL'] },
  ReduceL1: REDUCTION, ReduceL2: REDUCTION, ReduceLogSumExp: REDUCTION, ReduceMax: REDUCTION, ReduceMean: REDUCTION, ReduceMin: REDUCTION, ReduceProd: REDUCTION, ReduceSum: REDUCTION, ReduceSumSquare: REDUCTION,
  ArgMax: PLACE, ArgMin: PLACE, NonZero: PLACE,
  AveragePool: POOL, MaxPool: POOL, DepthToSpace: BLOCKS, SpaceToDepth: BLOCKS,
  BatchNormalization: { inputs: [PICTURE, [4], [4], [4], [4]] },
  Clip: { inputs: [ROW, [], []] },
  Compress: { inputs: [ROW, { of: 'BOOL', shape: [2] }], attributes: { axis: 0 } },
  Concat: { ...BINARY, attributes: { axis: 0 } },
  Conv: { inputs: [PICTURE, [4, 4, 2, 2]] },
  ConvTranspose: { inputs: [PICTURE, [4, 4, 2, 2]] },
  CumProd: { inputs: [ROW, scalar(0)] },
  CumSum: { inputs: [ROW, scalar(0)] },
  Det: { inputs: [[3, 3]] },
  Einsum: { inputs: [ROW, [3, 2]], attributes: { equation: 'ab,bc->ac' } },
  Expand: { inputs: [ROW, list([2, 2, 3])] },
  Gather: { inputs: [ROW, { of: 'INT64', shape: [2] }] },
  GatherND: { inputs: [ROW, { of: 'INT64', shape: [2, 1] }] },
  Gemm: { inputs: [ROW, [3, 2]] },
  LRN: { inputs: [PICTURE], attributes: { size: 3 } },
  LayerNormalization: { inputs: [ROW, [3], [3]] },
  MatMul: { inputs: [ROW, [3, 2]] },
  OneHot: { inputs: [{ of: 'INT64', shape: [2] }, scalar(3), [2]] },
  Pad: { inputs: [ROW, list([0, 1, 0, 1])] },
  Range: { inputs: [[], [], []] },
  Reshape: { inputs: [ROW, list([3, 2])] },
  Resize: { inputs: [PICTURE, list([1, 4, 3, 3])] },
  ReverseSequence: { inputs: [[3, 2], { of: 'INT64', shape: [2] }] },
  ScatterElements: { inputs: [ROW, { of: 'INT64', shape: ROW }, ROW] },
  ScatterND: { inputs: [ROW, { of: 'INT64', shape: [1, 1] }, [1, 3]] },
  Shape: PLACE,
  Size: PLACE,
  Slice: { inputs: [ROW, list([0]), list([1])] },
  Split: { inputs: [ROW], attributes: { num_outputs: 2 }, outputs: ['own', 'own'] },
  Squeeze: { inputs: [[1, 3], list([0])] },
  Tile: { inputs: [ROW, list([2, 2])] },
  TopK: { inputs: [ROW, list([1])], outputs: ['own', 'INT64'] },
  Transpose: { inputs: [ROW], attributes: { perm: [1, 0] } },
  Unique: { inputs: [ROW] },
  Unsqueeze: { inputs: [ROW, list([0])] },
  Where: { inputs: [{ of: 'BOOL', shape: ROW }, ROW, ROW] },
};

/** Whose meaning depends on the type. */
function formOf(operator: string, dtype: DType): NodeForm {
  if (operator === 'Mod') return { ...BINARY, attributes: dtype.startsWith('FP') ? { fmod: 1 } : {} };
  // Sizes stand in the fourth place.
  if (operator === 'Resize') return { inputs: [PICTURE, none(), none(), list([1, 4, 3, 3])], attributes: { mode: 'nearest' } };
  return FORMS[operator] ?? UNARY;
}

/** A model of one node, whose elements come in with each run. */
export function oneNodeModel(operator: string, dtype: DType): ModelToWrite {
  const { inputs, attributes = {}, outputs = ['own'] } = formOf(operator, dtype);
  const fed: ValueToWrite[] = [];
  const initializers = new Map<string, StoredTensor>();
  const names = inputs.map((input, at) => {
    const name = `input${at}`;
    if ('read' in input) {
      if (input.shape.length === 1 && input.shape[0] === 0) return '';
      initializers.set(name, input);
    } else if ('of' in input) fed.push({ name, dtype: input.of, shape: input.shape });
    else fed.push({ name, dtype, shape: input });
    return name;
  });
  const made = outputs.map((type, at): ValueToWrite => ({ name: `output${at}`, dtype: type === 'own' ? dtype : type, shape: undefined }));
  const node = { name: operator, operator, domain: '', inputs: names, outputs: made.map(({ name }) => name), attributes };
  return { graph: { name: operator, nodes: [node], initializers, inputs: fed, outputs: made }, opsets: new Map([['', operator === 'CumProd' ? 26 : 21]]), producer: 'test' };
}

function list(numbers: readonly number[]): StoredTensor {
  return { dtype: 'INT64', shape: [numbers.length], read: () => BigInt64Array.from(numbers, BigInt) };
}

function scalar(number: number): StoredTensor {
  return { dtype: 'INT64', shape: [], read: () => BigInt64Array.of(BigInt(number)) };
}

/** An input that is left out. */
function none(): StoredTensor {
  return { dtype: 'FP32', shape: [0], read: () => allocateData('FP32', elementCount([0])) };
}
