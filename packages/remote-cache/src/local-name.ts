/** Names that Windows keeps for devices, whatever comes after a dot. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
// oxlint-disable-next-line no-control-regex -- These are what a file name of Windows cannot hold.
const WINDOWS_FORBIDDEN = /[<>:"|?*\u0000-\u001f]/;
/** Bytes of one part of a path; Linux and macOS allow no more. */
const MAX_PART_BYTES = 255;
/** Bytes of a whole name: with the cache directory before it, it stays below the 4096 of Linux. */
const MAX_NAME_BYTES = 2048;

/**
 * Why a file of a store cannot become a file below a directory of this machine; `undefined` when it can. Names of a store
 * are any text; a bad one could lead out of the directory, or to another file. Pure.
 *
 * @param name - relative to the version, its parts separated by `/`
 */
export function localNameFault(name: string, platform: NodeJS.Platform): string | undefined {
  if (name.includes('\0')) return 'it has a NUL character';
  // Two that differ only in such a half would be one file.
  if (!isWellFormed(name)) return 'it has half of a surrogate pair, which no file name can hold';
  const parts = name.split('/');
  if (parts.some((part) => part === '')) return 'it has an empty part';
  if (parts.some((part) => part === '.' || part === '..')) return "it has '.' or '..' as a part";
  if (parts.some((part) => Buffer.byteLength(part) > MAX_PART_BYTES)) return `a part is longer than ${MAX_PART_BYTES} bytes`;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `it is longer than ${MAX_NAME_BYTES} bytes`;
  return platform === 'win32' ? windowsFault(parts) : undefined;
}

function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

function windowsFault(parts: readonly string[]): string | undefined {
  if (parts.some((part) => part.includes('\\'))) return 'it has a backslash, which separates folders on Windows';
  if (parts.some((part) => WINDOWS_FORBIDDEN.test(part))) return 'it has a character that Windows does not allow';
  if (parts.some((part) => /[. ]$/.test(part))) return 'a part ends with a dot or a space, which Windows drops';
  if (parts.some((part) => DEVICE_NAME.test(part))) return 'a part is the name of a device of Windows';
  return undefined;
}

/**
 * Why files cannot stand side by side: one is a folder of another, or they differ only in case on a system that does not tell
 * it. `undefined` when they can. Pure.
 */
export function collisionFault(names: readonly string[], platform: NodeJS.Platform): { readonly name: string; readonly reason: string } | undefined {
  const fold = (text: string): string => (platform === 'win32' || platform === 'darwin' ? text.normalize('NFC').toLowerCase() : text);
  const byFolded = new Map<string, string>();
  for (const name of names) {
    const other = byFolded.get(fold(name));
    if (other !== undefined) return { name, reason: `it and '${other}' are one file on this system` };
    byFolded.set(fold(name), name);
  }
  for (const name of names) {
    const parts = fold(name).split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const file = byFolded.get(parts.slice(0, length).join('/'));
      if (file !== undefined) return { name, reason: `'${file}' is a file, and would have to be a folder` };
    }
  }
  return undefined;
}
