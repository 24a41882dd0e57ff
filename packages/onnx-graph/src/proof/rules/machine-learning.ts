import { eachElement } from './elementwise.ts';
import { concatAlong } from './layout.ts';
import { requireApart } from '../axes.ts';
import { batchOnFirstAxis, onFirstAxis } from '../batch-first.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literal, literalOf } from '../size.ts';
import { type Batch, tensorOf, type TensorValue } from '../value.ts';

/** These take a vector for one row of features, so only a matrix is known to have one row a row. */
function matrixBatch(call: NodeCall): Batch {
  if (call.shape(0).length !== 2) throw ends('its input is no matrix, and a vector is taken for one row');
  return batchOnFirstAxis(call, 0);
}

const classifier: Rule = (call) => {
  const batch = matrixBatch(call);
  return [onFirstAxis(batch, []), onFirstAxis(batch, call.dimensions(1))];
};

const regressor: Rule = (call) => [onFirstAxis(matrixBatch(call), call.dimensions(1))];

/** One parameter for all features or one for each. */
const eachFeature: Rule = (call) => {
  matrixBatch(call);
  return [call.data(0)];
};

const oneHotEncoder: Rule = (call) => {
  const { batch } = call.data(0);
  const categories = call.attribute('cats_int64s')?.integers?.length ?? call.attribute('cats_strings')?.texts?.length;
  return [tensorOf([...call.shape(0), categories === undefined ? call.sizes.dimension() : literal(categories)], batch)];
};

const featureVectorizer: Rule = (call) => {
  const values = call.allData();
  if (values.some((value) => value.shape?.length !== 2 || value.batch?.axis !== 0)) throw ends('its inputs are not matrices with the batch first');
  const { batch } = concatAlong(call, values, 1);
  if (batch === undefined) throw ends('its inputs have no batch');
  return [onFirstAxis(batch, call.dimensions(1))];
};

const arrayFeatureExtractor: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  call.requireFree(1);
  if (shape.length < 2) throw ends('its input is no matrix, and a vector is taken for one row');
  requireApart(value, shape.length - 1);
  const count = call.shape(1).at(-1);
  const size = count !== undefined && literalOf(count) !== undefined && call.shape(1).length === 1 ? count : call.sizes.dimension();
  return [tensorOf(shape.with(shape.length - 1, size), value.batch)];
};

const notFollowed = (what: string): Rule => (): readonly TensorValue[] => {
  throw ends(`it makes or takes ${what}, which is not followed`, true);
};

export const machineLearning: RuleFamily = {
  title: 'Classic machine learning',
  domain: 'ai.onnx.ml',
  holds: 'the input is a matrix with the batch first, because a vector is taken for one row; maps (`ZipMap`, `CastMap`, `DictVectorizer`) are never followed',
  rules: {
    ArrayFeatureExtractor: arrayFeatureExtractor,
    Binarizer: eachElement,
    CastMap: notFollowed('a map'),
    CategoryMapper: eachElement,
    DictVectorizer: notFollowed('a map'),
    FeatureVectorizer: featureVectorizer,
    Imputer: eachFeature,
    LabelEncoder: eachElement,
    LinearClassifier: classifier,
    LinearRegressor: regressor,
    Normalizer: eachFeature,
    OneHotEncoder: oneHotEncoder,
    Scaler: eachFeature,
    SVMClassifier: classifier,
    SVMRegressor: regressor,
    TreeEnsemble: regressor,
    TreeEnsembleClassifier: classifier,
    TreeEnsembleRegressor: regressor,
    ZipMap: notFollowed('a sequence of maps'),
  },
  neverFails: ['ZipMap'],
};
