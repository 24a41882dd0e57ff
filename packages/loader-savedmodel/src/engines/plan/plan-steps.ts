import type { Tensor } from '@servable/core';
import type { OnnxSession } from '@servable/engine-onnxruntime';
import type { CompiledHost, CompiledPlan, CompiledSegment } from '../../compile/compiled-model.ts';
import { RefusedRun } from '../../compile/refused-run.ts';
import { savedModelError } from '../../errors.ts';
import { prepareHost } from '../../host/host-table.ts';
import { inTurns } from './in-turns.ts';

/** Tensors of one call, by their names in the graph. */
export type CallValues = Map<string, Tensor>;

/** One step of a loaded plan. */
export interface PlanStep {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Computes some of its outputs from what is there, and puts them beside it. A promise when that takes a while. */
  run(values: CallValues, wanted: readonly string[], signal: AbortSignal): undefined | Promise<void>;
}

/** What a plan is run with. */
export interface LoadedParts {
  /** By file. */
  readonly sessions: ReadonlyMap<string, OnnxSession>;
  /** By their names in the graph. */
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** Steps whose graphs are loaded. @throws ServingError when the plan is not of this version */
export function planSteps({ steps }: CompiledPlan, { sessions, constants }: LoadedParts): readonly PlanStep[] {
  return steps.map((step) => (step.kind === 'host' ? hostStep(step, constants) : segmentStep(step, sessions.get(step.file))));
}

function segmentStep({ file, inputs, outputs }: CompiledSegment, session: OnnxSession | undefined): PlanStep {
  if (session === undefined) throw savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', [file, 'it is not loaded']);
  return {
    inputs,
    outputs,
    run: (values, wanted, signal) => {
      const given = new Map(inputs.map((name) => [name, valueOf(values, name)]));
      const results = session.run(given, wanted, signal);
      if (results instanceof Promise) return results.then((made) => keep(values, made));
      return keep(values, results);
    },
  };
}

function hostStep({ op, node, attributes, inputs, outputs }: CompiledHost, constants: LoadedParts['constants']): PlanStep {
  const work = prepareHost(op, attributes, inputs.map((name) => constants.get(name)));
  if (work === undefined) throw savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', [node, `nothing here runs ${op}`]);
  const named = (made: readonly Tensor[]): Iterable<[string, Tensor]> => outputs.map((name, at): [string, Tensor] => [name, made[at] as Tensor]);
  return {
    inputs: inputs.filter((name) => name !== ''),
    outputs,
    run: (values, _, signal) => {
      try {
        const results = inTurns(work(inputs.map((name) => valueOf(values, name))), signal);
        if (!(results instanceof Promise)) return keep(values, named(results));
        return results.then((made) => keep(values, named(made)), (error: unknown) => {
          throw withNode(error, node);
        });
      } catch (error) {
        throw withNode(error, node);
      }
    },
  };
}

function valueOf(values: CallValues, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`nothing has computed '${name}'`);
  return value;
}

function keep(values: CallValues, made: Iterable<readonly [string, Tensor]>): undefined {
  for (const [name, tensor] of made) values.set(name, tensor);
}

/** As TensorFlow says where it refused a run. */
function withNode(error: unknown, node: string): unknown {
  if (!(error instanceof RefusedRun)) return error;
  return savedModelError('SRV_SAVEDMODEL_RUN_REFUSED', [`${error.message}\n\t [[{{node ${node}}}]]`], { cause: error });
}
