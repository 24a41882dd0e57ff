import { escapeControls } from './show-value.ts';

/** One step into a config: a name, or a place in a list. */
export type ConfigKey = string | number;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** `['models', 1, 'labels', 'a b']` as people write it: `models[1].labels['a b']`. */
export function formatPath(keys: readonly ConfigKey[]): string {
  let text = '';
  for (const key of keys) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (!IDENTIFIER.test(key)) text += `[${quote(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

/** Reads a JSON pointer into `value`: only there can be seen whether `1` is a name or a place in a list. */
export function keysOfPointer(pointer: string, value: unknown): readonly ConfigKey[] {
  const keys: ConfigKey[] = [];
  let at: unknown = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const key = Array.isArray(at) ? Number(name) : name;
    keys.push(key);
    at = childOf(at, key);
  }
  return keys;
}

/** What stands at a key; `undefined` where nothing does. Own properties only. */
export function childOf(value: unknown, key: ConfigKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<ConfigKey, unknown>>)[key];
}

function quote(key: string): string {
  return `'${escapeControls(key.replaceAll("'", String.raw`\'`))}'`;
}
