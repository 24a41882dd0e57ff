import type { Version } from '@servable/core';
import type { ResolvedModel } from '../config/resolved-config.ts';
import { serverError } from '../errors.ts';

/** What is known of a model when its labels are to change. */
export interface LabelledModel {
  readonly model: Pick<ResolvedModel, 'name' | 'labels'>;
  /** Its labels now. */
  readonly current: ReadonlyMap<string, Version>;
  readonly ready: readonly Version[];
  /** Whether it was not served before, so that nothing of it can be ready. */
  readonly isNew: boolean;
}

export interface LabelRules {
  /** Whether a label may name a version that is not ready, unless it moves there from another one. */
  readonly allowsUnavailable: boolean;
  readonly isStrict: boolean;
}

/**
 * A label that moves, or is new, must name a version that is ready: else it would turn requests that are answered into failures.
 * Labels of a model that is new, and those that stay as they are, may name any version, but for TensorFlow Serving.
 *
 * @throws ServingError `SRV_LABEL_VERSION_UNAVAILABLE`
 *
 * Source: TF Serving, `ServerCore::UpdateModelVersionLabelMap`.
 */
export function checkLabels(models: readonly LabelledModel[], rules: LabelRules): void {
  for (const each of models) {
    for (const [label, version] of each.model.labels) {
      if (each.ready.includes(version) || isAllowed(label, version, each, rules)) continue;
      throw serverError('SRV_LABEL_VERSION_UNAVAILABLE', [each.model.name, label, String(version)]);
    }
  }
}

function isAllowed(label: string, version: Version, { current, isNew }: LabelledModel, { allowsUnavailable, isStrict }: LabelRules): boolean {
  const before = current.get(label);
  if (allowsUnavailable) return before === undefined || before === version;
  return !isStrict && (isNew || before === version);
}
