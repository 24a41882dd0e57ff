import type { DescEnum } from '@bufbuild/protobuf';
import { readInt32 } from './scalar-value.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Takes an enum's value: by name, or by number. */
export function readEnum(tokens: Tokenizer, desc: DescEnum): number {
  const { start } = tokens;
  if (tokens.kind !== 'identifier') {
    const number = readInt32(tokens);
    if (desc.open || number in desc.value) return number;
    throw tokens.faultAt(start, `Enum type "${desc.typeName}" has no value with number ${number}.`);
  }
  const name = tokens.text;
  const value = desc.values.find((each) => each.name === name);
  if (value === undefined) throw tokens.fault(`Enum type "${desc.typeName}" has no value named ${name}.`, { known: desc.values.map((each) => each.name) });
  tokens.advance();
  return value.number;
}
