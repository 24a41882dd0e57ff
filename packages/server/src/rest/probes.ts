import type { ServerHealth } from '../health.ts';
import { JSON_TYPE, type RestReply } from './rest-reply.ts';

/**
 * Answers `/livez` and `/readyz`; `undefined` for any other path.
 *
 * `/livez` is 200 while the process can answer at all. `/readyz` is 200 when every configured model has a ready version
 * and no shutdown has begun, else 503 with a body that says which model is not, and why.
 */
export function answerProbe(method: string, target: string, health: ServerHealth): RestReply | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const path = target.split('?', 1)[0];
  if (path === '/livez') return reply(200, { live: true });
  if (path !== '/readyz') return undefined;
  if (health.isReady) return reply(200, { ready: true });
  return reply(503, { ready: false, draining: health.isDraining, models: health.notReady() });
}

function reply(status: number, body: object): RestReply {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(body), headers: { 'cache-control': 'no-store' } };
}
