import { parseModelName, parseVersion, servableError } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReadyServer, type ServerFixture } from '../support/server-fixture.ts';
import { rawRequest, RawHttpConnection } from '../support/raw-http.ts';

/** What TensorFlow Serving answers, by its contract; `error` is the text in the error body, `''` an empty body. */
interface Row {
  readonly method?: string;
  readonly target: string;
  readonly status: number;
  readonly error?: string;
  readonly body?: string;
}

const PREDICTED = '{\n    "predictions": [2.5\n    ]\n}';
const BODY = '{"instances": [1.0]}';
const MODELS = [
  { name: parseModelName('m'), labels: new Map([['stable', parseVersion(1)], ['gone', parseVersion(9)], ['a b', parseVersion(1)]]) },
  { name: parseModelName('a/b') },
  { name: parseModelName('+') },
];

const malformed = (method: string, target: string): Row => ({ method, target, status: 400, error: `Malformed request: ${method} ${target}` });

/** The same in both modes. */
const BOTH: readonly Row[] = [
  { method: 'POST', target: '/v1/models/m:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/V1/Models/m:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/m/versions/1:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/m/versions/0000000000000000000000001:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/m/labels/stable:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/m/labels/a%20b:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/a%2Fb:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/+:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/%6d:predict', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/x:predict', status: 404, error: 'Servable not found for request: Latest(x)' },
  { method: 'POST', target: '/v1/models/m/versions/7:predict', status: 404, error: 'Servable not found for request: Specific(m, 7)' },
  { method: 'POST', target: '/v1/models/m/labels/none:predict', status: 400, error: 'Unrecognized servable version label: none' },
  { method: 'POST', target: '/v1/models/nobody/versions/3:predict', status: 404, error: 'Servable not found for request: Specific(nobody, 3)' },
  { method: 'POST', target: '/v1/models/nobody/labels/l:predict', status: 400, error: 'Unrecognized servable version label: l' },
  { method: 'POST', target: '/v1/models/m/labels/gone:predict', status: 404, error: 'Servable not found for request: Specific(m, 9)' },
  { target: '/v1/models/x', status: 404, error: 'Could not find any versions of model x' },
  { target: '/v1/models/m/versions/5', status: 404, error: 'Could not find version 5 of model m' },
  { target: '/v1/models/x/metadata', status: 404, error: 'Servable not found for request: Latest(x)' },
  { target: '/v1/models/m/labels/none/metadata', status: 400, error: 'Unrecognized servable version label: none' },
  { target: '/v1/models/metadata', status: 404, error: 'Could not find any versions of model metadata' },
  { target: '/v1/models/..', status: 404, error: 'Could not find any versions of model ..' },
  { target: '/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd', status: 404, error: 'Could not find any versions of model ../../etc/passwd' },
  { target: '/v1/models/%00', status: 404, error: 'Could not find any versions of model \u0000' },
  { target: '/v1/models/versions/3', status: 400, error: 'Missing model name in request.' },
  malformed('POST', '/v1/models/m:PREDICT'),
  malformed('GET', '/v1/models/m/'),
  malformed('GET', '/v1/models/'),
  malformed('GET', '/v1/models/m:predict'),
  malformed('POST', '/v1/models/m/metadata'),
  malformed('POST', '/v1/models/m'),
  malformed('POST', '/v1/models/m/versions/x:predict'),
  malformed('GET', '/v1/models/m/versions/-1'),
  malformed('GET', '/v1/models/m/versions/1/labels/a'),
  malformed('GET', '/v1/models/../../etc/passwd'),
  malformed('GET', '/v1/x'),
  malformed('PUT', '/v1/models/m'),
  malformed('DELETE', '/v1/models/m'),
  malformed('PATCH', '/v1/models/m:predict'),
];

const STRICT: readonly Row[] = [
  { target: '/v1/models', status: 400, error: 'Missing model name in request.' },
  { target: '/v1/models/m?x=1', status: 404, error: 'Could not find any versions of model m?x=1' },
  malformed('POST', '/v1/models/m:predict?x=1'),
  { method: 'POST', target: '/v1/models/m/versions/9223372036854775808:predict', status: 400, error: '' },
  { target: '/v1/models/%zz', status: 400, error: '' },
  { target: '/v1/models/m/labels/%zz', status: 400, error: '' },
];

const DEFAULT: readonly Row[] = [
  { method: 'POST', target: '/v1/models/m:predict?x=1', status: 200, body: PREDICTED },
  { method: 'POST', target: '/v1/models/m/versions/9223372036854775808:predict', status: 400, error: 'Failed to convert version: 9223372036854775808 to numeric.' },
  { target: '/v1/models/%zz', status: 400, error: 'Failed to decode model name:%zz' },
  { target: '/v1/models/m/labels/%zz', status: 400, error: 'Failed to decode model version label:%zz' },
];

describe.each([
  ['strict', [...BOTH, ...STRICT]],
  ['default', [...BOTH, ...DEFAULT]],
] as const)('in %s mode', (compat, rows) => {
  let fixture: ServerFixture;
  beforeAll(async () => {
    fixture = await startReadyServer({ models: MODELS, config: { compat }, rest: { maxBodyBytes: 100 * 2 ** 20 } });
  });
  afterAll(() => fixture.close());

  it.each(rows)('answers $method $target with $status $error', async ({ method = 'GET', target, status, error, body }) => {
    const response = await rawRequest(fixture.rest, { method, target, ...(method === 'GET' ? {} : { body: BODY }) });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(response.body)));
    if (body !== undefined) expect(response.body).toBe(body);
    if (error === '') expect(response.body).toBe('');
    else if (error !== undefined) expect(response.body).toBe(`{\n    "error": ${escaped(error)}\n}`);
  });

  it('answers the status of all versions for any label, known or not', async () => {
    const all = (await fixture.get('/v1/models/m')).body;
    expect(all).toBe('{\n "model_version_status": [\n  {\n   "version": "1",\n   "state": "AVAILABLE",\n   "status": {\n    "error_code": "OK",\n    "error_message": ""\n   }\n  }\n ]\n}\n');
    for (const target of ['/v1/models/m/labels/bogus', '/v1/models/m/METADATA', '/v1/models/m/versions/1']) expect((await fixture.get(target)).body).toBe(all);
  });

  it('answers metadata of the version that was asked for', async () => {
    for (const target of ['/v1/models/m/metadata', '/v1/models/m/versions/1/metadata', '/v1/models/m/labels/stable/metadata']) {
      const { status, body } = await fixture.get(target);
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        model_spec: { name: 'm', version: '1', signature_name: '' },
        metadata: { signature_def: { signature_def: { serving_default: { method_name: 'tensorflow/serving/predict' } } } },
      });
    }
  });

  it('refuses HEAD, without a body', async () => {
    const response = await rawRequest(fixture.rest, { method: 'HEAD', target: '/v1/models/m' });
    expect([response.status, response.body]).toEqual([400, '']);
  });

  it.each(['TRACE', 'PROPFIND', 'SEARCH'])('answers %s with the page of 501', async (method) => {
    const response = await rawRequest(fixture.rest, { method, target: '/v1/models/m' });
    expect(response.status).toBe(501);
    expect(response.body).toBe('<HTML><HEAD>\n<TITLE>501 Not Implemented</TITLE>\n</HEAD><BODY>\n<H1>Not Implemented</H1>\n</BODY></HTML>\n');
    expect(response.headers.get('connection')).toBe('close');
  });

  it.each([
    ['http://page.example', 200],
    ['https://page.example', 200],
    ['page.example', 400],
    [undefined, 400],
  ])('answers OPTIONS with the origin %s with %i and no body', async (origin, status) => {
    const headers = origin === undefined ? {} : { origin };
    const response = await rawRequest(fixture.rest, { method: 'OPTIONS', target: '/v1/anything', headers });
    expect([response.status, response.body]).toEqual([status, '']);
    expect(response.headers.get('content-type')).toBe('text/html; charset=ISO-8859-1');
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('ignores the content type, and Accept-Encoding', async () => {
    const headers = { 'content-type': 'multipart/form-data', 'accept-encoding': 'gzip' };
    const response = await fixture.post('/v1/models/m:predict', BODY, headers);
    expect([response.status, response.body, response.headers.has('content-encoding')]).toEqual([200, PREDICTED, false]);
  });

  const empty = 'JSON Parse error: The document is empty';

  it('inflates a body that is gzip, and says when one is not', async () => {
    const headers = { 'content-encoding': 'x-gzip, identity' };
    const error = compat === 'strict' ? empty : 'The request body is not gzip, though Content-Encoding says so';
    expect((await fixture.post('/v1/models/m:predict', gzipSync(BODY), headers)).body).toBe(PREDICTED);
    for (const body of [BODY, gzipSync(BODY).subarray(0, -9)]) {
      const response = await fixture.post('/v1/models/m:predict', body, headers);
      expect([response.status, JSON.parse(response.body)]).toEqual([400, { error }]);
    }
  });

  it('inflates no more than is allowed', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20 + 1, 0x20));
    const response = await fixture.post('/v1/models/m:predict', bomb, { 'content-encoding': 'gzip' });
    const error = `The request body is larger than ${100 * 2 ** 20} bytes: send less, or raise the listener's maxBodyBytes`;
    expect([response.status, JSON.parse(response.body)]).toEqual(compat === 'strict' ? [400, { error: empty }] : [413, { error }]);
  });

  it('reads no other encoding', async () => {
    const response = await fixture.post('/v1/models/m:predict', BODY, { 'content-encoding': 'br' });
    const error = "Content-Encoding 'br' is not read: send gzip, or the body as it is";
    if (compat === 'strict') expect(response.body).toBe(PREDICTED);
    else expect([response.status, JSON.parse(response.body)]).toEqual([400, { error }]);
  });

  it('answers HTTP/1.0 with the end of the connection', async () => {
    const connection = new RawHttpConnection(fixture.rest);
    connection.send(`POST /v1/models/m:predict HTTP/1.0\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);
    expect((await connection.response())?.body).toBe(PREDICTED);
    await connection.closed();
  });
});

function escaped(text: string): string {
  return JSON.stringify(text).replace(/\\u00[0-9a-f]{2}/g, (match) => `\\u${match.slice(2).toUpperCase()}`);
}

describe('beside the API', () => {
  it('answers with the page of 404 in strict mode, and JSON in default mode', async () => {
    const strict = await startReadyServer({ config: { compat: 'strict' } });
    const standard = await startReadyServer();
    for (const target of ['/', '/v2/models/m', '/favicon.ico', '/v1', '*']) {
      const page = await rawRequest(strict.rest, { target });
      expect([page.status, page.headers.get('content-type'), page.headers.get('connection')]).toEqual([404, 'text/html', 'close']);
      expect(page.body).toBe('<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n<H1>Not Found</H1>\n</BODY></HTML>\n');
      const json = await rawRequest(standard.rest, { target });
      expect([json.status, json.headers.get('content-type')]).toEqual([404, 'application/json']);
      expect(JSON.parse(json.body)).toEqual({ error: expect.stringContaining(`GET ${target}`) });
    }
    await Promise.all([strict.close(), standard.close()]);
  });

  it('lists the configured models in default mode, those without versions included', async () => {
    const fixture = await startReadyServer({ models: ['m', 'n'] });
    fixture.source.aspire('n', []);
    const response = await fixture.get('/v1/models');
    expect(response.status).toBe(200);
    const { models } = JSON.parse(response.body) as { models: { name: string; model_version_status: { version: string }[] }[] };
    expect(models.map(({ name, model_version_status: versions }) => [name, versions.map(({ version }) => version)])).toEqual([
      ['m', ['1']],
      ['n', ['1']],
    ]);
    await fixture.close();
  });

  it.each([
    ['strict', 'Content-Type'],
    ['default', 'Content-Type, Content-Encoding, inference-header-content-length, x-request-id'],
  ] as const)('adds CORS headers to every answer of the API when that is on, in %s mode', async (compat, allowed) => {
    const fixture = await startReadyServer({ config: { compat }, rest: { cors: true } });
    const responses = [
      await fixture.get('/v1/models/m'),
      await fixture.post('/v1/models/x:predict', BODY),
      await rawRequest(fixture.rest, { method: 'OPTIONS', target: '/v1/models/m', headers: { origin: 'http://a' } }),
    ];
    for (const { headers } of responses) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toBe('POST, GET');
      expect(headers.get('access-control-allow-headers')).toBe(allowed);
    }
    expect((await fixture.get('/livez')).headers.has('access-control-allow-origin')).toBe(false);
    await fixture.close();
  });

  it('answers a body above the limit with 413 and says the limit', async () => {
    const fixture = await startReadyServer({ rest: { maxBodyBytes: 50 } });
    const response = await fixture.post('/v1/models/m:predict', `{"instances": [${'1.0, '.repeat(20)}1.0]}`);
    expect([response.status, response.reason]).toEqual([413, 'Request Entity Too Large']);
    expect(JSON.parse(response.body)).toEqual({ error: expect.stringContaining('50 bytes') });
    await fixture.close();
  });

  it('refuses JSON that is nested deeper than configured, in default mode only', async () => {
    const deep = `{"instances": [${'['.repeat(10)}1.0${']'.repeat(10)}]}`;
    const standard = await startReadyServer({ rest: { maxJsonDepth: 8 } });
    const strict = await startReadyServer({ rest: { maxJsonDepth: 8 }, config: { compat: 'strict' } });
    expect((await standard.post('/v1/models/m:predict', deep)).body).toContain('Nested deeper than 8 levels');
    expect((await strict.post('/v1/models/m:predict', deep)).body).not.toContain('Nested');
    await Promise.all([strict.close(), standard.close()]);
  });

  it('answers 504 when the run takes longer than the configured time, and tells the servable', async () => {
    const signals: AbortSignal[] = [];
    const run = (_signature: string, _inputs: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const fixture = await startReadyServer({ rest: { timeoutMs: 30 }, loader: { servable: () => fakeServable({ run }) } });
    const response = await fixture.post('/v1/models/m:predict', BODY);
    expect([response.status, response.reason, JSON.parse(response.body)]).toEqual([504, 'Gateway Time-out', { error: 'Timed out waiting for notification' }]);
    expect(signals.map(({ aborted, reason }) => [aborted, (reason as Error).name])).toEqual([[true, 'TimeoutError']]);
    await fixture.close();
  });

  it.each([
    ['CANCELLED', 499, 'Client Error'],
    ['UNKNOWN', 500, 'Internal Server Error'],
    ['DEADLINE_EXCEEDED', 504, 'Gateway Time-out'],
    ['RESOURCE_EXHAUSTED', 429, 'Client Error'],
    ['UNIMPLEMENTED', 501, 'Not Implemented'],
    ['UNAVAILABLE', 503, 'Service Unavailable'],
    ['UNAUTHENTICATED', 401, 'Unauthorized'],
  ] as const)('answers %s with %i %s', async (status, number, reason) => {
    const error = Object.assign(servableError('SRV_INTERNAL', ['x']), { status });
    const fixture = await startReadyServer({ loader: { servable: () => fakeServable({ run: () => Promise.reject(error) }) } });
    const response = await fixture.post('/v1/models/m:predict', BODY);
    expect([response.status, response.reason]).toEqual([number, reason]);
    await fixture.close();
  });

  it('answers a body of 3 MB like a small one, and others in between', async () => {
    const values = Array.from({ length: 400_000 }, (_value, index) => index % 1000);
    const signature = fakeSignature({ inputs: new Map([['x', { dtype: 'FP32', shape: [-1] }]]) });
    const fixture = await startReadyServer({ loader: { servable: () => fakeServable({ signatures: new Map([['serving_default', signature]]) }) } });
    const large = fixture.post('/v1/models/m:predict', JSON.stringify({ instances: values.map((value) => value + 0.5) }));
    expect((await fixture.get('/livez')).status).toBe(200);
    const { predictions } = JSON.parse((await large).body) as { predictions: number[] };
    expect(predictions).toEqual(values.map((value) => (value + 0.5) / 2 + 2));
    await fixture.close();
  });
});
