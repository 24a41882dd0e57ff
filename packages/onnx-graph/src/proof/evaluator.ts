import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from '../model/graph.ts';
import { neededNodes } from './needed-nodes.ts';
import { NodeCall } from './node-call.ts';
import { ends, ProofEnd } from './proof-end.ts';
import type { Rule } from './rule.ts';
import { isKnownOpset, neverFails, ruleOf } from './rule-table.ts';
import { Scope } from './scope.ts';
import { SizeSpace } from './size.ts';
import { countsRows, isEnded, UNKNOWN, type Value } from './value.ts';

/** A loop's body is followed a few times, loops inside it more often: this is beyond any model. */
const MAX_STEPS = 200_000;
const DEEPEST_CALL = 64;

/** Follows the batch through the nodes of one model. */
export class Evaluator {
  readonly sizes: SizeSpace = new SizeSpace();
  readonly #functions: ReadonlyMap<string, OnnxFunction>;
  #steps = 0;
  #depth = 0;

  constructor({ functions }: OnnxModel) {
    this.#functions = new Map(functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  }

  /** Adds to a scope what nodes make. */
  run(nodes: readonly OnnxNode[], scope: Scope): void {
    for (const node of nodes) {
      const values = this.#runNode(node, scope);
      for (const [at, name] of node.outputs.entries()) if (name !== '') scope.set(name, values[at] ?? endedAt(node, `its output ${at} is not followed`));
    }
  }

  #runNode(node: OnnxNode, scope: Scope): readonly Value[] {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : (scope.get(name) ?? endedAt(node, `there is no '${name}'`))));
    const ended = inputs.find((value) => value !== undefined && isEnded(value));
    if (ended !== undefined) return node.outputs.map(() => ({ ...ended, isHarmless: ended.isHarmless && neverFails(node.domain, node.operator) }));
    const tensors = inputs.map((value) => (value === undefined || isEnded(value) ? undefined : value));
    const isFree = tensors.every((value) => value === undefined || (value.batch === undefined && !countsRows(value)));
    // What is computed of the same numbers is the same, whatever the operator does.
    const orUnknown = (error: unknown): Value => {
      if (!(error instanceof ProofEnd)) throw error;
      return isFree && !error.isFinal ? UNKNOWN : endedAt(node, error.message);
    };
    try {
      this.#countStep();
      const outputs = this.#apply(node, tensors, scope);
      return node.outputs.map((_, at) => {
        const value = outputs[at];
        if (value === undefined) return orUnknown(ends(`its output ${at} is not followed`));
        return value instanceof ProofEnd ? orUnknown(value) : value;
      });
    } catch (error) {
      const value = orUnknown(error);
      return node.outputs.map(() => value);
    }
  }

  #apply(node: OnnxNode, inputs: ConstructorParameters<typeof NodeCall>[0]['inputs'], scope: Scope): ReturnType<Rule> {
    const { domain, operator, overload } = node;
    const attributes = scope.attributesOf(node);
    const rule = ruleOf(domain, operator);
    const own = this.#functions.get(keyOf(domain, operator, overload));
    if (own !== undefined && rule !== undefined) throw ends('the model has an operator of its own under this name', true);
    if (own !== undefined) return this.#call(own, inputs.map((value) => value ?? UNKNOWN), attributes);
    if (rule === undefined) throw ends('there is no rule for this operator', true);
    const opset = scope.opsets.get(domain) ?? (domain === 'ai.onnx' ? 0 : 1);
    if (!isKnownOpset(domain, opset)) throw ends(`there are no rules for opset ${opset} of ${domain}`, true);
    return rule(
      new NodeCall({ node, attributes, inputs, opset, sizes: this.sizes, evaluate: (graph, values) => this.#runGraph(graph, values, scope) }),
    );
  }

  #runGraph(graph: OnnxGraph, inputs: readonly Value[], around: Scope): readonly Value[] {
    return this.#nested(() => {
      const scope = around.inner(graph);
      for (const [at, { name }] of graph.inputs.entries()) {
        const value = inputs[at];
        if (value !== undefined) scope.set(name, value);
      }
      return this.#outputsOf(graph.nodes, graph.outputs.map(({ name }) => name), scope);
    });
  }

  #call(called: OnnxFunction, inputs: readonly Value[], attributes: ReadonlyMap<string, OnnxAttribute>): readonly Value[] {
    return this.#nested(() => {
      const scope = new Scope({ opsets: called.opsets, attributes: new Map([...called.defaults, ...attributes]) });
      for (const [at, name] of called.inputs.entries()) {
        const value = inputs[at];
        if (value !== undefined) scope.set(name, value);
      }
      return this.#outputsOf(called.nodes, called.outputs, scope);
    });
  }

  #outputsOf(nodes: readonly OnnxNode[], names: readonly string[], scope: Scope): readonly Value[] {
    this.run(neededNodes(nodes, names), scope);
    return names.map((name) => {
      const value = scope.get(name);
      if (value === undefined) throw ends(`there is no '${name}'`, true);
      return value;
    });
  }

  #nested<T>(follow: () => T): T {
    if (this.#depth >= DEEPEST_CALL) throw ends(`graphs and functions are nested deeper than ${DEEPEST_CALL}`, true);
    this.#depth++;
    try {
      return follow();
    } finally {
      this.#depth--;
    }
  }

  #countStep(): void {
    this.#steps++;
    if (this.#steps > MAX_STEPS) throw ends('the graph has more nodes and rounds than are followed', true);
  }
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

function endedAt({ name, operator, domain }: OnnxNode, reason: string): Value {
  return { reason, node: { name, operator: domain === 'ai.onnx' ? operator : `${domain}::${operator}` }, isHarmless: neverFails(domain, operator) };
}
