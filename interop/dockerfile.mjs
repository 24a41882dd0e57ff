/**
 * Reads the part of a Dockerfile's language that ours uses. What it does not know is an error: a step that is passed over would be
 * a step that nobody tests.
 */

const STEPS = new Set(['ENV', 'WORKDIR', 'COPY', 'RUN', 'USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT']);

/** Stages in order: `{ name, from, steps: [{ instruction, text }] }`. */
export function parseDockerfile(text) {
  const args = new Map();
  const stages = [];
  for (const line of logicalLines(text)) {
    const { instruction, rest } = /^(?<instruction>[A-Z]+)\s+(?<rest>.*)$/s.exec(line)?.groups ?? fail(line);
    if (instruction === 'ARG') {
      const [name, value] = rest.split('=', 2);
      args.set(name, value);
    } else if (instruction === 'FROM') {
      const [from, as, name] = rest.split(/\s+/);
      if (as !== undefined && as !== 'AS') fail(line);
      stages.push({ name, from: substitute(from, args), steps: [] });
    } else if (STEPS.has(instruction)) (stages.at(-1) ?? fail(line)).steps.push({ instruction, text: rest });
    else fail(line);
  }
  return stages;
}

/** `NAME=value NAME=value`. */
export function parseEnv(text) {
  return text.split(/\s+/).map((pair) => {
    const [, name, value] = /^(\w+)=([^"'\\$]*)$/.exec(pair) ?? fail(pair);
    return [name, value];
  });
}

/** `--from=build /app /app`. */
export function parseCopy(text) {
  const { stage, from, to } = /^(?:--from=(?<stage>\S+)\s+)?(?<from>\S+)\s+(?<to>\S+)$/.exec(text)?.groups ?? fail(text);
  return { stage, from, to };
}

/** `--interval=10s … CMD ["node", "x"]`: the command. */
export function parseHealthcheck(text) {
  return parseCommand(/\bCMD\s+(?<command>\[.*\])$/.exec(text)?.groups?.command ?? fail(text));
}

/** `["node", "x"]`. */
export function parseCommand(text) {
  const command = JSON.parse(text);
  return Array.isArray(command) && command.every((each) => typeof each === 'string') ? command : fail(text);
}

/** Patterns of a `.dockerignore`, which are names anywhere (`**` + `/name`) or paths from the top. */
export function parseIgnored(text) {
  const patterns = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const names = new Set();
  const paths = new Set();
  for (const pattern of patterns) {
    const { anywhere, name } = /^(?<anywhere>\*\*\/)?(?<name>[^*?![\]]+)$/.exec(pattern)?.groups ?? fail(pattern);
    (anywhere === undefined ? paths : names).add(name);
  }
  return (path) => paths.has(path) || names.has(path.split('/').at(-1));
}

function logicalLines(text) {
  return text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
}

function substitute(text, args) {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name) => args.get(name) ?? fail(text));
}

function fail(text) {
  throw new Error(`The Dockerfile says something that its test cannot do: ${text}`);
}
