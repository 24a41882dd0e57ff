import { binary, chain } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { transposed } from '../build/order.ts';
import { matrixProduct } from '../build/products.ts';
import { reshapeExactly, unsqueeze } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { rankOf, type Value } from '../ir/value.ts';
import { Uncovered } from '../uncovered.ts';
import { type Labelled, onDiagonals, sumAlong, withDiagonals } from './equation-axes.ts';

/**
 * Any equation of `Einsum`. Tensors are joined from the left, each pair as products of matrices; what nothing asks for is summed first. Sizes may all be
 * unknown, and 0: ONNX Runtime's own `Einsum` ends the process then.
 *
 * @throws Uncovered for an equation that does not say what comes out
 */
export function contraction(b: GraphBuilder, equation: string, inputs: readonly Value[]): Value {
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (right === undefined || terms.length !== inputs.length) throw new Uncovered(`its equation is ${equation}`);
  const operands = inputs.map((value, at): Labelled => withDiagonals(b, { value, labels: labelsOf(terms[at] ?? '', rankOf(value)) }));
  const dots = Math.max(...operands.map(({ labels }) => labels.filter((label) => label.startsWith('.')).length));
  const result = labelsOf(right, right.replace('...', '').length + (right.includes('.') ? dots : 0));
  const named = [...new Set(result)];
  const [first, ...others] = operands;
  if (first === undefined) throw new Uncovered('it has no inputs');
  const joined = others.reduce((known, next, at) => {
    const later = [...result, ...others.slice(at + 1).flatMap(({ labels }) => labels)];
    return join(b, [known, next], new Set(later));
  }, first);
  const { value, labels } = summed(b, joined, new Set(result));
  if (labels.length !== named.length) throw new Uncovered(`its equation is ${equation}`);
  return onDiagonals(b, { value: transposed(b, value, named.map((label) => labels.indexOf(label))), labels: named }, result);
}

/** A term's letters; what `...` stands for is numbered from its end, for it is broadcast so. */
function labelsOf(term: string, rank: number): readonly string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return Array.from(before);
  const count = Math.max(0, rank - before.length - after.length);
  return [...Array.from(before), ...Array.from({ length: count }, (_, at) => `.${count - at}`), ...Array.from(after)];
}

function join(b: GraphBuilder, pair: readonly [Labelled, Labelled], wanted: ReadonlySet<string>): Labelled {
  const [x, y] = pair.map((each, at) => summed(b, each, new Set([...wanted, ...(pair[1 - at]?.labels ?? [])])));
  if (x === undefined || y === undefined) throw new Error('there are not two tensors to join');
  const shared = x.labels.filter((label) => y.labels.includes(label));
  const batch = shared.filter((label) => wanted.has(label));
  const inner = shared.filter((label) => !wanted.has(label));
  const rows = x.labels.filter((label) => !shared.includes(label));
  const columns = y.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { value: binary(b, 'Mul', [spread(b, x, labels), spread(b, y, labels)]), labels };
  const left = grouped(b, x, [batch, rows, inner]);
  const right = grouped(b, y, [batch, inner, columns]);
  const product = matrixProduct(b, left, right);
  // Of what is broadcast the product's own sizes hold, of the rest those of the tensors.
  const sizes = [...batch.map((_, axis) => sizeList(b, product, axis)), ...rows.map((label) => sizeList(b, x.value, x.labels.indexOf(label))), ...columns.map((label) => sizeList(b, y.value, y.labels.indexOf(label)))];
  if (rows.length === 1 && columns.length === 1) return { value: product, labels };
  return { value: reshapeExactly(b, product, sizes.length === 0 ? b.list([]) : joinLists(b, sizes)), labels };
}

/** Without the axes that nothing asks for. */
function summed(b: GraphBuilder, { value, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (wanted.has(label) ? [] : [axis]));
  return { value: sumAlong(b, value, axes), labels: labels.filter((label) => wanted.has(label)) };
}

/** With an axis for each label, of size 1 where the tensor has none. */
function spread(b: GraphBuilder, { value, labels }: Labelled, all: readonly string[]): Value {
  const own = all.filter((label) => labels.includes(label));
  const arranged = transposed(b, value, own.map((label) => labels.indexOf(label)));
  return all.reduce((known, label, axis) => (labels.includes(label) ? known : unsqueeze(b, known, axis)), arranged);
}

/** Axes of the batch, then one for each of the other two groups. */
function grouped(b: GraphBuilder, { value, labels }: Labelled, [batch, first, second]: readonly [readonly string[], readonly string[], readonly string[]]): Value {
  const arranged = transposed(b, value, [...batch, ...first, ...second].map((label) => labels.indexOf(label)));
  if (first.length === 1 && second.length === 1) return arranged;
  const sizeOf = (axis: number): Value => sizeList(b, arranged, axis);
  const joined = (group: readonly string[], from: number): Value => (group.length === 0 ? b.list([1]) : chain(b, 'Mul', group.map((_, at) => sizeOf(from + at))));
  const lists = [...batch.map((_, axis) => sizeOf(axis)), joined(first, batch.length), joined(second, batch.length + first.length)];
  return reshapeExactly(b, arranged, joinLists(b, lists));
}
