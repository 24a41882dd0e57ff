import { broadcastAll, eachElement } from './elementwise.ts';
import { batchOnFirstAxis, onFirstAxisOfRank } from '../batch-first.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';

const stringNormalizer: Rule = (call) => {
  const value = call.data(0);
  const attribute = call.attribute('stopwords');
  const removes = attribute !== undefined && (attribute.texts === undefined || attribute.texts.length > 0);
  if (removes && value.batch !== undefined) throw ends('it leaves rows out that are among its stop words');
  return [value];
};

const stringSplit: Rule = (call) => {
  const value = call.data(0);
  if (value.batch === undefined) return [];
  return [ends('it makes every row as wide as the one with the most words'), value];
};

const tfIdf: Rule = (call) => {
  if (call.shape(0).length !== 2) throw ends('without a second axis it counts words of all rows together');
  return [onFirstAxisOfRank(call, batchOnFirstAxis(call, 0), 2)];
};

export const texts: RuleFamily = {
  title: 'Text',
  domain: 'ai.onnx',
  holds:
    '`StringNormalizer`: it has no stop words; `StringSplit`: only the number of words is used, because rows are as wide as the widest; `TfIdfVectorizer`: its input has two axes',
  rules: { RegexFullMatch: eachElement, StringConcat: broadcastAll, StringNormalizer: stringNormalizer, StringSplit: stringSplit, TfIdfVectorizer: tfIdf },
  neverFails: ['StringNormalizer', 'StringSplit'],
};
