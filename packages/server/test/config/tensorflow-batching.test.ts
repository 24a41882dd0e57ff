import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig, type LoadedConfig } from '../../src/config/load.ts';
import { readVersionBatching } from '../../src/config/version-batching.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

type Flags = Readonly<Record<string, string | boolean>>;
const BATCHING = { model_base_path: '/models/m', enable_batching: true };

async function load(flags: Flags, files: Record<string, string> = {}): Promise<LoadedConfig> {
  const cwd = await temporaryProject({ ...twoPlugins(), ...files });
  return loadConfig({ cwd, flags: { model_base_path: '/models/m', ...flags } });
}

async function parameters(text: string, flags: Flags = {}): Promise<LoadedConfig['config']['batching']> {
  return (await load({ ...BATCHING, batching_parameters_file: 'b.txt', ...flags }, { 'b.txt': text })).config.batching;
}

async function faultsOf(text: string, flags: Flags = BATCHING): Promise<readonly string[]> {
  const cwd = await temporaryProject({ ...twoPlugins(), 'b.txt': text });
  return (await examineConfig({ cwd, flags: { model_base_path: '/models/m', batching_parameters_file: 'b.txt', ...flags } })).faults.map(formatFault);
}

describe('enable_batching', () => {
  it("brings TensorFlow Serving's defaults along", async () => {
    const { batching } = (await load({ enable_batching: true })).config;
    expect(batching).toMatchObject({ maxBatchSize: 1000, batchTimeoutMicros: 0, maxEnqueuedBatches: 10, enableLargeBatchSplitting: false, leaveWhenIdle: true });
  });

  it('may be left out: what cannot change an answer is joined all the same, but not with compat strict', async () => {
    expect((await load({})).config.batching).not.toBe(false);
    expect((await load({ compat: 'strict' })).config.batching).toBe(false);
    expect((await load({ enable_batching: 'false' })).config.batching).toBe(false);
  });

  it('waits as TensorFlow Serving does with compat strict', async () => {
    expect((await load({ enable_batching: true, compat: 'strict' })).config.batching).toMatchObject({ leaveWhenIdle: false });
  });
});

describe('batching_parameters_file', () => {
  it("is read with TensorFlow Serving's own example", async () => {
    const text = 'max_batch_size { value: 128 }\nbatch_timeout_micros { value: 0 }\nmax_enqueued_batches { value: 1000000 }\nnum_batch_threads { value: 8 }\n';
    expect(await parameters(text)).toMatchObject({ maxBatchSize: 128, batchTimeoutMicros: 0, maxEnqueuedBatches: 1_000_000, enableLargeBatchSplitting: false });
  });

  it.each<[string, object]>([
    ['', { maxBatchSize: 1000, maxEnqueuedBatches: 10 }],
    ['allowed_batch_sizes: [8, 32] max_batch_size { value: 32 }', { maxBatchSize: 32, allowedBatchSizes: [8, 32] }],
    // The first size that is large enough is taken: 4 never is, because 8 stands before it.
    ['allowed_batch_sizes: 8 allowed_batch_sizes: 4 allowed_batch_sizes: 32 max_batch_size { value: 32 }', { allowedBatchSizes: [8, 32] }],
    ['pad_variable_length_inputs: true', { padVariableLengthInputs: true }],
    ['max_enqueued_batches { value: 0 }', { maxEnqueuedBatches: 1 }],
    ['enable_large_batch_splitting { value: true } max_execution_batch_size { value: 10 }', { enableLargeBatchSplitting: true, maxExecutionBatchSize: 10 }],
    // The limit of a request holds too when nothing is said of batches.
    ['enable_large_batch_splitting { value: true }', { maxBatchSize: 1000, maxExecutionBatchSize: 1000 }],
    ['thread_pool_name { value: "x" }', { maxBatchSize: 1000 }],
  ])('%j', async (text, expected) => {
    expect(await parameters(text)).toMatchObject(expected);
  });

  it('gives way to flags of ours', async () => {
    expect(await parameters('max_batch_size { value: 32 }', { 'batching-max-batch-size': '64' })).toMatchObject({ maxBatchSize: 64 });
  });

  it.each<[string, string]>([
    ['max_batch_size: 3', `b.txt:1:17: Expected "{" but found: '3'. Write max_batch_size { value: 1 }`],
    ['max_batch_siz { value: 3 }', `b.txt:1:1: Message type "tensorflow.serving.BatchingParameters" has no field named "max_batch_siz". Did you mean 'max_batch_size'?`],
    ['max_batch_size { value: 0 }', 'b.txt:1:25: max_batch_size.value is 0: input_batch_size_limit must be positive; was 0. Write max_batch_size { value: 1 } or more'],
    ['num_batch_threads { value: -2 }', 'b.txt:1:28: num_batch_threads.value is -2: num_batch_threads must be positive; was -2. Write num_batch_threads { value: 1 } or more'],
    ['batch_timeout_micros { value: -1 }', 'b.txt:1:31: batch_timeout_micros.value is -1: batch_timeout_micros must be non-negative; was -1. Write batch_timeout_micros { value: 0 } or more'],
    [
      'enable_large_batch_splitting { value: true } max_enqueued_batches { value: 0 }',
      'b.txt:1:76: max_enqueued_batches.value is 0: max_enqueued_batches must be positive; was 0. Write max_enqueued_batches { value: 1 } or more',
    ],
    [
      'allowed_batch_sizes: [8, 32]',
      'b.txt:1:26: allowed_batch_sizes[1] is 32: Last entry in allowed_batch_sizes must match max_batch_size; last entry was 32; expected 1000. End the list with 1000',
    ],
    [
      'enable_large_batch_splitting { value: true } max_batch_size { value: 4 } max_execution_batch_size { value: 8 }',
      'b.txt:1:108: max_execution_batch_size.value is 8: must be from 1 to max_batch_size (4). Write max_execution_batch_size { value: 4 }',
    ],
  ])('is told what is wrong with %j', async (text, expected) => {
    expect(await faultsOf(text)).toEqual([expected]);
  });

  it('needs enable_batching', async () => {
    expect(await faultsOf('', {})).toEqual([
      '--batching_parameters_file has no use: server_options.batching_parameters_file is set without setting server_options.enable_batching to true. Add --enable_batching',
    ]);
  });
});

