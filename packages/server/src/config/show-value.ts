const MAX_SHOWN = 60;

/** A value from a config as a message quotes it: short, on one line, never throwing. */
export function showValue(value: unknown): string {
  const text = render(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

function render(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${escapeControls(value.slice(0, 2 * MAX_SHOWN))}'`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      return value === null ? 'null' : renderObject(value);
    default:
      return String(value);
  }
}

function renderObject(value: object): string {
  try {
    return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  } catch {
    // A cycle, or a toJSON that throws: its kind is all that can be said.
    return Array.isArray(value) ? 'a list' : 'an object';
  }
}

/** Text with control characters written out, so that none reaches a terminal. */
export function escapeControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
