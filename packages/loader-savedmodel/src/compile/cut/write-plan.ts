import { join } from 'node:path';
import { writeModelFile } from '@servable/onnx-graph';
import { type CompiledHost, type CompiledPlan, type CompiledSegment, writtenConstants } from '../compiled-model.ts';
import { EXTERNAL_FROM, type GraphPlace, hasLoops, provesRows } from '../prove-rows.ts';
import type { EmittedHost, EmittedPlan, EmittedSegment } from './emitted-plan.ts';

/** Writes the segments of a plan, and proves what of it keeps rows apart. */
export async function writePlan(plan: EmittedPlan, place: GraphPlace): Promise<CompiledPlan> {
  const { folder, file, signal } = place;
  const rows = new Set([...plan.inputs.values()].flatMap(({ name, isRows }) => (isRows ? [name] : [])));
  const steps: (CompiledSegment | CompiledHost)[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'host') {
      const { keepsRows: _, ...host } = step;
      steps.push(host);
      if (hostKeepsRows(step, plan, rows)) for (const name of step.outputs) rows.add(name);
      continue;
    }
    const segment = await writeSegment(step, { ...place, file: file.replace(/(?=\.onnx$)/u, `-${steps.length}`) });
    steps.push(segment);
    if (step.inputs.every((name) => rows.has(name)) && (await provesRows(join(folder, segment.file), step, signal))) for (const name of step.outputs) rows.add(name);
  }
  const isProvenRows = [...plan.inputs.values()].every(({ isRows }) => isRows) && plan.inputs.size > 0 && [...plan.outputs.values()].every((name) => rows.has(name));
  return { kind: 'plan', steps, inputs: inputsOf(plan), outputs: Object.fromEntries(plan.outputs), constants: writtenConstants(plan.constants), guards: plan.guards, isProvenRows };
}

function inputsOf({ inputs }: EmittedPlan): CompiledPlan['inputs'] {
  return Object.fromEntries(Array.from(inputs, ([alias, { name, dtype }]) => [alias, { name, dtype }]));
}

async function writeSegment({ model, inputs, outputs }: EmittedSegment, { folder, file, weights, signal }: GraphPlace): Promise<CompiledSegment> {
  await writeModelFile(join(folder, file), model, { externalFrom: EXTERNAL_FROM, weights, signal });
  return { kind: 'segment', file, inputs, outputs, hasLoops: hasLoops(model) };
}

/** Of a node that does so by itself: when what it is given are rows, or the same in all calls. */
function hostKeepsRows({ keepsRows, inputs }: EmittedHost, { constants }: EmittedPlan, rows: ReadonlySet<string>): boolean {
  return keepsRows && inputs.some((name) => rows.has(name)) && inputs.every((name) => name === '' || rows.has(name) || constants.has(name));
}
