import type { NodeToWrite, StoredTensor, ValueToWrite } from '@servable/onnx-graph';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { physical } from '../build/order.ts';
import { namesUsed } from '../build/needed-nodes.ts';
import { modelOf, withNames } from '../finish-graph.ts';
import type { Value } from '../ir/value.ts';
import type { EmittedHost, EmittedPlan, EmittedSegment } from './emitted-plan.ts';
import { inOrderOfMaking, Levels, neededFor, type Placed, takenBy } from './levels.ts';

/** What a graph takes and gives, by alias, and what every call computes besides. */
export interface CutParts {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly guards: readonly Value[];
}

/** Cuts what was made into segments of ONNX with the host nodes between them. */
export function cutGraph(b: GraphBuilder, { inputs, outputs, guards }: CutParts): EmittedPlan {
  const names = new Map(Array.from(outputs, ([alias, value]) => [alias, b.nameOf(value)]));
  const required = guards.filter(({ constant }) => constant === undefined).map((value) => b.nameOf(value));
  const wanted = [...names.values(), ...required];
  const given = new Map(Array.from(inputs.values(), (value) => [value.name, value]));
  const placed = neededFor(wanted, inOrderOfMaking(b.nodes, b.hosts));
  const steps = new Cutter(b, { placed, given, wanted }).steps();
  const inHosts = steps.flatMap((step) => (step.kind === 'host' ? step.inputs : []));
  const constants = new Map([...inHosts, ...wanted].flatMap((name): [string, StoredTensor][] => {
    const stored = b.initializers.get(name);
    return stored === undefined ? [] : [[name, stored]];
  }));
  return { steps, inputs: new Map(Array.from(inputs, ([alias, { name, dtype, shape }]) => [alias, { name, dtype, isRows: typeof shape?.[0] === 'string' }])), outputs: names, constants, guards: required };
}

interface CutterParts {
  readonly placed: readonly Placed[];
  readonly given: ReadonlyMap<string, Value>;
  readonly wanted: readonly string[];
}

class Cutter {
  readonly #b: GraphBuilder;
  readonly #placed: readonly Placed[];
  readonly #given: ReadonlyMap<string, Value>;
  readonly #levels: Levels;
  /** Which node of ONNX gives a value. */
  readonly #makers = new Map<string, Placed>();
  /** Values that host nodes take, or the whole graph gives. */
  readonly #outside: ReadonlySet<string>;

  constructor(b: GraphBuilder, { placed, given, wanted }: CutterParts) {
    this.#b = b;
    this.#placed = placed;
    this.#given = given;
    this.#levels = new Levels(placed, given.keys());
    for (const each of placed) if (each.kind === 'onnx') for (const name of each.node.outputs) this.#makers.set(name, each);
    this.#outside = new Set([...wanted, ...placed.flatMap(({ kind, node }) => (kind === 'host' ? node.inputs : []))]);
  }

  steps(): readonly (EmittedSegment | EmittedHost)[] {
    const last = Math.max(0, ...this.#placed.map((each) => this.#levels.of(each)));
    return Array.from({ length: last + 1 }, (_, level) => level).flatMap((level) => [...this.#hostsAt(level), ...this.#segmentAt(level)]);
  }

  #hostsAt(level: number): readonly EmittedHost[] {
    return this.#placed.flatMap((each) => {
      if (each.kind !== 'host' || this.#levels.of(each) !== level) return [];
      const { after: _, ...node } = each.node;
      return [{ kind: 'host' as const, ...node }];
    });
  }

  #segmentAt(level: number): readonly EmittedSegment[] {
    const own = this.#placed.filter((each) => each.kind === 'onnx' && (this.#levels.of(each) === level || (level === 0 && this.#isTakenAlone(each))));
    if (own.length === 0) return [];
    const nodes = this.#withConstantParts(own);
    const made = new Set(nodes.flatMap(({ outputs }) => outputs));
    const used = new Set(nodes.flatMap(namesUsed));
    const inputs = [...used].filter((name) => !made.has(name) && this.#valueOf(name) !== undefined);
    const outputs = own.flatMap(({ node }) => node.outputs).filter((name) => this.#isGivenOn(name, level));
    const initializers = new Map([...this.#b.initializers].filter(([name]) => used.has(name)));
    return [{ kind: 'segment', inputs, outputs, model: modelOf(this.#b, { nodes, initializers, inputs: inputs.map((name) => this.#factsOf(name)), outputs: outputs.map((name) => this.#factsOf(name)) }) }];
  }

  /** What is made of constants alone, and taken by no segment. */
  #isTakenAlone(placed: Placed): boolean {
    return this.#levels.isAnywhere(placed) && placed.node.outputs.some((name) => this.#outside.has(name));
  }

  /** With what is made of constants alone: cheaper to have in each segment, where ONNX Runtime computes it once, than to be handed on. */
  #withConstantParts(own: readonly Placed[]): readonly NodeToWrite[] {
    const kept = new Set(own);
    const pending = [...own];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const name of takenBy(next)) {
        const maker = this.#makers.get(name);
        if (maker === undefined || kept.has(maker) || !this.#levels.isAnywhere(maker)) continue;
        kept.add(maker);
        pending.push(maker);
      }
    }
    return this.#placed.flatMap((each) => (each.kind === 'onnx' && kept.has(each) ? [withNames(each.node, new Map())] : []));
  }

  /** Whether somebody after a segment needs a value of it. */
  #isGivenOn(name: string, level: number): boolean {
    if (this.#outside.has(name)) return true;
    return this.#placed.some((each) => each.kind === 'onnx' && this.#levels.of(each) > level && takenBy(each).includes(name));
  }

  /** A value that is there outside of branches, and no constant. */
  #valueOf(name: string): Value | undefined {
    return this.#given.get(name) ?? this.#b.valueNamed(name);
  }

  #factsOf(name: string): ValueToWrite {
    const value = this.#valueOf(name);
    if (value === undefined) throw new Error(`nothing gives '${name}'`);
    const { dtype, shape } = physical(value);
    if (dtype === 'BYTES') throw new Error(`'${name}' is of strings, which stay outside of ONNX`);
    return { name, dtype, shape };
  }
}
