/** One statement about a plugin, and how to find out whether it holds. It depends on no test runner. */
export interface ConformanceCase {
  readonly title: string;
  /** Rejects with a plain `Error` that says what was expected and what came. */
  readonly run: () => Promise<void>;
}

/** The test runner's own functions; those of vitest, jest and `node:test` fit. */
export interface TestRunner {
  readonly it: (title: string, run: () => Promise<void>, timeoutMs: number) => unknown;
  /** Default: cases are not grouped. */
  readonly describe?: (title: string, body: () => void) => unknown;
}

/** What one case may take before its runner gives up, in milliseconds (`node:test` has no such limit and ignores it). */
const CASE_TIMEOUT_MS = 60_000;

/** Hands cases to a runner. */
export function registerCases(runner: TestRunner, group: string, cases: readonly ConformanceCase[]): void {
  const register = (): void => {
    for (const each of cases) runner.it(each.title, each.run, CASE_TIMEOUT_MS);
  };
  if (runner.describe === undefined) register();
  else runner.describe(group, register);
}

/** Fails a case unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails a case when something was found, with a message made of it. */
export function checkNone(found: string | undefined, message: (found: string) => string): void {
  if (found !== undefined) throw new Error(message(found));
}

/** What a promise rejected with; fails the case when it resolved. A function that throws at once counts as rejecting. */
export async function rejectionOf(action: () => unknown, expectation: string): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error(`${expectation}, but it succeeded`);
}

/** A value as text for a message. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}
