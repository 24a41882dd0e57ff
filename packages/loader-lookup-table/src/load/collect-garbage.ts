import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly execution: 'async' }) => Promise<void>;

/**
 * Asks V8 to look for garbage soon. It does not count shared memory, so a table of a gigabyte that was unloaded looks to it like an
 * object of a few bytes, and would stay until something else fills the heap. It stops the event
 * loop for as long as a full collection of the JavaScript heap takes, so only the unload of a large table asks for it.
 */
export async function collectGarbage(): Promise<void> {
  // The only way to have the function in a process that was started without the flag.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as Collect | undefined;
  await collect?.({ type: 'major', execution: 'async' });
}
