// Writes src/gen from proto/: `pnpm --filter @servable/protos generate [folder]`. Needs no network.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const output = resolve(process.argv[2] ?? join(root, 'src', 'gen'));

// A message that was removed must not leave its code behind.
rmSync(output, { recursive: true, force: true });
const { error, status } = spawnSync(join(bin, 'buf'), ['generate', '--output', output], {
  cwd: root,
  stdio: 'inherit',
  // buf looks for protoc-gen-es on the path.
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
});
if (error !== undefined) throw new Error(`Cannot run buf: ${error.message}`, { cause: error });
process.exitCode = status ?? 1;
