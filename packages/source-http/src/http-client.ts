import { parseRetryAfter } from '@servable/remote-cache';
import { httpError } from './errors.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/** A request for a URL that belongs to a model's path. */
export interface HttpRequest {
  readonly url: string;
  /** The model's path: only its own server is sent the user's headers, as they may hold credentials. */
  readonly home: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Asks, and follows redirects to http and https. Answers of any status are returned, but for one too many redirects. */
export async function request(userHeaders: Readonly<Record<string, string>>, { url, home, method = 'GET', headers = {}, signal }: HttpRequest): Promise<Response> {
  let at = new URL(url);
  for (let redirects = 0; ; redirects += 1) {
    const isHome = at.origin === new URL(home).origin;
    const all = { 'accept-encoding': 'identity', ...(isHome ? userHeaders : {}), ...headers };
    const response = await fetch(at, { method, headers: all, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    release(response);
    if (redirects === MAX_REDIRECTS) throw httpError('SRV_HTTP_REDIRECT', [url, `there are more than ${MAX_REDIRECTS} on the way`]);
    at = targetOf(url, location, at);
  }
}

/** The body of a good answer, which is what is stored: nothing packed on the way. Throws what any other answer means. */
export function bodyOf(url: string, response: Response): AsyncIterable<Uint8Array> {
  const { body, status, ok, headers } = response;
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (ok && encoding === 'identity') return body ?? noBytes();
  release(response);
  if (status === 401 || status === 403) throw httpError('SRV_HTTP_DENIED', [url, status]);
  if (ok) throw httpError('SRV_HTTP_ENCODED', [url, encoding]);
  throw Object.assign(httpError('SRV_HTTP_STATUS', [url, status]), { retryAfterMs: parseRetryAfter(headers.get('retry-after'), Date.now()) });
}

/** What nobody reads would keep its connection. */
export function release({ body }: Response): void {
  body?.cancel().catch(() => undefined);
}

function targetOf(url: string, location: string, base: URL): URL {
  const target = URL.canParse(location, base.href) ? new URL(location, base) : undefined;
  if (target !== undefined && /^https?:$/.test(target.protocol) && target.username === '' && target.password === '') return target;
  throw httpError('SRV_HTTP_REDIRECT', [url, `'${location}' is no http address`]);
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