describe('enable_per_model_batching_parameters', () => {
  it('reads batching_params.pbtxt in a version; without it the version is not batched', async () => {
    expect((await load({ enable_batching: true, enable_per_model_batching_parameters: true })).config.batchingFromVersionFiles).toBe(true);
    expect((await load({ enable_per_model_batching_parameters: true, compat: 'strict' })).config.batchingFromVersionFiles).toBe(false);
    const folder = await temporaryProject({ '1/batching_params.pbtxt': 'max_batch_size { value: 7 }', '2/': '' });
    expect(await readVersionBatching(`${folder}/1`)).toMatchObject({ maxBatchSize: 7, maxEnqueuedBatches: 10 });
    expect(await readVersionBatching(`${folder}/2`)).toBe(false);
  });

  it('fails the load of a version whose file is wrong, with place and cure', async () => {
    const folder = await temporaryProject({ 'batching_params.pbtxt': 'max_batch_size { value: 0 }' });
    await expect(readVersionBatching(folder)).rejects.toThrow(
      'batching_params.pbtxt:1:25: max_batch_size.value is 0: input_batch_size_limit must be positive; was 0. Write max_batch_size { value: 1 } or more',
    );
  });
});

describe('platform_config_file', () => {
  const adapter = (session: string): string => `platform_configs {
  key: "tensorflow"
  value { source_adapter_config { [type.googleapis.com/tensorflow.serving.SavedModelBundleSourceAdapterConfig] { legacy_config { ${session} } } } }
}`;
  const loadPlatforms = (text: string): Promise<LoadedConfig> => load({ platform_config_file: 'p.txt', enable_model_warmup: true }, { 'p.txt': text });

  it('wins over the flags of batching and warm-up', async () => {
    const { config } = await loadPlatforms(adapter('batching_parameters { max_batch_size { value: 5 } } enable_model_warmup: true'));
    expect(config.batching).toMatchObject({ maxBatchSize: 5 });
    expect(config.warmup).toBe(true);
    expect((await loadPlatforms(adapter(''))).config).toMatchObject({ batching: false, warmup: false });
  });

  it('says what of it does not apply', async () => {
    const { notes } = await loadPlatforms(`${adapter('session_config { intra_op_parallelism_threads: 4 } saved_model_tags: "gpu"')} platform_configs { key: "hashmap" }`);
    expect(notes).toEqual([
      "--platform_config_file=p.txt: what it says of platform 'hashmap' does not apply: its loader has options of its own",
      "--platform_config_file=p.txt: session_config does not apply: sessions are the engine's, see the options of its loader",
      "--platform_config_file=p.txt: saved_model_tags does not apply: sessions are the engine's, see the options of its loader",
    ]);
  });

  it('is told what is wrong with it', async () => {
    const cwd = await temporaryProject({ ...twoPlugins(), 'p.txt': 'platform_config {}' });
    const { faults } = await examineConfig({ cwd, flags: { model_base_path: '/m', platform_config_file: 'p.txt' } });
    expect(faults.map(formatFault)).toEqual([
      `p.txt:1:1: Message type "tensorflow.serving.PlatformConfigMap" has no field named "platform_config". Did you mean 'platform_configs'?`,
    ]);
  });
});
