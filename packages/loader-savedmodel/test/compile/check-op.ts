import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signature } from '@servable/core';
import type { OnnxEngine, OnnxSession } from '@servable/engine-onnxruntime';
import { compileModel } from '../../src/compile/compile-model.ts';
import { type CompiledModel, type CompiledSignature, graphFiles } from '../../src/compile/compiled-model.ts';
import { CompiledSession } from '../../src/engines/compiled-session.ts';
import { openSavedModel, type OpenSavedModel } from '../../src/index.ts';
import { testRunContext } from '@servable/plugin-testing';
import { messageOf, ServingError } from '@servable/core';
import { differenceOf, type GoldenTensor, goldenTensor, goldenTensors, type Tolerance } from './golden-cases.ts';

interface OpCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs?: Readonly<Record<string, GoldenTensor>>;
  readonly error?: { readonly code: number; readonly message: string | null };
}
interface OpFile {
  readonly op: string;
  readonly rtol: number | null;
  readonly atol: number | null;
  /** Whether refusals are compared by their words too. */
  readonly messages?: boolean;
  readonly cases: readonly OpCase[];
}

/** What became of an op's cases. */
export interface OpReport {
  readonly cases: number;
  readonly uncovered: readonly string[];
  readonly wrong: readonly string[];
}

/** How far an answer may be off, by the type of the output: of half precision a rounding or two. */
const TOLERANCES: Readonly<Record<string, Tolerance>> = { FP32: { rtol: 1e-5, atol: 1e-6 }, FP64: { rtol: 1e-9, atol: 1e-11 }, FP16: { rtol: 4e-3, atol: 4e-3 }, BF16: { rtol: 3e-2, atol: 3e-2 } };
const NOTHING: Tolerance = { rtol: 0, atol: 0 };

/** Compiles every signature of an op's SavedModel, runs it, and compares with the answers beside it. */
export async function checkOp(directory: string, engine: OnnxEngine): Promise<OpReport> {
  const file = JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8')) as OpFile;
  const folder = mkdtempSync(join(tmpdir(), 'servable-op-'));
  const model = await openSavedModel(directory);
  try {
    const compiled = await compileModel(model, folder, { names: file.cases.map(({ name }) => name), signal: new AbortController().signal });
    const [uncovered, wrong]: [string[], string[]] = [[], []];
    for (const each of file.cases) {
      const outcome = compiled[each.name];
      const about = `${each.name} ${describe(model, each)}`;
      if (outcome === undefined || outcome.kind === 'uncovered') uncovered.push(`${about}: ${outcome?.reason ?? 'it is not there'}`);
      else wrong.push(...(await checkCase(each, { compiled, folder, engine, file })).map((fault) => `${about}: ${fault}`));
    }
    return { cases: file.cases.length, uncovered, wrong };
  } finally {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface CheckParts {
  readonly compiled: CompiledModel;
  readonly folder: string;
  readonly engine: OnnxEngine;
  readonly file: OpFile;
}

async function checkCase(each: OpCase, parts: CheckParts): Promise<readonly string[]> {
  try {
    const outputs = await runCase(each, parts);
    if (each.error !== undefined) return [`gives an answer, TensorFlow refuses: ${each.error.message ?? ''}`];
    return Object.entries(each.outputs ?? {}).flatMap(([name, golden]) => {
      const expected = goldenTensor(golden);
      const difference = differenceOf(outputs.get(name), expected, toleranceOf(expected.dtype, parts.file));
      return difference === undefined ? [] : [`${name} ${difference}`];
    });
  } catch (error) {
    const status = ServingError.is(error) ? error.status : 'UNKNOWN';
    if (each.error !== undefined && status === 'INVALID_ARGUMENT') return differentWords(messageOf(error), parts.file.messages === true ? each.error.message : null);
    return [`is refused: ${error instanceof Error ? error.message : String(error)}${each.error === undefined ? '' : ` (${status})`}`];
  }
}

/** TensorFlow's, without the node that it adds. */
function differentWords(message: string, expected: string | null): readonly string[] {
  const [said] = message.split('\n\t [[');
  return expected === null || said?.split("value: '")[0] === expected ? [] : [`says: ${message}\n         not: ${expected}`];
}

async function runCase({ name, inputs, outputs, error }: OpCase, { compiled, folder, engine }: CheckParts): Promise<ReadonlyMap<string, ReturnType<typeof goldenTensor>>> {
  const model = { [name]: compiled[name] ?? { kind: 'uncovered' as const, reason: '' } };
  const sessions = new Map<string, OnnxSession>();
  for (const file of graphFiles(model).keys()) sessions.set(file, await engine.createSession(join(folder, file), {}, new AbortController().signal));
  const session = new CompiledSession(model, sessions);
  try {
    const names = error === undefined ? Object.keys(outputs ?? {}) : aliasesOf(model[name]);
    return await session.run({ signature: name, inputs: goldenTensors(inputs), outputs: names, context: testRunContext() });
  } finally {
    await session.close();
  }
}

/** Of a signature that compiled. */
function aliasesOf(outcome: CompiledSignature | undefined): readonly string[] {
  if (outcome?.kind === 'graph') return Object.keys({ ...outcome.outputs, ...outcome.passed });
  return outcome?.kind === 'plan' ? Object.keys(outcome.outputs) : ['out0'];
}

function toleranceOf(dtype: string, { rtol, atol }: OpFile): Tolerance {
  const own = TOLERANCES[dtype] ?? NOTHING;
  return dtype === 'FP32' ? { rtol: rtol ?? own.rtol, atol: atol ?? own.atol } : own;
}

function describe({ signatures }: OpenSavedModel, { name, inputs }: OpCase): string {
  const signature: Signature | undefined = signatures.signatures.get(name);
  return Object.entries(inputs).map(([key, { dtype, shape }]) => `${key} ${dtype}[${shape}] as [${String(signature?.inputs.get(key)?.shape)}]`).join(', ');
}
