/** Docker's HEALTHCHECK: whether every configured model is ready. Ends with 0 or 1. */
const url = process.env.SERVABLE_HEALTH_URL ?? 'http://127.0.0.1:8501/readyz';
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4000) });
  console.log(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.log(`${url}: ${String(error.cause ?? error)}`);
  process.exitCode = 1;
}
