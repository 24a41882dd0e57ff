/**
 * From the start of the process to the first answered predict over REST, and memory after it, of our built server with a
 * small model; beside it fastify with ONNX Runtime called in its handler. Both on one core.
 *
 *   npm run bench -- start-time
 */
import { predictOnce } from './load/rest-messages.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';
import { handWritten, servable, type ServerCommand, ServerProcess } from './runner/server-process.ts';

const ROUNDS = sized(5, 1);
/** DESIGN: start to first answer. */
const TARGET_MS = 1000;
/** For what is still collected and compiled after the first answer. */
const SETTLE_MS = sized(500, 200);
const MIB = 2 ** 20;

interface Start {
  readonly answeredMs: number;
  readonly cpuMs: number;
  readonly residentMib: number;
}

async function measure(command: ServerCommand): Promise<Start> {
  await using server = await ServerProcess.start(command);
  await predictOnce(server.restUrl);
  const answeredMs = server.ageMs;
  const cpuMs = server.cpuMs();
  await new Promise((resolve) => {
    setTimeout(resolve, SETTLE_MS);
  });
  return { answeredMs, cpuMs, residentMib: server.residentBytes() / MIB };
}

const ours = 'servable';
const theirs = 'fastify + direct run';
const subjects = { [ours]: () => measure(servable()), [theirs]: () => measure(handWritten('direct-rest')) };
// Files are in the system's cache afterwards, as they are on any machine that starts a server twice.
await interleave(subjects, 1);
const starts = await interleave(subjects, ROUNDS);

function report(what: string, unit: string, of: (start: Start) => number, target?: number): void {
  const values = (starts.get(ours) ?? []).map(of);
  if (values.some((value) => Number.isNaN(value))) return;
  const baseline = { name: theirs, values: (starts.get(theirs) ?? []).map(of) };
  reportFigure({ name: what, unit, better: 'lower', values, baseline, ...(target === undefined ? {} : { target }) });
}

report('start to first answer', 'ms', ({ answeredMs }) => answeredMs, TARGET_MS);
report('start to first answer, CPU time', 'ms', ({ cpuMs }) => cpuMs);
report('resident memory when idle', 'MiB', ({ residentMib }) => residentMib);
