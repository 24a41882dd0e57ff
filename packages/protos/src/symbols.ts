import type { DescEnum, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';

/** Full names of all that a file declares. An enum's values are named beside the enum, not inside it. */
export function symbolsOf(file: DescFile): readonly string[] {
  return [
    ...file.services.flatMap(ofService),
    ...file.messages.flatMap(ofMessage),
    ...file.enums.flatMap(ofEnum),
    ...file.extensions.map((extension) => extension.typeName),
  ];
}

function ofService(service: DescService): string[] {
  return [service.typeName, ...service.methods.map((method) => `${service.typeName}.${method.name}`)];
}

function ofMessage(message: DescMessage): string[] {
  return [
    message.typeName,
    ...message.fields.map((field) => `${message.typeName}.${field.name}`),
    ...message.oneofs.map((oneof) => `${message.typeName}.${oneof.name}`),
    ...message.nestedMessages.flatMap(ofMessage),
    ...message.nestedEnums.flatMap(ofEnum),
    ...message.nestedExtensions.map((extension) => extension.typeName),
  ];
}

function ofEnum(declared: DescEnum): string[] {
  const scope = declared.typeName.slice(0, declared.typeName.length - declared.name.length);
  return [declared.typeName, ...declared.values.map((value) => scope + value.name)];
}
