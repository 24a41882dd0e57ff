import { messageOf } from '@servable/core';
import { stat } from 'node:fs/promises';
import { onnxError } from '@servable/engine-onnxruntime';
import { type ExternalData, type Field, MalformedProtobuf, ProtobufFile, readEntry, readTensor, readValue, type Span, type ValueFacts } from '@servable/onnx-graph';

/** What an ONNX file says of itself. */
export interface ModelFacts {
  readonly fileBytes: number;
  readonly irVersion: number;
  /** Versions by domain; the domain of ONNX itself is `ai.onnx`. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly producerVersion: string;
  readonly graphName: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** What a run must be given: initializers that are also graph inputs are not here. */
  readonly inputs: readonly ValueFacts[];
  readonly outputs: readonly ValueFacts[];
  /** Nodes of the graph, its subgraphs and functions. */
  readonly nodes: number;
  /** How often each operator stands in those nodes; `domain::name` outside `ai.onnx`. */
  readonly operators: ReadonlyMap<string, number>;
  /** Numbers in stored tensors. */
  readonly parameters: number;
  readonly externalData: readonly ExternalData[];
}

/** Deeper graphs than any exporter writes are an attack on the stack. */
const DEEPEST_GRAPH = 64;

/**
 * Reads a model's facts without its weights: only the graph's own bytes are read, however large the file is.
 *
 * @throws ServingError `SRV_ONNX_FILE_NOT_FOUND`, `SRV_ONNX_MODEL_INVALID`; rejects with `signal.reason` when aborted
 */
