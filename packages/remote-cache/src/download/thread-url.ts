import { basename, extname } from 'node:path';

/** Where a thread's program is, given what is built of it: beside this file, where Node runs TypeScript as it is. */
export function threadUrl(built: URL): URL {
  if (extname(import.meta.url) !== '.ts' || !process.features.typescript) return built;
  return new URL(`./${basename(built.pathname, '.js')}.ts`, import.meta.url);
}
