// The messages are under subpaths (`@servable/protos/onnx`, …), so that a program loads only those it uses. Here is the
// runtime that the generated code is made for.
export { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
