const DTYPES = ['BOOL', 'INT8', 'UINT8', 'INT16', 'UINT16', 'INT32', 'UINT32', 'INT64', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'];
const TEXT = { type: 'string', minLength: 1 };
const COUNT = { type: 'integer', minimum: 1 };

/** A name inside the version directory: nothing outside it is read. */
const FILE_NAME = { type: 'string', pattern: '^[^/\\\\]+$', not: { enum: ['.', '..'] } };

/** JSON schema of a version directory's `table.json`. */
export const TABLE_MANIFEST_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    file: { ...FILE_NAME, description: 'The data file. Default: the only one there.' },
    format: { enum: ['csv', 'tsv', 'json', 'jsonl', 'npy', 'npz', 'parquet', 'arrow', 'safetensors', 'word-vectors', 'vocabulary', 'table'] },
    delimiter: { type: 'string', minLength: 1, maxLength: 1 },
    key: { ...TEXT, description: "The key's column. Default: 'key', 'id', else the first." },
    keyType: { enum: ['INT64', 'BYTES'] },
    keyFile: FILE_NAME,
    columns: {
      type: 'object',
      additionalProperties: {
        anyOf: [
          { enum: DTYPES },
          {
            type: 'object',
            additionalProperties: false,
            properties: { dtype: { enum: DTYPES }, default: { type: ['number', 'string', 'boolean'] } },
          },
        ],
      },
    },
    embedding: {
      anyOf: [
        TEXT,
        {
          type: 'object',
          additionalProperties: false,
          properties: {
            column: { anyOf: [TEXT, { type: 'array', minItems: 1, items: TEXT }] },
            dtype: { enum: ['FP32', 'FP16', 'INT8'] },
            scaleFile: FILE_NAME,
            missing: { enum: ['zeros', 'default', 'bucket', 'error'] },
            default: { type: 'array', minItems: 1, items: { type: 'number' } },
            buckets: COUNT,
          },
        },
      ],
    },
    vocabulary: {
      type: 'object',
      additionalProperties: false,
      properties: { buckets: { type: 'integer', minimum: 0 }, unknown: { type: 'string' } },
    },
    pool: { type: 'object', additionalProperties: false, properties: { combiner: { enum: ['sum', 'mean', 'sqrtn'] } } },
    nearest: {
      type: 'object',
      additionalProperties: false,
      properties: { k: COUNT, metric: { enum: ['dot', 'cosine', 'l2'] }, index: { enum: ['exact', 'hnsw'] } },
    },
    shard: {
      type: 'object',
      additionalProperties: false,
      required: ['index', 'count'],
      properties: { index: { type: 'integer', minimum: 0 }, count: COUNT },
    },
    allowNonFinite: { type: 'boolean' },
    base: { type: 'integer', minimum: 0 },
    deletes: FILE_NAME,
  },
};
