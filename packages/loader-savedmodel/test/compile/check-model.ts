import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, type Servable, ServingError } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import type savedModel from '../../src/index.ts';
import { differenceOf, type GoldenCase, goldenTensor, goldenTensors, type Tolerance } from './golden-cases.ts';

interface ModelCases extends Tolerance {
  readonly group: string;
  readonly cases: readonly GoldenCase[];
}

/** What became of one model. */
export interface ModelReport {
  readonly group: string;
  readonly cases: number;
  /** Why the model, or a signature of it, is not compiled. */
  readonly uncovered: readonly string[];
  readonly wrong: readonly string[];
  readonly loadMs: number;
  readonly signatures: readonly string[];
}

/** How far answers in half precision may be off: TensorFlow rounds in other places. */
const HALF: Readonly<Record<string, Tolerance>> = { DT_HALF: { rtol: 1e-2, atol: 1e-2 }, DT_BFLOAT16: { rtol: 5e-2, atol: 5e-2 } };

/** Loads `<directory>/1` with a plugin, and compares it with the answers in `<directory>/cases.json`. */
export async function checkModel(directory: string, plugin: ReturnType<typeof savedModel>): Promise<ModelReport> {
  const file = JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8')) as ModelCases;
  const loader = plugin.create({ path: join(directory, '1') }, {}, testLoaderContext());
  const began = performance.now();
  try {
    const servable = await loader.load(new AbortController().signal);
    const loadMs = performance.now() - began;
    const missing = new Set(file.cases.map(({ signature }) => signature).filter((name) => !servable.signatures.has(name)));
    const wrong: string[] = [];
    for (const each of file.cases) if (!missing.has(each.signature)) wrong.push(...(await checkCase(servable, each, file)));
    return { group: file.group, cases: file.cases.length, uncovered: Array.from(missing, (name) => `'${name}' is left out`), wrong, loadMs, signatures: [...servable.signatures.keys()] };
  } catch (error) {
    const { cases } = file;
    const report = { group: file.group, cases: cases.length, loadMs: performance.now() - began, signatures: [] };
    if (ServingError.is(error) && error.code === 'SRV_SAVEDMODEL_NO_ENGINE') return { ...report, uncovered: [String(error.args[1])], wrong: [] };
    return { ...report, uncovered: [], wrong: [`is not loaded: ${messageOf(error)}`] };
  } finally {
    await loader.unload();
  }
}

async function checkCase(servable: Servable, { name, signature, inputs, outputs = {}, error }: GoldenCase, { rtol, atol }: Tolerance): Promise<readonly string[]> {
  const about = `${signature} ${name}`;
  try {
    const answer = await servable.run(signature, goldenTensors(inputs), testRunContext());
    if (error !== undefined) return [`${about}: gives an answer, TensorFlow says ${error.code}`];
    const extra = [...answer.keys()].filter((output) => !Object.hasOwn(outputs, output)).map((output) => `${about}: there is no output ${output}`);
    return [
      ...extra,
      ...Object.entries(outputs).flatMap(([output, golden]) => {
        const difference = differenceOf(answer.get(output), goldenTensor(golden), HALF[golden.dtype] ?? { rtol, atol });
        return difference === undefined ? [] : [`${about}: ${output} ${difference}`];
      }),
    ];
  } catch (refusal) {
    if (error === undefined) return [`${about}: is refused: ${messageOf(refusal)}`];
    return ServingError.is(refusal) && refusal.status === error.code ? [] : [`${about}: TensorFlow says ${error.code}, here it is: ${messageOf(refusal)}`];
  }
}
