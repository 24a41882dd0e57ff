const NAMES = {
  type: 'object',
  minProperties: 1,
  propertyNames: { minLength: 1 },
  additionalProperties: { type: 'string', minLength: 1 },
} as const;

/** JSON schema of `servable.json`. */
export const SERVABLE_MANIFEST_SCHEMA: object = {
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    signatures: {
      type: 'object',
      propertyNames: { minLength: 1 },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          method: { enum: ['predict', 'classify', 'regress'] },
          inputs: { ...NAMES, description: "The graph's input by the name that clients use." },
          outputs: { ...NAMES, description: "The graph's output by the name that clients use." },
          defaults: {
            type: 'object',
            description: 'Values of inputs that a request may leave out, by the name that clients use.',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              required: ['shape', 'values'],
              properties: {
                shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
                values: { type: 'array', items: { type: ['number', 'string', 'boolean'] } },
              },
            },
          },
          batching: { enum: ['rows', 'none'] },
        },
      },
    },
  },
};
