import { join } from 'node:path';
import { writeModelFile } from '@servable/onnx-graph';
import { type CompiledHost, type CompiledPlan, type CompiledSegment, writtenConstants } from '../compiled-model.ts';
import { EXTERNAL_FROM, type GraphPlace, hasLoops, provenOutputs } from '../prove-rows.ts';
import type { EmittedPlan, EmittedSegment } from './emitted-plan.ts';
import { PlanRows } from './plan-rows.ts';

/** Writes the segments of a plan, and proves what of it keeps rows apart. */
export async function writePlan(plan: EmittedPlan, place: GraphPlace): Promise<CompiledPlan> {
  const { folder, file, signal } = place;
  const rows = new PlanRows(plan);
  const steps: (CompiledSegment | CompiledHost)[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'host') {
      const { keepsRows: _, repeatsRows: __, ...host } = step;
      steps.push(host);
      rows.addHost(step);
      continue;
    }
    const segment = await writeSegment(step, { ...place, file: file.replace(/(?=\.onnx$)/u, `-${steps.length}`) });
    steps.push(segment);
    if (rows.areRows(step.inputs)) rows.addOutputs(await provenOutputs(join(folder, segment.file), step, signal));
  }
  return { kind: 'plan', steps, inputs: inputsOf(plan), outputs: Object.fromEntries(plan.outputs), constants: writtenConstants(plan.constants), guards: plan.guards, isProvenRows: rows.isProven() };
}

function inputsOf({ inputs }: EmittedPlan): CompiledPlan['inputs'] {
  return Object.fromEntries(Array.from(inputs, ([alias, { name, dtype }]) => [alias, { name, dtype }]));
}

async function writeSegment({ model, inputs, outputs }: EmittedSegment, { folder, file, weights, signal }: GraphPlace): Promise<CompiledSegment> {
  await writeModelFile(join(folder, file), model, { externalFrom: EXTERNAL_FROM, weights, signal });
  return { kind: 'segment', file, inputs, outputs, hasLoops: hasLoops(model) };
}
