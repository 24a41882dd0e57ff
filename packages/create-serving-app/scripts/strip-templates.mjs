/**
 * Writes `templates-js`: the TypeScript files of `templates` as JavaScript, for `--js`. Run after a template changes; a test fails
 * when they are not what this would write.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'amaro';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every TypeScript file of the templates, by its path, as JavaScript. */
export function strippedTemplates() {
  const names = readdirSync(join(root, 'templates'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name.replace(/\.ts$/, '.js'), strip(readFileSync(join(root, 'templates', name), 'utf8'))]));
}

/** Types become spaces: what is left of them is tidied up. */
function strip(source) {
  const { code } = transformSync(source, { mode: 'strip-only' });
  return code
    .split('\n')
    .map((line) => tidyLine(line))
    .join('\n')
    .replaceAll(/(['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2')
    .replaceAll(/\n(?: *;? *\n){2,}/g, '\n\n')
    .replace(/^\s+/, '');
}

function tidyLine(line) {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const text = line.slice(indent.length).replaceAll(/(?<=\S) {2,}(?=\S)/g, ' ').replaceAll(/\s+(?=[,;)\]])/g, '').replaceAll(/\( (?=\S)/g, '(').replaceAll(/\{ , /g, '{ ').trimEnd();
  return text === '' || text === ';' ? '' : `${indent}${text}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(join(root, 'templates-js'), { recursive: true, force: true });
  for (const [name, text] of strippedTemplates()) {
    const file = join(root, 'templates-js', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
