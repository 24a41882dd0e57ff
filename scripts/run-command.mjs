import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, with what it prints kept for later: a step that passes says one line, a step that fails says
 * everything. The program gets a process group of its own, so that a time-out or Ctrl-C ends its children too.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs: number }} options
 * @returns {Promise<{ exitCode: number, output: string }>} exit code 124 when the time was up, 127 when there is no such program
 */
export function runCommand(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    let note = '';
    let isTimedOut = false;
    const end = (signal) => endGroup(child, signal);
    const onSignal = (signal) => {
      end(signal);
      process.exit(130);
    };
    const timer = setTimeout(() => {
      isTimedOut = true;
      note = `\nEnded after ${options.timeoutMs / 1000} s without an answer\n`;
      end('SIGKILL');
    }, options.timeoutMs);
    const finish = (exitCode) => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') + note });
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    child.on('error', (error) => {
      note = `\nCannot run ${program}: ${error.message}\n`;
      finish(127);
    });
    child.on('close', (code, signal) => {
      if (signal !== null && !isTimedOut) note = `\nEnded by ${signal}\n`;
      finish(isTimedOut ? 124 : (code ?? 1));
    });
  });
}

function endGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
