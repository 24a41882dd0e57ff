import { type Fusion, instead } from '../fusion.ts';
import { findPattern, made, number, type Pattern, product, value } from '../match.ts';

const x = value('x');
const ROOT_HALF = Math.SQRT1_2;

/** `erf(x / √2)` as it may be written. */
const ERRORS: readonly Pattern[] = [made('Erf', [made('Mul', [x, number(ROOT_HALF)])]), made('Erf', [made('Div', [x, number(Math.SQRT2)])])];
/** `erf(-x / √2)`. */
const NEGATIVE_ERRORS: readonly Pattern[] = [made('Erf', [made('Mul', [made('Neg', [x]), number(ROOT_HALF)])]), made('Erf', [made('Mul', [x, number(-ROOT_HALF)])]), made('Erf', [made('Neg', [made('Mul', [x, number(ROOT_HALF)])])])];
const EXACT: readonly Pattern[] = [...ERRORS.map((error) => made('Add', [number(1), error])), ...NEGATIVE_ERRORS.map((error) => made('Sub', [number(1), error]))].map((share) => product(number(0.5), x, share));

const PART = number(0.044715);
const CUBES: readonly Pattern[] = [product(PART, made('Pow', [x, number(3)])), product(PART, x, x, x)];
const APPROXIMATE: readonly Pattern[] = CUBES.map((cube) => {
  const inside = made('Mul', [number(Math.sqrt(2 / Math.PI)), made('Add', [x, cube])]);
  return product(number(0.5), x, made('Add', [number(1), made('Tanh', [inside])]));
});

/** `x / 2 · (1 + erf(x / √2))`, and what stands for it with `tanh`. */
export const GELU: Fusion = {
  title: 'GELU, exact and approximate, into `Gelu`',
  operators: ['Mul'],
  fuse: (node, graph) => {
    if (graph.facts(node.outputs[0] ?? '')?.dtype !== 'FP32') return undefined;
    const exact = findPattern(graph, node, EXACT);
    const approximate = exact === undefined ? findPattern(graph, node, APPROXIMATE) : undefined;
    const input = (exact ?? approximate)?.values.get('x');
    return input === undefined ? undefined : [instead(node, 'Gelu', [input], exact === undefined ? { approximate: 'tanh' } : {})];
  },
};
