import type { NodeCall } from './node-call.ts';
import type { ProofEnd } from './proof-end.ts';
import type { Value } from './value.ts';

/**
 * What a node makes of what is known of its inputs, one entry for each of its outputs; outputs that a rule leaves out are
 * not followed.
 *
 * @throws ProofEnd with the reason why rows are mixed, or cannot be followed
 */
export type Rule = (call: NodeCall) => readonly (Value | ProofEnd)[];

/** Operators that keep rows apart under the same condition. */
export interface RuleFamily {
  readonly title: string;
  readonly domain: 'ai.onnx' | 'ai.onnx.ml' | 'com.microsoft';
  /** When rows stay apart, in one sentence: for the operators' table in the docs. */
  readonly holds: string;
  readonly rules: Readonly<Record<string, Rule>>;
  /** Those that run whatever the number of rows is, also where they mix them. Default: none is known to. */
  readonly neverFails?: readonly string[];
}
