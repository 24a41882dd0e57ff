import type { Rule, RuleFamily } from './rule.ts';
import { alongAxis } from './rules/along-axis.ts';
import { attentions } from './rules/attention.ts';
import { controlFlow } from './rules/control-flow.ts';
import { fusedAttention } from './rules/contrib-attention.ts';
import { fusedQuantized } from './rules/contrib-quantized.ts';
import { fused } from './rules/contrib.ts';
import { convolutions } from './rules/convolution.ts';
import { broadcasting, elementwise } from './rules/elementwise.ts';
import { lookUp } from './rules/gather.ts';
import { layout } from './rules/layout.ts';
import { machineLearning } from './rules/machine-learning.ts';
import { products } from './rules/matmul.ts';
import { neverApart } from './rules/never.ts';
import { normalizations } from './rules/normalization.ts';
import { quantization } from './rules/quantization.ts';
import { recurrentNetworks } from './rules/recurrent.ts';
import { resizing } from './rules/resize.ts';
import { shapes } from './rules/shape-of.ts';
import { signals } from './rules/signal.ts';
import { slicing } from './rules/slice.ts';
import { texts } from './rules/text.ts';

/** All rules. An operator that is in none of them ends the proof. */
export const RULE_FAMILIES: readonly RuleFamily[] = [
  elementwise,
  broadcasting,
  products,
  convolutions,
  normalizations,
  alongAxis,
  shapes,
  layout,
  slicing,
  lookUp,
  resizing,
  recurrentNetworks,
  attentions,
  quantization,
  signals,
  texts,
  controlFlow,
  machineLearning,
  fused,
  fusedAttention,
  fusedQuantized,
  neverApart,
];

const RULES: ReadonlyMap<string, Rule> = new Map(
  RULE_FAMILIES.flatMap(({ domain, rules }) => Object.entries(rules).map(([operator, rule]) => [`${domain}::${operator}`, rule] as const)),
);

export function ruleOf(domain: string, operator: string): Rule | undefined {
  return RULES.get(`${domain}::${operator}`);
}

const NEVER_FAIL: ReadonlySet<string> = new Set(
  RULE_FAMILIES.flatMap((family) => (family.neverFails ?? []).map((operator) => `${family.domain}::${operator}`)),
);

/** Whether a node of this operator runs whatever the number of rows is, also where it mixes them. */
export function neverFails(domain: string, operator: string): boolean {
  return NEVER_FAIL.has(`${domain}::${operator}`);
}

/** Versions that the rules are written for: a newer one may mean something else by the same name. */
const OPSETS: ReadonlyMap<string, readonly [first: number, last: number]> = new Map([
  ['ai.onnx', [7, 24]],
  ['ai.onnx.ml', [1, 5]],
  ['com.microsoft', [1, 1]],
]);

export function isKnownOpset(domain: string, opset: number): boolean {
  const [first, last] = OPSETS.get(domain) ?? [1, 0];
  return opset >= first && opset <= last;
}
