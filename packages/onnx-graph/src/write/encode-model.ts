import { bytesPerElement, elementCount } from '@servable/core';
import { elementTypeNumber } from '../model/element-types.ts';
import type { AttributeToWrite, GraphToWrite, ModelToWrite, NodeToWrite, StoredTensor, ValueToWrite } from './graph-to-write.ts';
import { MessageBytes, type Piece } from './message-bytes.ts';

/** Where a tensor's bytes lie in the file beside the model. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
}

/** Tells where a tensor's data goes; `undefined`: into the model's own file. */
export type PlaceTensor = (tensor: StoredTensor) => ExternalPlace | undefined;

type Message = MessageBytes<StoredTensor>;

const IR_VERSION = 10;
/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES = { float: 1, integer: 2, text: 3, tensor: 4, graph: 5, floats: 6, integers: 7, texts: 8 } as const;
const EXTERNAL = 1;

/**
 * The pieces of a model's file in order; tensors that go into it stand where their bytes belong. Field numbers are those of `ModelProto` and
 * its parts in ONNX's `onnx.proto`.
 */
export function encodeModel(model: ModelToWrite, place: PlaceTensor = () => undefined): readonly Piece<StoredTensor>[] {
  const message: Message = new MessageBytes<StoredTensor>().integer(1, IR_VERSION).text(2, model.producer).message(7, encodeGraph(model.graph, place));
  for (const [domain, version] of model.opsets) message.message(8, newMessage().text(1, domain).integer(2, version));
  for (const [key, value] of model.metadata ?? []) message.message(14, newMessage().text(1, key).text(2, value));
  return message.pieces();
}

function newMessage(): Message {
  return new MessageBytes<StoredTensor>();
}

function encodeGraph(graph: GraphToWrite, place: PlaceTensor): Message {
  const message = newMessage();
  for (const node of graph.nodes) message.message(1, encodeNode(node, place));
  message.text(2, graph.name);
  for (const [name, tensor] of graph.initializers) message.message(5, encodeTensor(name, tensor, place));
  for (const input of graph.inputs) message.message(11, encodeValue(input));
  for (const output of graph.outputs) message.message(12, encodeValue(output));
  return message;
}

function encodeNode({ name, operator, domain, inputs, outputs, attributes }: NodeToWrite, place: PlaceTensor): Message {
  const message = newMessage();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, name).text(4, operator);
  for (const [key, value] of Object.entries(attributes)) message.message(5, encodeAttribute(key, value, place));
  return domain === '' ? message : message.text(7, domain);
}

function encodeAttribute(name: string, value: AttributeToWrite, place: PlaceTensor): Message {
  const message = newMessage().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, ATTRIBUTE_TYPES.integer);
  if (typeof value === 'string') return message.text(4, value).integer(20, ATTRIBUTE_TYPES.text);
  if ('float' in value) return message.float(2, value.float).integer(20, ATTRIBUTE_TYPES.float);
  if ('tensor' in value) return message.message(5, encodeTensor('', value.tensor, place)).integer(20, ATTRIBUTE_TYPES.tensor);
  if ('graph' in value) return message.message(6, encodeGraph(value.graph, place)).integer(20, ATTRIBUTE_TYPES.graph);
  if ('floats' in value) {
    for (const each of value.floats) message.float(7, each);
    return message.integer(20, ATTRIBUTE_TYPES.floats);
  }
  if ('texts' in value) {
    for (const each of value.texts) message.text(9, each);
    return message.integer(20, ATTRIBUTE_TYPES.texts);
  }
  return message.integers(8, value).integer(20, ATTRIBUTE_TYPES.integers);
}

function encodeTensor(name: string, tensor: StoredTensor, place: PlaceTensor): Message {
  const message = newMessage().integers(1, tensor.shape).integer(2, elementTypeNumber(tensor.dtype)).text(8, name);
  if (tensor.dtype === 'BYTES') {
    for (const text of tensor.read() as readonly Uint8Array[]) message.bytes(6, text);
    return message;
  }
  const byteLength = storedBytes(tensor);
  const external = place(tensor);
  if (external === undefined) return message.later(9, byteLength, tensor);
  const entries = { location: external.location, offset: external.offset, length: byteLength };
  for (const [key, value] of Object.entries(entries)) message.message(13, newMessage().text(1, key).text(2, String(value)));
  return message.integer(14, EXTERNAL);
}

/** Bytes of a tensor's data in a file; 0 for strings, which are always in the model's own. */
export function storedBytes({ dtype, shape }: StoredTensor): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

function encodeValue({ name, dtype, shape }: ValueToWrite): Message {
  const tensor = newMessage().integer(1, elementTypeNumber(dtype));
  if (shape !== undefined) tensor.message(2, encodeShape(shape));
  return newMessage().text(1, name).message(2, newMessage().message(1, tensor));
}

function encodeShape(shape: NonNullable<ValueToWrite['shape']>): Message {
  const message = newMessage();
  for (const size of shape) {
    const dimension = newMessage();
    if (typeof size === 'string') dimension.text(2, size);
    else if (size >= 0) dimension.integer(1, size);
    message.message(1, dimension);
  }
  return message;
}
