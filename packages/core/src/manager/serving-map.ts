import { servableError } from '../errors.ts';
import type { ModelName, ServableId, ServableRequest, Version } from '../servable-id.ts';
import type { ServedVersion } from './served-version.ts';

/** What serves of one model. Changes replace it, so that a look-up is a `Map.get` and a field. */
interface ServedModel {
  readonly byVersion: ReadonlyMap<Version, ServedVersion>;
  readonly ascending: readonly Version[];
  readonly latest: ServedVersion | undefined;
  readonly earliest: ServedVersion | undefined;
  readonly labels: ReadonlyMap<string, Version>;
}

const NOTHING_SERVED: ServedModel = {
  byVersion: new Map(),
  ascending: [],
  latest: undefined,
  earliest: undefined,
  labels: new Map(),
};

/** The versions that can be acquired. */
export class ServingMap {
  readonly #models = new Map<ModelName, ServedModel>();

  /** From now on the model is known, if only as one that has nothing ready. */
  know(name: ModelName): void {
    if (!this.#models.has(name)) this.#models.set(name, NOTHING_SERVED);
  }

  add(served: ServedVersion): void {
    const { name, version } = served.id;
    this.#replaceVersions(name, new Map(this.#models.get(name)?.byVersion).set(version, served));
  }

  remove({ name, version }: ServableId): void {
    const left = new Map(this.#models.get(name)?.byVersion);
    left.delete(version);
    this.#replaceVersions(name, left);
  }

  setLabels(name: ModelName, labels: ReadonlyMap<string, Version>): void {
    this.#models.set(name, { ...(this.#models.get(name) ?? NOTHING_SERVED), labels: new Map(labels) });
  }

  labels(name: ModelName): ReadonlyMap<string, Version> {
    return (this.#models.get(name) ?? NOTHING_SERVED).labels;
  }

  readyVersions(name: ModelName): readonly Version[] {
    return (this.#models.get(name) ?? NOTHING_SERVED).ascending;
  }

  /** Of a model that is not known, a version or a label is what is missing. @throws ServingError as `Manager.acquire` says */
  find(request: ServableRequest): ServedVersion {
    const model = this.#models.get(request.name) ?? NOTHING_SERVED;
    switch (request.kind) {
      case 'latest':
        return model.latest ?? this.#nothingReady(request.name);
      case 'earliest':
        return model.earliest ?? this.#nothingReady(request.name);
      case 'version':
        return model.byVersion.get(request.version) ?? versionNotFound(request);
      case 'label':
        return findLabel(model, request);
      default:
        return request satisfies never;
    }
  }

  #nothingReady(name: ModelName): never {
    throw servableError(this.#models.has(name) ? 'SRV_MODEL_NOT_AVAILABLE' : 'SRV_MODEL_NOT_FOUND', [name]);
  }

  #replaceVersions(name: ModelName, byVersion: ReadonlyMap<Version, ServedVersion>): void {
    const ascending = [...byVersion.keys()].sort((a, b) => (a < b ? -1 : 1));
    this.#models.set(name, {
      byVersion,
      ascending,
      latest: at(byVersion, ascending.at(-1)),
      earliest: at(byVersion, ascending[0]),
      labels: this.labels(name),
    });
  }
}

function at(byVersion: ReadonlyMap<Version, ServedVersion>, version: Version | undefined): ServedVersion | undefined {
  return version === undefined ? undefined : byVersion.get(version);
}

function findLabel(model: ServedModel, { name, label }: { name: ModelName; label: string }): ServedVersion {
  const version = model.labels.get(label);
  if (version === undefined) throw servableError('SRV_LABEL_NOT_FOUND', [name, label]);
  const served = model.byVersion.get(version);
  if (served === undefined) throw servableError('SRV_LABEL_UNAVAILABLE', [name, label, String(version)]);
  return served;
}

function versionNotFound({ name, version }: ServableId): never {
  throw servableError('SRV_VERSION_NOT_FOUND', [name, String(version)]);
}
