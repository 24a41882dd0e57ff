import { silentLogger } from '@servable/core';
import { main } from '../../src/cli.ts';
import type { CommandIo } from '../../src/commands/command-io.ts';
import { createLogger } from '../../src/logging.ts';

export interface MainRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `servable` in this process with everything it says caught. */
export async function runMain(cwd: string, argv: readonly string[], env: Record<string, string> = {}): Promise<MainRun> {
  const started = startMain(cwd, argv, { env });
  return { code: await started.code, out: started.out(), err: started.err() };
}

export interface StartedMain {
  readonly code: Promise<number>;
  out(): string;
  err(): string;
  /** Everything on standard error in the order in which it was written, control characters too. */
  terminal(): string;
  /** As SIGTERM. */
  stop(): void;
  /** As SIGHUP. */
  reload(): void;
  /** Lets the clock go on. */
  pass(milliseconds: number): void;
  /** The code of an exit that waited for nothing. */
  exitedNow(): number | undefined;
  /** Resolves when standard output has this text, or `main` ended. */
  until(text: string): Promise<void>;
}

export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly terminalColumns?: number;
  readonly isLogging?: boolean;
  /** Default: nothing that could be run. */
  readonly ownCommand?: CommandIo['ownCommand'];
}

/** Starts `servable` in this process, for commands that go on. */
export function startMain(cwd: string, argv: readonly string[], { env = {}, terminalColumns, isLogging = false, ownCommand = ['false'] }: StartOptions = {}): StartedMain {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<() => void>();
  const reloadListeners = new Set<() => void>();
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  let exited: number | undefined;
  let now = 0;
  const io: CommandIo = {
    cwd,
    env,
    ownCommand,
    terminalColumns,
    print(text) {
      out.push(`${text}\n`);
      for (const each of waiting) if (out.join('').includes(each.text)) each.resolve();
    },
    printError: (text) => void err.push(`${text}\n`),
    writeError: (text) => void err.push(text),
    createLogger: (options, write) => (isLogging ? createLogger({ ...options, format: 'json' }, sink(write ?? ((text) => void err.push(text)))) : silentLogger),
    onStopSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onReloadSignal(listener) {
      reloadListeners.add(listener);
      return () => reloadListeners.delete(listener);
    },
    now: () => now,
    exitNow: (code) => {
      exited = code;
    },
  };
  const code = main(argv, io);
  const ended = code.then(() => undefined);
  return {
    code,
    out: () => out.join(''),
    err: () => err.join(''),
    terminal: () => err.join(''),
    stop: () => [...listeners].forEach((listener) => listener()),
    reload: () => [...reloadListeners].forEach((listener) => listener()),
    pass: (milliseconds) => {
      now += milliseconds;
    },
    exitedNow: () => exited,
    until: (text) => (out.join('').includes(text) ? Promise.resolve() : Promise.race([ended, new Promise<void>((resolve) => waiting.push({ text, resolve }))])),
  };
}

function sink(write: (text: string) => void): NodeJS.WritableStream {
  return { write: (text: string) => (write(text), true) } as unknown as NodeJS.WritableStream;
}
