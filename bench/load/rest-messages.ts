import { checkProbabilities, FEATURES } from './golden.ts';

export const PREDICT_URL_PATH = '/v1/models/mlp:predict';

/** The body that every server is sent. */
export const PREDICT_BODY: string = JSON.stringify({ instances: [FEATURES] });

/** One request by a real client; fails unless it is answered with the model's answer. Resolves to the body. */
export async function predictOnce(url: string): Promise<string> {
  const response = await fetch(`${url}${PREDICT_URL_PATH}`, { method: 'POST', body: PREDICT_BODY, headers: { 'content-type': 'application/json' } });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${body}`);
  const { predictions } = JSON.parse(body) as { predictions: number[][] };
  checkProbabilities(predictions[0] ?? []);
  return body;
}
