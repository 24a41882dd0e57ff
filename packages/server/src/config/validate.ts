import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type ConfigKey, keysOfPointer } from './config-path.ts';
import { nearestName, suggest } from './nearest-name.ts';
import { showValue } from './show-value.ts';

/** A fault of a value, before it is known which file or flag the value stood in. */
export interface SchemaFault {
  readonly keys: readonly ConfigKey[];
  readonly found: string | undefined;
  readonly problem: string;
  readonly cure: string;
}

/** Tells everything that is wrong with a value; empty when nothing is. */
export type Validate = (value: unknown) => readonly SchemaFault[];

/** What a schema of ours says beside the standard: annotations for messages, and checks that JSON schema cannot express. */
interface AnnotatedSchema {
  readonly properties?: Readonly<Record<string, AnnotatedSchema>>;
  /** Continues "must be". */
  readonly expects?: string;
  /** A right value, as one writes it. */
  readonly example?: string;
  /** Where a name that does not belong here does. */
  readonly elsewhere?: ReadonlyMap<string, readonly string[]>;
}

/** Checks by keyword: `{ isVersion: true }` in a schema calls `isVersion`. */
export type KeywordChecks = Readonly<Record<string, (value: unknown) => boolean>>;

/**
 * Compiles a JSON schema (draft 7). All faults are told at once, each once.
 *
 * @throws Error when the schema itself is wrong
 */
export function compileSchema(schema: object, checks: KeywordChecks = {}): Validate {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, logger: false, validateFormats: false });
  ajv.addVocabulary(['expects', 'example', 'elsewhere']);
  for (const [keyword, isValid] of Object.entries(checks)) {
    ajv.addKeyword({ keyword, validate: (_schema: unknown, value: unknown) => isValid(value), errors: false });
  }
  const validate = ajv.compile(withoutDialect(schema));
  return (value) => faultsOf(validate, value);
}

/** Ajv refuses a `$schema` that it has not loaded; the words that plugins use mean the same in all drafts. */
function withoutDialect(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

function faultsOf(validate: ValidateFunction, value: unknown): readonly SchemaFault[] {
  if (validate(value)) return [];
  const faults = new Map<string, SchemaFault>();
  for (const error of (validate.errors ?? []).filter(isTelling)) {
    const fault = toFault(error, value);
    const id = JSON.stringify(fault.keys);
    // The first fault of a value says enough: a wrong type is also below its minimum, and so on.
    if (!faults.has(id)) faults.set(id, fault);
  }
  return [...faults.values()];
}

/** Ajv reports a failed branch twice: what was wrong in it, and that it failed. Of alternatives, each one's fault misleads. */
function isTelling(error: ErrorObject): boolean {
  return error.keyword !== 'if' && !/\/(anyOf|oneOf)\/\d+\//.test(error.schemaPath);
}

function toFault(error: ErrorObject, root: unknown): SchemaFault {
  const keys = keysOfPointer(error.instancePath, root);
  const parent = (error.parentSchema ?? {}) as AnnotatedSchema;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownName(keys, String(error.params['additionalProperty']), parent);
    case 'required':
      return missing(keys, String(error.params['missingProperty']), parent);
    case 'enum':
      return notOneOf(keys, error.data, choicesOf(error));
    default:
      return { keys, found: showValue(error.data), problem: problemOf(error, parent), cure: cureOf(error.data, parent) };
  }
}

function unknownName(keys: readonly ConfigKey[], name: string, parent: AnnotatedSchema): SchemaFault {
  const elsewhere = parent.elsewhere?.get(name);
  const cure = elsewhere === undefined ? suggest(name, Object.keys(parent.properties ?? {})) : `Write ${elsewhere.join(' or ')}`;
  return { keys: [...keys, name], found: undefined, problem: 'is not a known name', cure };
}

function missing(keys: readonly ConfigKey[], name: string, parent: AnnotatedSchema): SchemaFault {
  const example = parent.properties?.[name]?.example;
  const cure = example === undefined ? `Add ${name}` : `Add ${name}: ${example}`;
  return { keys: [...keys, name], found: undefined, problem: 'is missing', cure };
}

function notOneOf(keys: readonly ConfigKey[], value: unknown, choices: readonly unknown[]): SchemaFault {
  const names = choices.filter((choice) => typeof choice === 'string');
  const cure = typeof value === 'string' ? didYouMean(value, names) : `Write ${choices.map(showValue).join(' or ')}`;
  return { keys, found: showValue(value), problem: `must be one of ${choices.map(showValue).join(', ')}`, cure };
}

/** Empty when no name is near: the problem lists them all. */
function didYouMean(value: string, names: readonly string[]): string {
  const nearest = nearestName(value, names);
  return nearest === undefined ? '' : `Did you mean '${nearest}'?`;
}

function choicesOf(error: ErrorObject): readonly unknown[] {
  const choices: unknown = error.params['allowedValues'];
  return Array.isArray(choices) ? choices : [];
}

function problemOf(error: ErrorObject, parent: AnnotatedSchema): string {
  return parent.expects === undefined ? (error.message ?? 'is not valid') : `must be ${parent.expects}`;
}

function cureOf(value: unknown, parent: AnnotatedSchema): string {
  // The usual slip: a plugin's factory is listed, not the plugin that it makes.
  if (typeof value === 'function') return `Call it: ${value.name === '' ? 'the function' : value.name}()`;
  return parent.example === undefined ? '' : `Write ${parent.example}`;
}
