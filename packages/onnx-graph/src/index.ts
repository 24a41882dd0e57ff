export { type OnnxAttribute, type OnnxConstant, type OnnxFunction, type OnnxGraph, type OnnxModel, type OnnxNode } from './model/graph.ts';
export { type Field, MalformedProtobuf, ProtobufFile, type Span } from './model/protobuf-file.ts';
export { readGraphFile } from './model/read-graph.ts';
export { type ExternalData, readEntry, readTensor, type TensorFacts } from './model/tensor-facts.ts';
export { readValue, type ValueFacts, type ValueKind, type ValueType } from './model/value-facts.ts';
export { proveRowIndependence, type ProvenNames, type RowProof } from './proof/prove-row-independence.ts';
