import { type OnnxAttribute, type OnnxConstant, type OnnxFunction, type OnnxGraph, MAX_VALUES, type OnnxModel, type OnnxNode } from './graph.ts';
import { type Field, MalformedProtobuf, ProtobufFile, type Span } from './protobuf-file.ts';
import { readConstant, readFloats } from './read-constant.ts';
import { readValue, type ValueFacts } from './value-facts.ts';

/** Deeper graphs than any exporter writes are an attack on the stack. */
const DEEPEST_GRAPH = 64;

/** As {@link readGraph}, of a file whose facts could be read. */
export async function readGraphFile(path: string, signal: AbortSignal): Promise<OnnxModel> {
  const file = await ProtobufFile.open(path);
  try {
    return await readGraph(file, signal);
  } finally {
    await file.close();
  }
}

/**
 * Reads a model's graph, its subgraphs and functions without its weights. Field numbers are those of `ModelProto` and its
 * parts in ONNX's `onnx.proto`.
 *
 * @throws MalformedProtobuf; rejects with `signal.reason` when aborted
 */
export async function readGraph(file: ProtobufFile, signal: AbortSignal): Promise<OnnxModel> {
  const reader = new GraphReader(file, signal);
  const opsets = new Map<string, number>();
  const functions: OnnxFunction[] = [];
  let graph: OnnxGraph | undefined;
  await file.forEachField({ start: 0, end: file.size }, async (field) => {
    if (field.number === 7) graph = await reader.readGraph(file.message(field), 0);
    else if (field.number === 8) await reader.readOpset(file.message(field), opsets);
    else if (field.number === 25) functions.push(await reader.readFunction(file.message(field)));
  });
  if (graph === undefined) throw new MalformedProtobuf('it has no graph');
  return { opsets, graph, functions };
}

class GraphReader {
  readonly #file: ProtobufFile;
  readonly #signal: AbortSignal;

  constructor(file: ProtobufFile, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  async readGraph(span: Span, depth: number): Promise<OnnxGraph> {
    if (depth > DEEPEST_GRAPH) throw new MalformedProtobuf(`graphs are nested deeper than ${DEEPEST_GRAPH}`);
    this.#signal.throwIfAborted();
    const file = this.#file;
    const nodes: OnnxNode[] = [];
    const initializers = new Map<string, OnnxConstant>();
    const inputs: ValueFacts[] = [];
    const outputs: ValueFacts[] = [];
    await file.forEachField(span, async (field) => {
      if (field.number === 1) nodes.push(await this.#readNode(file.message(field), depth));
      else if (field.number === 5) await this.#addConstant(file.message(field), initializers);
      else if (field.number === 11) inputs.push(await readValue(file, file.message(field)));
      else if (field.number === 12) outputs.push(await readValue(file, file.message(field)));
      else if (field.number === 15) await this.#addSparse(file.message(field), initializers);
    });
    return { nodes, initializers, inputs, outputs };
  }

  async readOpset(span: Span, opsets: Map<string, number>): Promise<void> {
    let domain = '';
    let version = 0;
    await this.#file.forEachField(span, async (field) => {
      if (field.number === 1) domain = await this.#file.text(field);
      else if (field.number === 2) version = field.value;
    });
    opsets.set(domainOf(domain), version);
  }

  async readFunction(span: Span): Promise<OnnxFunction> {
    const file = this.#file;
    const texts = { name: '', domain: '', overload: '' };
    const lists = { inputs: [] as string[], outputs: [] as string[], attributes: [] as string[] };
    const defaults = new Map<string, OnnxAttribute>();
    const nodes: OnnxNode[] = [];
    const opsets = new Map<string, number>();
    await file.forEachField(span, async (field) => {
      if (field.number === 1) texts.name = await file.text(field);
      else if (field.number === 4) lists.inputs.push(await file.text(field));
      else if (field.number === 5) lists.outputs.push(await file.text(field));
      else if (field.number === 6) lists.attributes.push(await file.text(field));
      else if (field.number === 7) nodes.push(await this.#readNode(file.message(field), 0));
      else if (field.number === 9) await this.readOpset(file.message(field), opsets);
      else if (field.number === 10) texts.domain = await file.text(field);
      else if (field.number === 11) await this.#readAttribute(file.message(field), 0, defaults);
      else if (field.number === 13) texts.overload = await file.text(field);
    });
    return { ...texts, domain: domainOf(texts.domain), ...lists, defaults, nodes, opsets };
  }

  async #readNode(span: Span, depth: number): Promise<OnnxNode> {
    const file = this.#file;
    const texts = { name: '', operator: '', domain: '', overload: '' };
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, OnnxAttribute>();
    await file.forEachField(span, async (field) => {
      if (field.number === 1) inputs.push(await file.text(field));
      else if (field.number === 2) outputs.push(await file.text(field));
      else if (field.number === 3) texts.name = await file.text(field);
      else if (field.number === 4) texts.operator = await file.text(field);
      else if (field.number === 5) await this.#readAttribute(file.message(field), depth, attributes);
      else if (field.number === 7) texts.domain = await file.text(field);
      else if (field.number === 8) texts.overload = await file.text(field);
    });
    return { ...texts, domain: domainOf(texts.domain), inputs, outputs, attributes };
  }