export async function readModelFacts(path: string, signal: AbortSignal): Promise<ModelFacts> {
  signal.throwIfAborted();
  const file = await openModel(path);
  try {
    return await new FactsReader(file, signal).read();
  } catch (error) {
    if (error instanceof MalformedProtobuf) throw onnxError('SRV_ONNX_MODEL_INVALID', [path, error.message], { cause: error });
    if (error instanceof Error && 'syscall' in error) throw onnxError('SRV_ONNX_LOAD_FAILED', [path, error.message], { cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

async function openModel(path: string): Promise<ProtobufFile> {
  try {
    // Before it is opened: opening a pipe would wait for its writer.
    if (!(await stat(path)).isFile()) throw new Error('it is not a file');
    return await ProtobufFile.open(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw onnxError('SRV_ONNX_FILE_NOT_FOUND', [path], { cause: error });
    throw onnxError('SRV_ONNX_LOAD_FAILED', [path, messageOf(error)], { cause: error });
  }
}

/** Field numbers are those of `ModelProto` and its parts in ONNX's `onnx.proto`. */
class FactsReader {
  readonly #file: ProtobufFile;
  readonly #signal: AbortSignal;
  readonly #opsets = new Map<string, number>();
  readonly #metadata = new Map<string, string>();
  readonly #operators = new Map<string, number>();
  readonly #initializers = new Set<string>();
  readonly #external: ExternalData[] = [];
  readonly #inputs: ValueFacts[] = [];
  readonly #outputs: ValueFacts[] = [];
  #irVersion = 0;
  #producer = '';
  #producerVersion = '';
  #graphName = '';
  #graphs = 0;
  #nodes = 0;
  #parameters = 0;

  constructor(file: ProtobufFile, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  async read(): Promise<ModelFacts> {
    await this.#readModel({ start: 0, end: this.#file.size });
    if (this.#graphs !== 1) throw new MalformedProtobuf(this.#file.size === 0 ? 'the file is empty' : 'it has no graph');
    return {
      fileBytes: this.#file.size,
      irVersion: this.#irVersion,
      opsets: this.#opsets,
      producer: this.#producer,
      producerVersion: this.#producerVersion,
      graphName: this.#graphName,
      metadata: this.#metadata,
      inputs: this.#inputs.filter((input) => !this.#initializers.has(input.name)),
      outputs: this.#outputs,
      nodes: this.#nodes,
      operators: this.#operators,
      parameters: this.#parameters,
      externalData: this.#external,
    };
  }

  async #readModel(span: Span): Promise<void> {
    const file = this.#file;
    await file.forEachField(span, async (field) => {
      if (field.number === 1) this.#irVersion = field.value;
      else if (field.number === 2) this.#producer = await file.text(field);
      else if (field.number === 3) this.#producerVersion = await file.text(field);
      else if (field.number === 7) await this.#readMainGraph(file.message(field));
      else if (field.number === 8) await this.#readOpset(file.message(field));
      else if (field.number === 14) await readEntry(file, field, this.#metadata);
      else if (field.number === 25) await this.#readFunction(file.message(field));
    });
  }

  async #readOpset(span: Span): Promise<void> {
    let domain = '';
    let version = 0;
    await this.#file.forEachField(span, async (field) => {
      if (field.number === 1) domain = await this.#file.text(field);
      else if (field.number === 2) version = field.value;
    });
    this.#opsets.set(domain || 'ai.onnx', version);
  }

  async #readMainGraph(span: Span): Promise<void> {
    this.#graphs++;
    const file = this.#file;
    await this.#readGraph(span, 0, async (field) => {
      if (field.number === 2) this.#graphName = await file.text(field);
      else if (field.number === 11) this.#inputs.push(await readValue(file, file.message(field)));
      else if (field.number === 12) this.#outputs.push(await readValue(file, file.message(field)));
    });
  }

  /** Nodes and initializers, which subgraphs have too; `visit` sees the other fields as well. */
  async #readGraph(span: Span, depth: number, visit?: (field: Field) => Promise<void>): Promise<void> {
    if (depth > DEEPEST_GRAPH) throw new MalformedProtobuf(`graphs are nested deeper than ${DEEPEST_GRAPH}`);
    this.#signal.throwIfAborted();
    const file = this.#file;
    await file.forEachField(span, async (field) => {
      if (field.number === 1) await this.#readNode(file.message(field), depth);
      else if (field.number === 5) this.#addInitializer(await this.#readTensor(file.message(field)), depth);
      else if (field.number === 15) this.#addInitializer(await this.#readSparseTensor(file.message(field)), depth);
      await visit?.(field);
    });
  }

  /** Those of subgraphs hide no input of the main graph. */
  #addInitializer(name: string, depth: number): void {
    if (depth === 0) this.#initializers.add(name);
  }

  async #readNode(span: Span, depth: number): Promise<void> {
    const file = this.#file;
    let name = '';
    let domain = '';
    await file.forEachField(span, async (field) => {
      if (field.number === 4) name = await file.text(field);
      else if (field.number === 5) await this.#readAttribute(file.message(field), depth);
      else if (field.number === 7) domain = await file.text(field);
    });
    this.#nodes++;
    const operator = domain === '' || domain === 'ai.onnx' ? name : `${domain}::${name}`;
    this.#operators.set(operator, (this.#operators.get(operator) ?? 0) + 1);
  }

  /** Attributes hold tensors (constants) and graphs (bodies of loops and branches). */
  async #readAttribute(span: Span, depth: number): Promise<void> {
    const file = this.#file;
    await file.forEachField(span, async (field) => {
      if (field.number === 5 || field.number === 10) await this.#readTensor(file.message(field));
      else if (field.number === 6 || field.number === 11) await this.#readGraph(file.message(field), depth + 1);
      else if (field.number === 22 || field.number === 23) await this.#readSparseTensor(file.message(field));
    });
  }

  async #readFunction(span: Span): Promise<void> {
    await this.#file.forEachField(span, async (field) => {
      if (field.number === 7) await this.#readNode(this.#file.message(field), 0);
    });
  }

  async #readTensor(span: Span): Promise<string> {
    const tensor = await readTensor(this.#file, span);
    this.#parameters += tensor.elements;
    if (tensor.external !== undefined) this.#external.push(tensor.external);
    return tensor.name;
  }

  async #readSparseTensor(span: Span): Promise<string> {
    let name = '';
    await this.#file.forEachField(span, async (field) => {
      if (field.number === 1) name = await this.#readTensor(this.#file.message(field));
      else if (field.number === 2) await this.#readTensor(this.#file.message(field));
    });
    return name;
  }
}
