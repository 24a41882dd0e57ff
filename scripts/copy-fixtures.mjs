/**
 * Copies the fixtures that tests need from the folder `shared` beside the checkout into `fixtures/`, with a manifest of
 * SHA-256 sums. `--check` copies nothing: it fails when a file is not as the manifest says, or not as in `shared` where
 * that exists.
 */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { filesUnder } from './fingerprint.mjs';
import { root } from './workspace.mjs';

/** SavedModels and tables that tests read, the damaged ones, and what TensorFlow and NumPy say of each. */
const SAVED_MODELS = [
  'array_zoo',
  'broken',
  'bundle_zoo',
  'control_flow',
  'control_flow_v1',
  'dtypes',
  'frozen_const',
  'goldens',
  'image_preprocess',
  'keras2_cnn',
  'keras2_rnn',
  'keras_cnn',
  'keras_conv_misc',
  'keras_mlp',
  'keras_text_rnn',
  'keras_text_transformer',
  'math_zoo',
  'multi_signature',
  'nn_zoo',
  'pbtxt_model',
  'ragged_pad',
  'scalar_affine_tf1',
  'scalar_affine_tf2',
  'stateful_counter',
  'string_model',
  'tables',
  'tabular',
  'warmup',
  'wide_examples',
];

/** What is copied: a folder or file under `fixtures/`, and where it is found under `shared/`. */
const COPIES = [
  { to: 'onnx', from: 'fixtures/onnx' },
  { to: 'wire', from: 'fixtures/wire' },
  { to: 'contracts/tensorflow-serving.binpb', from: 'contracts/tensorflow-serving.binpb' },
  ...SAVED_MODELS.map((name) => ({ to: name, from: `fixtures/${name}` })),
];

const fixtures = join(root, 'fixtures');
const shared = join(dirname(root), 'shared');
const manifestPath = join(fixtures, 'MANIFEST.sha256');

if (process.argv.includes('--check')) check();
else copy();

function copy() {
  if (!existsSync(shared)) fail([`There is no ${shared} to copy from`]);
  for (const { to, from } of COPIES) {
    rmSync(join(fixtures, to), { recursive: true, force: true });
    cpSync(join(shared, from), join(fixtures, to), { recursive: true, dereference: true });
  }
  const sums = sumsOf(COPIES.map(({ to }) => join(fixtures, to)), fixtures);
  for (const path of sums.keys()) chmodSync(join(fixtures, path), 0o644);
  writeFileSync(manifestPath, [...sums].map(([path, sum]) => `${sum}  ${path}\n`).join(''));
  console.log(`${sums.size} files, and their sums in fixtures/MANIFEST.sha256`);
}

function check() {
  const manifest = readSums();
  const faults = differences(manifest, sumsOf(COPIES.map(({ to }) => join(fixtures, to)), fixtures), 'fixtures');
  if (existsSync(shared)) faults.push(...differences(manifest, sharedSums(), 'shared'));
  if (faults.length > 0) fail([...faults, 'Run `npm run fixtures` where `shared` is, and commit what it changes.']);
  console.log(`${manifest.size} files are as the manifest says`);
}

function sharedSums() {
  const sums = new Map();
  for (const { to, from } of COPIES) {
    for (const [path, sum] of sumsOf([join(shared, from)], join(shared, from))) sums.set(path === '' ? to : `${to}/${path}`, sum);
  }
  return sums;
}

function sumsOf(places, base) {
  const files = places.filter((place) => existsSync(place)).flatMap((place) => (statSync(place).isFile() ? [place] : filesUnder(place)));
  return new Map(files.map((file) => [relative(base, file).split(sep).join('/'), sumOf(file)]));
}

function readSums() {
  if (!existsSync(manifestPath)) fail([`There is no ${manifestPath}: run \`npm run fixtures\``]);
  const lines = readFileSync(manifestPath, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function sumOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function differences(manifest, actual, place) {
  const faults = [];
  for (const [path, sum] of manifest) {
    if (!actual.has(path)) faults.push(`${place}: ${path} is missing`);
    else if (actual.get(path) !== sum) faults.push(`${place}: ${path} differs from the manifest`);
  }
  for (const path of actual.keys()) if (!manifest.has(path)) faults.push(`${place}: ${path} is not in the manifest`);
  return faults;
}

function fail(lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}
