import type { OpenSavedModel } from '../model/open-saved-model.ts';

/** The version of graphs that is read here: that of TensorFlow 2.21. */
const GRAPH_VERSION = 2474;

/** Why a graph must not be read by who knows the ops of {@link GRAPH_VERSION}; `undefined`: nothing stands against it. */
export function whyTooNew({ metaGraph: { graphDef } }: Pick<OpenSavedModel, 'metaGraph'>): string | undefined {
  const { minConsumer = 0, badConsumers = [] } = graphDef?.versions ?? {};
  if (minConsumer > GRAPH_VERSION) return `its graph asks for a reader of version ${minConsumer}, and ops are known here as of version ${GRAPH_VERSION} (TensorFlow 2.21)`;
  return badConsumers.includes(GRAPH_VERSION) ? `its graph must not be read as of version ${GRAPH_VERSION} (TensorFlow 2.21): its file says that this version has a fault` : undefined;
}
