import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

// The sources as Node itself runs them: in a test, imports of a config go through the test runner's loader.
const CLI = new URL('../../src/cli.ts', import.meta.url).href;
/** Arguments are in the script: after `--`, Node takes an `inspect` for its own. */
const scriptOf = (argv: readonly string[]): string => `import { main } from ${JSON.stringify(CLI)}; process.exitCode = await main(${JSON.stringify(argv)});`;

/** `servable` in a process of its own. */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** Standard output so far. */
  out(): string;
  /** Resolves when standard output has this text; rejects when it ended without. */
  until(text: string): Promise<void>;
}

/** Starts `servable` on the sources; it is killed when the test ends. */
export function servable(cwd: string, argv: readonly string[]): Child {
  const child = spawn(process.execPath, ['--conditions=@servable/source', '--input-type=module', '-e', scriptOf(argv)], { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  const until = async (text: string): Promise<void> => {
    while (!out.includes(text)) await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error(`it ended: ${err}`)))]);
  };
  return { process: child, ended, out: () => out, until };
}
