/** A value of protobuf's JSON mapping. Numbers are written as they are, so 64-bit integers come as text. */
export type ProtoJson = string | number | boolean | readonly ProtoJson[] | ReadonlyMap<string, ProtoJson>;

/** An object whose fields stand in this order. */
export function fields(entries: Readonly<Record<string, ProtoJson>>): ReadonlyMap<string, ProtoJson> {
  return new Map(Object.entries(entries));
}

/**
 * JSON text as protobuf's `MessageToJsonString` lays it out with white space: one space of indent a level, a line a member,
 * a line's end at the end.
 *
 * Source: protobuf, `json/internal/writer.h`.
 */
export function protoJsonText(value: ProtoJson): string {
  return `${valueText(value, 0)}\n`;
}

function valueText(value: ProtoJson, depth: number): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return String(value);
  const items =
    value instanceof Map
      ? Array.from(value, ([key, item]: [string, ProtoJson]) => `${stringText(key)}: ${valueText(item, depth + 1)}`)
      : Array.from(value as readonly ProtoJson[], (item) => valueText(item, depth + 1));
  return value instanceof Map ? `{${lines(items, depth)}}` : `[${lines(items, depth)}]`;
}

function lines(items: readonly string[], depth: number): string {
  if (items.length === 0) return '';
  const indent = `\n${' '.repeat(depth + 1)}`;
  return `${indent}${items.join(`,${indent}`)}\n${' '.repeat(depth)}`;
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** Beside what JSON wants: angle brackets, DEL to 0x9F, and characters that cannot be seen or end lines in scripts. */
const ESCAPED = new RegExp(
  '[<>\\u007f-\\u009f\\u00ad\\u0600-\\u0603\\u06dd\\u070f\\u17b4\\u17b5\\u200b-\\u200f\\u2028-\\u202e' +
    '\\u2060-\\u2064\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb]',
  'g',
);

function stringText(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
