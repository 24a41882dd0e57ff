import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { main, type Io, type Questions } from '../src/index.ts';

/** What a run said and did. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Questions that were asked, in order. */
  readonly asked: readonly string[];
  /** Programs that were run, with where. */
  readonly ran: readonly string[];
}

export interface RunOptions {
  readonly canAsk?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers by question; default: each question's proposal. */
  readonly answers?: Partial<Questions>;
  /** Exit code by program. Default: 0; git says that it is in no repository. */
  readonly codes?: Readonly<Record<string, number>>;
}

/** An empty folder that goes when the test ends. */
export async function emptyFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'create-serving-app-test-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the program in a folder, without a terminal, git or package managers. */
export async function run(cwd: string, argv: readonly string[], { canAsk = false, env = {}, answers = {}, codes = {} }: RunOptions = {}): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const asked: string[] = [];
  const ran: string[] = [];
  const noted = <Arguments extends unknown[], Answer>(name: string, answer: (...given: Arguments) => Promise<Answer>) => (...given: Arguments): Promise<Answer> => {
    asked.push(name);
    return answer(...given);
  };
  const io: Io = {
    cwd,
    env,
    canAsk,
    ask: {
      directory: noted('directory', answers.directory ?? (async (proposal) => proposal)),
      template: noted('template', answers.template ?? (async (_templates, proposal) => proposal)),
      packageManager: noted('packageManager', answers.packageManager ?? (async (_names, proposal) => proposal)),
      install: noted('install', answers.install ?? (async () => true)),
    },
    print: (text) => void out.push(text),
    printError: (text) => void err.push(text),
    async run(program, args, where) {
      ran.push(`${[program, ...args].join(' ')} in ${where}`);
      return codes[program] ?? (args[0] === 'rev-parse' ? 128 : 0);
    },
  };
  return { code: await main(argv, io), out: out.join('\n'), err: err.join('\n'), asked, ran };
}
