import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const bufRuns = spawnSync(join(root, 'node_modules/.bin/buf'), ['--version']).status === 0;

function contentOf(folder: string): Record<string, string> {
  const paths = globSync('**/*.ts', { cwd: folder }).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

it('the committed code is what generate.mjs makes of proto/', ({ skip }) => {
  skip(!bufRuns, 'buf does not run on this machine (no binary for its platform)');
  const folder = mkdtempSync(join(tmpdir(), 'servable-protos-'));
  try {
    const output = join(folder, 'gen');
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/generate.mjs'), output], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(contentOf(output)).toEqual(contentOf(join(root, 'src/gen')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
