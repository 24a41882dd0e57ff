import type { Artifact, LoaderOptionsOf, LoaderPlugin, NamedTensors } from '@servable/core';
import type { Tolerance } from '../tensor-agreement.ts';

/** A request whose answer is known from elsewhere: the real framework, or a calculation by hand. */
export interface SampleRequest {
  /** For the case's title. Default: its place in the list. */
  readonly title?: string;
  /** Default: `serving_default`. */
  readonly signature?: string;
  readonly inputs: NamedTensors;
  /** Expected outputs, by alias; outputs that are left out are only checked against the signature. */
  readonly outputs: NamedTensors;
}

/** Files that cannot be served. */
export interface BrokenArtifact {
  /** What is wrong with them, for the case's title, such as `a cut-off model.onnx`. */
  readonly title: string;
  readonly artifact: Artifact;
}

/** Inputs that the servable must refuse. */
export interface BadRequest {
  /** What is wrong, for the case's title. */
  readonly title: string;
  /** Default: `serving_default`. */
  readonly signature?: string;
  readonly inputs: NamedTensors;
}

/** What the suite needs of a loader's author. */
export interface LoaderConformanceOptions<Platform extends string = string> {
  /** Makes the plugin; called for every case, and each is closed at the case's end. */
  readonly createPlugin: () => LoaderPlugin<Platform>;
  /** A good version. */
  readonly artifact: Artifact;
  /** The model's options. Default: none. */
  readonly options?: LoaderOptionsOf<Platform>;
  /** At least one; two different ones of each signature that is batched by rows. */
  readonly requests: readonly SampleRequest[];
  /** A path where nothing is, is always added. Default: no others. */
  readonly broken?: readonly BrokenArtifact[];
  /** Added to those the suite makes: another dtype, and another rank where the signature fixes it. */
  readonly badRequests?: readonly BadRequest[];
  /** Whether inputs of another rank than the signature's are refused. Default: true. */
  readonly refusesWrongRank?: boolean;
  /** Default: 1e-5 relative, 1e-6 absolute. */
  readonly tolerance?: Tolerance;
  /**
   * Whether the process's memory is held against `estimate()`. Default: true; `false` where tests of other files run in threads of the same
   * process, which would be counted too.
   */
  readonly measuresMemory?: boolean;
  /** How often the model is loaded and unloaded in the search for leaks. Default: 20. */
  readonly rounds?: number;
  /** How long what is closed in the background may take, before it counts as left open. Default: 2000. */
  readonly closeGraceMs?: number;
}
