/** Removes ONNX Runtime's libraries for other platforms than this one: `node keep-platform.mjs /app`. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const store = join(folder, 'node_modules', '.pnpm');
for (const name of readdirSync(store).filter((each) => each.startsWith('onnxruntime-node@'))) {
  const bin = join(store, name, 'node_modules', 'onnxruntime-node', 'bin');
  for (const api of readdirSync(bin)) keepOnly(join(bin, api), [process.platform, process.arch]);
}

function keepOnly(parent, [wanted, ...rest]) {
  if (wanted === undefined) return;
  for (const name of readdirSync(parent)) if (name !== wanted) rmSync(join(parent, name), { recursive: true });
  keepOnly(join(parent, wanted), rest);
}
