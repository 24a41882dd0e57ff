import { createTensor, type Tensor } from '@servable/core';
import { Uncovered } from '../../compile/uncovered.ts';
import { bytesOf, type HostFamily, hostInput, hostOp } from '../host-op.ts';

/**
 * Characters, and classes of them, each once or many times: what both kinds of expressions mean alike, and what takes time in proportion to the text.
 * Of ASCII, so that bytes are characters.
 */
const SIMPLE = /^(?:(?:\\[!-/:-@[-`{-~]|\[(?!\^|\[:)(?:\\[!-/:-@[-`{-~]|[^\]\\[])+\]|[^\\[\](){}|?*+.^$])\+?)+$/u;
const ASCII = /^[\u0020-\u007e\t\n]*$/u;

/** Strings that are searched between pauses. */
const STEP = 64;

interface Replacing {
  readonly pattern: string;
  readonly rewrite: string;
  readonly isGlobal: boolean;
}

const replaced = hostOp<Replacing>({
  plan: (call) => {
    const [pattern, rewrite] = ['pattern', 'rewrite'].map((name) => call.attributes.text(name));
    if (pattern === undefined || !SIMPLE.test(pattern) || !ASCII.test(pattern)) throw new Uncovered(`the expression ${pattern ?? ''} has more than characters and classes of them`);
    if (rewrite === undefined || rewrite.includes('\\')) throw new Uncovered('it puts what it has found into the new text');
    return { attributes: { pattern, rewrite, isGlobal: call.attributes.flag('replace_global', true) }, outputs: [{ dtype: 'BYTES', shape: hostInput(call, 0).shape }], keepsRows: true };
  },
  prepare: ({ pattern, rewrite, isGlobal }) => {
    const expression = new RegExp(pattern, isGlobal ? 'g' : '');
    const text = Buffer.from(rewrite).toString('latin1');
    return ([input]) => replaceAll(input, (each) => each.replace(expression, () => text));
  },
});

function* replaceAll(input: Tensor | undefined, replace: (text: string) => string): Generator<undefined, readonly Tensor[]> {
  const texts: Uint8Array[] = [];
  for (const text of bytesOf(input)) {
    texts.push(Uint8Array.from(Buffer.from(replace(Buffer.from(text).toString('latin1')), 'latin1')));
    if (texts.length % STEP === 0) yield undefined;
  }
  return [createTensor('BYTES', input?.shape ?? [], texts)];
}

/** Strings that are searched. */
export const PATTERNS: HostFamily = { title: 'Patterns', ops: { StaticRegexReplace: replaced } };
