/** Turns the raw scores of one row, `count` of them from `at` on, into what LightGBM's `predict` answers. */
export type Objective = (scores: Float64Array, at: number, count: number) => void;

const EACH = (transform: (score: number) => number): Objective => (scores, at, count) => {
  for (let index = at; index < at + count; index += 1) scores[index] = transform(scores[index] ?? 0);
};
const IDENTITY: Objective = () => {};
const EXPONENTIAL = EACH(Math.exp);

function softmax(scores: Float64Array, at: number, count: number): void {
  const row = scores.subarray(at, at + count);
  const highest = Math.max(...row);
  let sum = 0;
  for (const [index, score] of row.entries()) sum += row[index] = Math.exp(score - highest);
  for (const [index, part] of row.entries()) row[index] = part / sum;
}

function sigmoid(steepness: number): Objective {
  return EACH((score) => 1 / (1 + Math.exp(-steepness * score)));
}

/** Every objective that is known, by LightGBM's name, made from its parameters. */
const OBJECTIVES: ReadonlyMap<string, (parameters: ReadonlyMap<string, string>) => Objective> = new Map([
  ['regression', (parameters) => (parameters.has('sqrt') ? EACH((score) => Math.sign(score) * score * score) : IDENTITY)],
  ...['regression_l1', 'huber', 'fair', 'quantile', 'mape', 'lambdarank', 'rank_xendcg'].map((name) => [name, () => IDENTITY] as const),
  ...['poisson', 'gamma', 'tweedie'].map((name) => [name, () => EXPONENTIAL] as const),
  ['cross_entropy', () => sigmoid(1)],
  ...['binary', 'multiclassova'].map((name) => [name, (parameters: ReadonlyMap<string, string>) => sigmoid(Number(parameters.get('sigmoid') ?? 1))] as const),
  ['multiclass', () => softmax],
]);

/** Reads the text of a dump, such as `binary sigmoid:1`; `undefined` for an objective that is not known. */
export function parseObjective(text: string): Objective | undefined {
  const [name = '', ...parameters] = text.split(' ');
  return OBJECTIVES.get(name)?.(new Map(parameters.map((each) => [each.split(':', 1)[0] ?? '', each.slice(each.indexOf(':') + 1)])));
}
