export { parseTextProto, type TextProtoOptions } from './text-proto/parse-text-proto.ts';
export { TextProtoError } from './text-proto/text-proto-error.ts';
