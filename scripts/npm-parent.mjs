const CHECK_MS = 250;

/**
 * Calls `act` once when the `npm run` that started this process is gone. npm passes SIGTERM on to a shell, and the shell
 * does not pass it on to us: that our parent is another one is all we notice of it.
 */
export function whenNpmEnds(act) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, CHECK_MS);
  timer.unref();
}