  async #readAttribute(span: Span, depth: number, attributes: Map<string, OnnxAttribute>): Promise<void> {
    const file = this.#file;
    const parts = new AttributeParts(file);
    let name = '';
    let graph: OnnxGraph | undefined;
    await file.forEachField(span, async (field) => {
      if (field.number === 1) name = await file.text(field);
      else if (field.number === 6) graph = await this.readGraph(file.message(field), depth + 1);
      else await parts.add(field);
    });
    attributes.set(name, { ...parts.get(), graph });
  }

  async #addConstant(span: Span, constants: Map<string, OnnxConstant>): Promise<void> {
    const { name, constant } = await readConstant(this.#file, span);
    constants.set(name, constant);
  }

  /** Of a `SparseTensorProto` the shape; its name is that of its values. */
  async #addSparse(span: Span, constants: Map<string, OnnxConstant>): Promise<void> {
    let name = '';
    const shape: number[] = [];
    await this.#file.forEachField(span, async (field) => {
      if (field.number === 1) name = (await readConstant(this.#file, this.#file.message(field))).name;
      else if (field.number === 3) shape.push(...(await this.#file.integers(field)));
    });
    constants.set(name, { shape, values: undefined });
  }
}

type PlainAttribute = Omit<OnnxAttribute, 'graph'>;

/** Gathers an attribute's fields; a list that gets too long is dropped. */
class AttributeParts {
  readonly #file: ProtobufFile;
  readonly #integers: number[] = [];
  readonly #floats: number[] = [];
  readonly #texts: string[] = [];
  #scalars: Omit<PlainAttribute, 'integers' | 'floats' | 'texts'> = {
    integer: undefined,
    float: undefined,
    text: undefined,
    tensor: undefined,
    reference: undefined,
  };
  /** Types are 6, 7 and 8 for lists: an empty list leaves no field of its own. */
  #type = 0;
  #isLong = false;

  constructor(file: ProtobufFile) {
    this.#file = file;
  }

  async add(field: Field): Promise<void> {
    const file = this.#file;
    if (field.number === 2) this.#scalars = { ...this.#scalars, float: (await readFloats(file, field))[0] };
    else if (field.number === 3) this.#scalars = { ...this.#scalars, integer: field.value };
    else if (field.number === 4) this.#scalars = { ...this.#scalars, text: await this.#shortText(field) };
    else if (field.number === 5) this.#scalars = { ...this.#scalars, tensor: (await readConstant(file, file.message(field))).constant };
    else if (field.number === 20) this.#type = field.value;
    else if (field.number === 21) this.#scalars = { ...this.#scalars, reference: await file.text(field) };
    else await this.#addToList(field);
  }

  get(): PlainAttribute {
    const list = <T>(values: T[], type: number): readonly T[] | undefined =>
      this.#isLong || (values.length === 0 && this.#type !== type) ? undefined : values;
    return { ...this.#scalars, floats: list(this.#floats, 6), integers: list(this.#integers, 7), texts: list(this.#texts, 8) };
  }

  async #addToList(field: Field): Promise<void> {
    if (field.number < 7 || field.number > 9) return;
    const count = this.#integers.length + this.#floats.length + this.#texts.length;
    if (count >= MAX_VALUES || field.end - field.start > MAX_VALUES * 8) this.#isLong = true;
    if (this.#isLong) return;
    if (field.number === 7) this.#floats.push(...(await readFloats(this.#file, field)));
    else if (field.number === 8) this.#integers.push(...(await this.#file.integers(field)));
    else this.#texts.push(await this.#file.text(field));
  }

  /** Some operators keep whole programs or tables in a text. */
  async #shortText(field: Field): Promise<string | undefined> {
    return field.end - field.start > MAX_VALUES ? undefined : this.#file.text(field);
  }
}

function domainOf(domain: string): string {
  return domain === '' ? 'ai.onnx' : domain;
}
