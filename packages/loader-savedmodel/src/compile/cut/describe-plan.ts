import { isHostOp } from '../../host/host-table.ts';
import type { EmittedPlan } from './emitted-plan.ts';

/** The ops of TensorFlow's that a plan runs in TypeScript, each once. */
export function hostOpsOf({ steps }: EmittedPlan): readonly string[] {
  const ops = steps.flatMap((step) => (step.kind === 'host' ? [step.op] : []));
  return [...new Set(ops.filter(isHostOp).length > 0 ? ops.filter(isHostOp) : ops)];
}

/** Such as `2 segments, 1 host node: ParseExample`. */
export function describePlan(plan: EmittedPlan): string {
  const hosts = plan.steps.filter(({ kind }) => kind === 'host').length;
  const ops = hostOpsOf(plan).join(', ');
  return `${counted(plan.steps.length - hosts, 'segment')}, ${counted(hosts, 'host node')}${ops === '' ? '' : `: ${ops}`}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
