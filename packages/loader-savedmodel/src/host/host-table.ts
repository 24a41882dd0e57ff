import type { Tensor } from '@servable/core';
import type { HostAttributes, HostFamily, HostOp, HostRun } from './host-op.ts';
import { CROSSES } from './ops/crosses.ts';
import { EXAMPLES } from './ops/examples.ts';
import { PATTERNS } from './ops/patterns.ts';
import { SEQUENCE_EXAMPLES } from './ops/sequence-examples.ts';
import { HASHES } from './ops/hashes.ts';
import { LOOKUPS } from './ops/lookups.ts';
import { SPLITS } from './ops/splits.ts';
import { STRINGS } from './ops/strings.ts';
import { TEXTS } from './ops/texts.ts';
import { STRING_OPERATORS } from './string-operators.ts';

/** Every op that runs in TypeScript, family by family. */
export const HOST_FAMILIES: readonly HostFamily[] = [EXAMPLES, SEQUENCE_EXAMPLES, LOOKUPS, STRINGS, TEXTS, SPLITS, PATTERNS, HASHES, CROSSES];

const HOST_OPS: ReadonlyMap<string, HostOp> = new Map(HOST_FAMILIES.flatMap(({ ops }) => Object.entries(ops)));

/** How an op runs; `undefined`: it is none of these. */
export function hostOpOf(op: string): HostOp | undefined {
  return HOST_OPS.get(op);
}

/** What stands before the name of one of ONNX's operators that runs on strings. */
const ON_STRINGS = 'strings:';

/** The name that one of ONNX's operators has here; `undefined`: it does nothing with strings. */
export function stringOperatorName(operator: string): string | undefined {
  return Object.hasOwn(STRING_OPERATORS, operator) ? `${ON_STRINGS}${operator}` : undefined;
}

/** Whether a node stands for an op of TensorFlow's, not for an operator on strings. */
export function isHostOp(op: string): boolean {
  return !op.startsWith(ON_STRINGS);
}

/** The work of a node that was planned. `undefined`: another version of this package planned it. */
export function prepareHost(op: string, attributes: HostAttributes, constants: readonly (Tensor | undefined)[]): HostRun | undefined {
  if (isHostOp(op)) return hostOpOf(op)?.prepare(attributes, constants);
  const name = op.slice(ON_STRINGS.length);
  const operator = Object.hasOwn(STRING_OPERATORS, name) ? STRING_OPERATORS[name] : undefined;
  return operator === undefined ? undefined : (inputs) => operator(inputs, attributes);
}
