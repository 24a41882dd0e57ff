/**
 * Random tables written by pyarrow, NumPy and safetensors (`table_files.py`: every type, encoding, compression, page version, row groups and
 * chunks), loaded by the lookup table loader: every value of every row is compared.
 *
 *   node --conditions=@servable/source interop/table-files.mjs --python <python> [--seed 1] [--count 300]
 *
 * The Python needs `requirements-tables.txt`. The last line is `N passed, N failed, N skipped`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import lookupTable from '@servable/loader-lookup-table';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const { values: flags } = parseArgs({ options: { python: { type: 'string' }, seed: { type: 'string', default: '1' }, count: { type: 'string', default: '300' } } });
const folder = mkdtempSync(join(tmpdir(), 'servable-table-files-'));
const { signal } = new AbortController();
const context = { signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const plugin = lookupTable();
const totals = { passed: 0, failed: 0 };

try {
  const { exitCode, output } = await runCommand(flags.python, [join(root, 'interop', 'table_files.py'), folder, flags.seed, flags.count], { timeoutMs: 10 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`table_files.py ended with ${exitCode}: ${output}`);
  for (const name of readdirSync(folder)) await check(join(folder, name));
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`table files: ${totals.passed} passed, ${totals.failed} failed, 0 skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;

async function check(directory) {
  const expected = JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8'));
  rmSync(join(directory, 'expected.json'));
  const file = JSON.parse(readFileSync(join(directory, 'table.json'), 'utf8')).file;
  try {
    await compare(directory, expected);
    totals.passed += 1;
  } catch (error) {
    totals.failed += 1;
    console.log(`FAILED   ${file} of seed "${expected.seed}" ${JSON.stringify(expected.options)}: ${error.message}`);
  }
}

async function compare(directory, { keyType, keys, columns }) {
  const loader = plugin.create({ path: directory }, {}, { id: { name: 'table', version: 1n }, logger });
  const servable = await loader.load(signal);
  try {
    const data = keyType === 'INT64' ? BigInt64Array.from(keys, BigInt) : keys.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
    const outputs = await servable.run('lookup', new Map([['keys', { dtype: keyType, shape: [keys.length], data }]]), context);
    if (outputs.get('found').data.some((flag) => flag !== 1)) throw new Error('a key is not found');
    let embedding;
    if (servable.signatures.has('embed')) [[embedding]] = [...(await servable.run('embed', new Map([['keys', { dtype: keyType, shape: [keys.length], data }]]), context))];
    for (const [name, column] of Object.entries(columns)) compareColumn(name, column, outputs.get(name));
    if (embedding !== undefined && !(embedding in columns)) throw new Error(`'${embedding}' is the embedding, and no column of the file`);
  } finally {
    await loader.unload();
  }
}

function compareColumn(name, { dtype, values }, tensor) {
  if (tensor?.dtype !== dtype) throw new Error(`'${name}' is ${tensor?.dtype}, pyarrow wrote ${dtype}`);
  const found = dtype === 'BYTES' ? tensor.data.map((bytes) => Buffer.from(bytes).toString('hex')) : Array.from(tensor.data, (value) => (dtype === 'FP16' ? halfValue(value) : value));
  const wanted = values.flat();
  if (found.length !== wanted.length) throw new Error(`'${name}' has ${found.length} values, pyarrow wrote ${wanted.length}`);
  const at = found.findIndex((value, index) => !isSame(value, wanted[index]));
  if (at >= 0) throw new Error(`value ${at} of '${name}' (${dtype}) is ${found[at]}, pyarrow wrote ${wanted[at]}`);
}

/** Integers and bytes stand as text in JSON. */
function isSame(found, wanted) {
  return typeof wanted === 'string' ? String(found) === wanted : Object.is(found, wanted);
}

/** Source: IEEE 754, binary16. */
function halfValue(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
