/** `npm start`: installs, builds, and serves `examples/quickstart`. Arguments after `--` go to `servable serve`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { whenNpmEnds } from './npm-parent.mjs';
import { machineNode, pinnedNode, prepare, root } from './workspace.mjs';

/** Ctrl-C reaches this process twice, from the terminal and from npm: the server shall see it once. */
const SAME_KEYSTROKE_MS = 500;

await prepare();
const node = pinnedNode() ?? machineNode();
const command = join(root, 'packages', 'server', 'bin', 'servable.js');
const server = spawn(node, [command, 'serve', ...process.argv.slice(2)], {
  cwd: join(root, 'examples', 'quickstart'),
  stdio: 'inherit',
  // A process group of its own: signals reach it through this process only.
  detached: process.platform !== 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) forward(signal);
whenNpmEnds(() => server.kill('SIGTERM'));
server.on('error', (error) => {
  console.error(`Cannot start the server: ${error.message}`);
  process.exitCode = 1;
});
server.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
process.on('exit', () => server.kill('SIGTERM'));

function forward(signal) {
  let lastMs = Number.NEGATIVE_INFINITY;
  process.on(signal, () => {
    const nowMs = performance.now();
    if (nowMs - lastMs > SAME_KEYSTROKE_MS) server.kill(signal);
    lastMs = nowMs;
  });
}
