/**
 * A process of its own that loads a model with engine `onnx` and answers the first golden case: says `ready` when all code is there, begins when it is told
 * to, and ends with what differs. `node --conditions=@servable/source load-in-child.ts MODEL CACHE`.
 */
import { checkGolden, compiling } from './check-golden.ts';

const [, , model = '', cache = ''] = process.argv;
process.once('message', () => {
  const plugin = compiling(cache);
  const answered = checkGolden(plugin, model).catch((error: unknown) => [String(error)]);
  void answered.then(async (differences) => {
    await plugin.close?.();
    process.send?.({ differences }, () => process.disconnect());
  });
});
process.send?.('ready');
