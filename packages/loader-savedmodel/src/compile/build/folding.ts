import type { GraphToWrite } from '@servable/onnx-graph';
import { shapeOf, type Value } from '../ir/value.ts';
import { expand } from './filling.ts';
import { like } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inPlace } from './order.ts';
import { shapeList } from './shape-lists.ts';
import { slice, TO_END } from './slicing.ts';

/** How the places of the first axis are joined, one after the other. */
export interface Fold {
  /** ONNX's operator of two inputs. */
  readonly operator: string;
  /** What changes nothing. */
  readonly nothing: number;
}

/** Joins all that lies along the first axis by a loop inside of the graph: slow, but in the numbers' own type. */
export function foldFirst(b: GraphBuilder, value: Value, { operator, nothing }: Fold): Value {
  const x = inPlace(b, value);
  const { dtype } = x;
  const shape = shapeOf(x).slice(1);
  const rest = slice(b, shapeList(b, x), [{ axis: 0, start: 1, end: TO_END }]);
  const start = expand(b, like(b, x, nothing), rest);
  const about = { dtype, shape: undefined };
  const body: GraphToWrite = {
    name: 'fold',
    nodes: [{ name: 'join', operator, domain: '', inputs: ['joined', 'next'], outputs: ['result'], attributes: {} }],
    initializers: new Map(),
    inputs: [{ name: 'joined', ...about }, { name: 'next', ...about }],
    outputs: [{ name: 'result', ...about }],
  };
  return b.one('Scan', [start, x], { dtype, shape }, { body: { graph: body }, num_scan_inputs: 1 });
}
