/** `npm start`: installs, builds, and serves `examples/quickstart`. Arguments after `--` go to `servable serve`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { whenNpmEnds } from './npm-parent.mjs';
import { machineNode, pinnedNode, prepare, root } from './workspace.mjs';

whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
await prepare();
const node = pinnedNode() ?? machineNode();
const command = join(root, 'packages', 'server', 'bin', 'servable.js');
const server = spawn(node, [command, 'serve', ...process.argv.slice(2)], { cwd: join(root, 'examples', 'quickstart'), stdio: 'inherit' });
// Ctrl-C reaches the server by the terminal too; it takes both for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('error', (error) => {
  console.error(`Cannot start the server: ${error.message}`);
  process.exitCode = 1;
});
server.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
