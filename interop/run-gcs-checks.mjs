/** `node interop/run-gcs-checks.mjs <fake-gcs-server> [part of a title]`, after a build. The last line is `N passed, N failed, N skipped`. */
import { checkGcs } from './gcs-checks.mjs';

const [program, only] = process.argv.slice(2);
const { passed, failed, skipped } = await checkGcs(program, only);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
