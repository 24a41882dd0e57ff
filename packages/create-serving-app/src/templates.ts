/** A kind of project. */
export interface Template {
  readonly name: TemplateName;
  readonly summary: string;
  readonly kind: 'app' | 'plugin';
  /** Packages of ours that it needs to run, without their scope. */
  readonly packages: readonly string[];
  /** Packages of ours for its tests and examples. */
  readonly devPackages: readonly string[];
  /** Models of `templates/models` by where they go; one that ends in `/` is a folder. */
  readonly models: Readonly<Record<string, string>>;
}

export const TEMPLATE_NAMES = ['minimal', 'onnx', 'savedmodel', 'pipeline', 'lookup', 'embeddings', 'plugin-loader', 'plugin-source'] as const;
/** The name of a template. */
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const APP = ['server', 'source-fs', 'functions'];

export const TEMPLATES: readonly Template[] = [
  {
    name: 'minimal',
    summary: 'an ONNX model, and a function that uses it',
    kind: 'app',
    packages: [...APP, 'loader-onnx'],
    devPackages: [],
    models: { 'models/iris/1/model.onnx': 'logistic.onnx' },
  },
  {
    name: 'onnx',
    summary: 'ONNX models with versions, labels, batching and warm-up',
    kind: 'app',
    packages: [...APP, 'loader-onnx'],
    devPackages: [],
    models: { 'models/iris/1/model.onnx': 'logistic.onnx', 'models/iris/2/model.onnx': 'perceptron.onnx' },
  },
  {
    name: 'savedmodel',
    summary: 'a TensorFlow SavedModel, without TensorFlow',
    kind: 'app',
    packages: [...APP, 'loader-savedmodel'],
    devPackages: [],
    models: { 'models/iris/1/': 'saved_model' },
  },
  {
    name: 'pipeline',
    summary: 'several models and a table in one request',
    kind: 'app',
    packages: [...APP, 'core', 'loader-onnx', 'loader-lookup-table'],
    devPackages: [],
    models: { 'models/flowers/1/classifier/model.onnx': 'logistic.onnx' },
  },
  { name: 'lookup', summary: 'a table, without any engine', kind: 'app', packages: [...APP, 'loader-lookup-table'], devPackages: [], models: {} },
  { name: 'embeddings', summary: 'vectors and their nearest neighbours, without any engine', kind: 'app', packages: [...APP, 'core', 'loader-lookup-table'], devPackages: [], models: {} },
  {
    name: 'plugin-loader',
    summary: 'a plugin that loads models of a kind of your own',
    kind: 'plugin',
    packages: [],
    devPackages: ['core', 'plugin-testing', 'server', 'source-fs'],
    models: {},
  },
  {
    name: 'plugin-source',
    summary: 'a plugin that finds models in a place of your own',
    kind: 'plugin',
    packages: [],
    devPackages: ['core', 'plugin-testing', 'server', 'loader-onnx'],
    models: { 'example/first/model.onnx': 'logistic.onnx' },
  },
];

/** The template of a name. */
export function templateOf(name: TemplateName): Template {
  const template = TEMPLATES.find((each) => each.name === name);
  if (template === undefined) throw new Error(`no template '${name}'`);
  return template;
}
