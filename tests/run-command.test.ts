import { expect, it } from 'vitest';
import { runCommand } from '../scripts/run-command.mjs';

const GENEROUS_MS = 20_000;

const node = (program: string, timeoutMs = GENEROUS_MS): ReturnType<typeof runCommand> =>
  runCommand(process.execPath, ['--eval', program], { timeoutMs });

it('keeps what a program prints, and its exit code', async () => {
  const { exitCode, output } = await node('console.log("one"); console.error("two"); process.exitCode = 3');
  expect(exitCode).toBe(3);
  expect(output).toContain('one');
  expect(output).toContain('two');
});

it('fails when there is no such program', async () => {
  const { exitCode, output } = await runCommand('no-such-program', [], { timeoutMs: GENEROUS_MS });
  expect(exitCode).toBe(127);
  expect(output).toContain('Cannot run no-such-program');
});

it('fails when a signal ends the program', async () => {
  const { exitCode, output } = await node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)');
  expect(exitCode).not.toBe(0);
  expect(output).toContain('SIGTERM');
});

it('ends a program and its children when the time is up', async () => {
  // The child holds the pipe open: as long as it lives there is no end of output.
  const child = 'require("node:child_process").spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { stdio: "inherit" });';
  const { exitCode, output } = await node(`${child} console.log("started"); setInterval(() => {}, 1000)`, 2000);
  expect(exitCode).toBe(124);
  expect(output).toContain('started');
  expect(output).toContain('Ended after 2 s');
});
