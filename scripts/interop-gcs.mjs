import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { root } from './workspace.mjs';

const LIMIT_MS = 30 * 60_000;
const COUNTS = /^(?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped$/m;

/** `interop/run-gcs-checks.mjs` in a process of its own: it needs what was built, and its memory is measured. */
export async function checkGcs(emulator, node) {
  const { output } = await runCommand(node, [join(root, 'interop', 'run-gcs-checks.mjs'), emulator], { timeoutMs: LIMIT_MS });
  console.log(output.replace(COUNTS, 'fake-gcs-server: $&').trimEnd());
  const counts = COUNTS.exec(output)?.groups ?? { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(counts.passed), failed: Number(counts.failed), skipped: Number(counts.skipped) };
}
