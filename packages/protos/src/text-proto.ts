export { parsePlacedTextProto, parseTextProto, type PlacedTextProto, type TextProtoOptions } from './text-proto/parse-text-proto.ts';
export { TextProtoError, type TextProtoFaultDetails, type TextProtoPlace } from './text-proto/text-proto-error.ts';
