/**
 * Classify and Regress of SavedModels compiled to ONNX, whose examples are parsed in TypeScript, beside TensorFlow, which parses them itself: both
 * through the loader's servable, in one run. Needs a libtensorflow; the interop suite's Python has one.
 *
 * The first answers are compared.
 *
 *   npm run bench -- parse-examples
 */
import { createTensor, messageOf, type NamedTensors, parseModelName, parseVersion, type RunContext, type Servable, silentLogger, tensorByteLength } from '@servable/core';
import { findLibrary } from '@servable/engine-tensorflow';
import savedModel, { type PluginEngineSettings } from '@servable/loader-savedmodel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';

const ROOT = join(import.meta.dirname, '..');
const CASES = [
  { model: 'wide_examples', signature: 'serving_default' },
  { model: 'wide_examples', signature: 'regression' },
  { model: 'multi_signature', signature: 'classify' },
] as const;
const BATCHES = [1, 128];
const MEASURE_MS = sized(400, 40);
const ROUNDS = sized(5, 2);
const CONTEXT: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };

interface GoldenFile {
  readonly cases: readonly { readonly signature: string; readonly serialized_examples_b64?: readonly string[] }[];
}

const library = libraryOrNone();
for (const each of CASES) await compare(each);

function libraryOrNone(): string | undefined {
  try {
    const environment = { library: process.env['SERVABLE_LIBTENSORFLOW'], pythonFolders: [join(ROOT, '.interop/venv')], home: undefined };
    return findLibrary({ folder: ROOT, environment }).files.main;
  } catch (error) {
    console.error(`Only compiled models are measured: ${messageOf(error)}`);
    return undefined;
  }
}

async function compare({ model, signature }: (typeof CASES)[number]): Promise<void> {
  const engines = new Map<string, PluginEngineSettings | 'onnx'>([['compiled', 'onnx']]);
  if (library !== undefined) engines.set('TensorFlow', { name: 'tensorflow', path: library });
  const loaded = await Promise.all(Array.from(engines, async ([title, engine]) => [title, await load(model, engine)] as const));
  for (const batch of BATCHES) {
    const inputs = examplesOf(model, signature, batch);
    const bytes = [...inputs.values()].reduce((sum, tensor) => sum + tensorByteLength(tensor), 0);
    await checkEqual(loaded.map(([, each]) => each.servable), signature, inputs);
    const subjects = Object.fromEntries(loaded.map(([title, each]) => [title, () => measure(each.servable, signature, inputs)]));
    const results = await interleave(subjects, ROUNDS);
    const p50 = (title: string): readonly number[] => results.get(title) ?? [];
    const named = `${model} ${signature}, ${batch} examples (${bytes} bytes)`;
    reportFigure({ name: `${named}: p50`, unit: 'µs', better: 'lower', values: p50('compiled'), ...(library === undefined ? {} : { baseline: { name: 'TensorFlow', values: p50('TensorFlow') } }) });
  }
  for (const [, each] of loaded) await each.close();
}

async function load(model: string, engine: PluginEngineSettings | 'onnx'): Promise<{ readonly servable: Servable; close(): Promise<void> }> {
  const plugin = savedModel({ engine, threads: 1 });
  const id = { name: parseModelName(model), version: parseVersion(1) };
  const loader = plugin.create({ path: join(ROOT, 'fixtures', model, '1') }, {}, { id, logger: silentLogger });
  const servable = await loader.load(CONTEXT.signal);
  return {
    servable,
    close: async () => {
      await loader.unload();
      await plugin.close?.();
    },
  };
}

/** The goldens' examples, as often as it takes. */
function examplesOf(model: string, signature: string, count: number): NamedTensors {
  const { cases } = JSON.parse(readFileSync(join(ROOT, 'fixtures/goldens', `${model}.json`), 'utf8')) as GoldenFile;
  const known = cases.filter((each) => each.signature === signature).flatMap(({ serialized_examples_b64: texts = [] }) => texts.map((text) => Uint8Array.from(Buffer.from(text, 'base64'))));
  const data = Array.from({ length: count }, (_, at) => known[at % known.length] ?? new Uint8Array(0));
  return new Map([['inputs', createTensor('BYTES', [count], data)]]);
}

async function checkEqual(servables: readonly Servable[], signature: string, inputs: NamedTensors): Promise<void> {
  const answers = await Promise.all(servables.map(async (servable) => servable.run(signature, inputs, CONTEXT)));
  const numbers = answers.map((answer) => [...answer.values()].flatMap(({ dtype, data }) => (dtype === 'FP32' ? Array.from(data) : [])));
  const [first = [], ...others] = numbers;
  for (const other of others) {
    const isEqual = other.length === first.length && other.every((value, at) => Math.abs(value - (first[at] ?? Number.NaN)) < 1e-4);
    if (!isEqual) throw new Error(`${signature} is answered with ${first.slice(0, 4)} and with ${other.slice(0, 4)}`);
  }
}

async function measure(servable: Servable, signature: string, inputs: NamedTensors): Promise<number> {
  const micros: number[] = [];
  const end = performance.now() + MEASURE_MS;
  for (let began = performance.now(); began < end; began = performance.now()) {
    await servable.run(signature, inputs, CONTEXT);
    micros.push((performance.now() - began) * 1000);
  }
  return quantile(micros, 0.5);
}
