import type { DescEnum, DescField, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';

/** All that reaches the wire or JSON of a file's declarations, by full name; what only code generators read is left out. */
export function describeFile(file: DescFile): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const addMessage = (message: DescMessage): void => {
    found.set(message.typeName, ofMessage(message, file));
    message.nestedMessages.forEach(addMessage);
    message.nestedEnums.forEach((each) => found.set(each.typeName, ofEnum(each, file)));
  };
  file.messages.forEach(addMessage);
  file.enums.forEach((each) => found.set(each.typeName, ofEnum(each, file)));
  file.services.forEach((each) => found.set(each.typeName, ofService(each, file)));
  return found;
}

function ofMessage(message: DescMessage, file: DescFile): unknown {
  return {
    file: file.proto.name,
    reservedNames: [...message.proto.reservedName].sort(),
    reservedRanges: message.proto.reservedRange.map((range) => [range.start, range.end]),
    fields: Object.fromEntries(message.fields.map((field) => [field.number, ofField(field)])),
  };
}

function ofField(field: DescField): unknown {
  return {
    name: field.name,
    jsonName: field.proto.jsonName === '' ? camelCase(field.name) : field.jsonName,
    label: field.proto.label,
    type: field.proto.type,
    typeName: field.proto.typeName,
    map: field.fieldKind === 'map' ? [field.mapKey, field.mapKind, field.scalar, field.message?.typeName, field.enum?.typeName] : [],
    packed: field.fieldKind === 'list' && field.packed,
    presence: field.presence,
    oneof: field.oneof?.name,
    deprecated: field.deprecated,
  };
}

/** The JSON name that protobuf gives a field which names none; the contract's descriptors hold only the others. */
function camelCase(name: string): string {
  return name.replaceAll(/_+(.?)/g, (_match, letter: string) => letter.toUpperCase());
}

function ofEnum(declared: DescEnum, file: DescFile): unknown {
  return {
    file: file.proto.name,
    open: declared.open,
    reservedNames: [...declared.proto.reservedName].sort(),
    reservedRanges: declared.proto.reservedRange.map((range) => [range.start, range.end]),
    values: declared.values.map((value) => [value.number, value.name, value.deprecated]),
  };
}

function ofService(service: DescService, file: DescFile): unknown {
  return {
    file: file.proto.name,
    methods: service.methods.map((method) => [method.name, method.methodKind, method.input.typeName, method.output.typeName]),
  };
}
