const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people: `640 bytes`, `1.5 MiB`, `2048 GiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 2 ** (10 * power);
  return `${power === 0 ? value : value.toFixed(1).replace(/\.0$/, '')} ${UNITS[power] ?? ''}`;
}

/** A whole number from 0 to 100; nothing of nothing is all. */
export function percentOf(done: number, total: number): number {
  return total <= 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
}
