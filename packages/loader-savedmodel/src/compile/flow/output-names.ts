/**
 * Names of the outputs of ops that have several, in order; `*`: as many as the attribute after it says. Inside functions tensors are named by
 * them. Ops that are not here have one output, or one list.
 */
const OUTPUTS: Readonly<Record<string, string>> = {
  CombinedNonMaxSuppression: 'nmsed_boxes nmsed_scores nmsed_classes valid_detections',
  CTCGreedyDecoder: 'decoded_indices decoded_values decoded_shape log_probability',
  DenseCountSparseOutput: 'output_indices output_values output_dense_shape',
  DenseToDenseSetOperation: 'result_indices result_values result_shape',
  FusedBatchNorm: 'y batch_mean batch_variance reserve_space_1 reserve_space_2',
  FusedBatchNormV2: 'y batch_mean batch_variance reserve_space_1 reserve_space_2',
  FusedBatchNormV3: 'y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3',
  GRUBlockCell: 'r u c h',
  ListDiff: 'out idx',
  LogMatrixDeterminant: 'sign log_abs_determinant',
  LookupTableExportV2: 'keys values',
  LSTMBlockCell: 'i cs f o ci co h',
  Lu: 'lu p',
  MaxPoolWithArgmax: 'output argmax',
  Merge: 'output value_index',
  NonMaxSuppressionV4: 'selected_indices valid_outputs',
  NonMaxSuppressionV5: 'selected_indices selected_scores valid_outputs',
  ParseExample: 'sparse_indices*Nsparse sparse_values*Nsparse sparse_shapes*Nsparse dense_values*Ndense',
  ParseExampleV2: 'sparse_indices*num_sparse sparse_values*num_sparse sparse_shapes*num_sparse dense_values*Tdense ragged_values*ragged_value_types ragged_row_splits*ragged_split_types',
  ParseSequenceExampleV2:
    'context_sparse_indices*Ncontext_sparse context_sparse_values*Ncontext_sparse context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense context_ragged_values*context_ragged_value_types context_ragged_row_splits*context_ragged_split_types ' +
    'feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*Nfeature_list_sparse feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types feature_list_dense_lengths*Nfeature_list_dense feature_list_ragged_values*feature_list_ragged_value_types feature_list_ragged_outer_splits*feature_list_ragged_split_types feature_list_ragged_inner_splits*feature_list_ragged_split_types',
  ParseSingleExample: 'sparse_indices*num_sparse sparse_values*num_sparse sparse_shapes*num_sparse dense_values*Tdense',
  Qr: 'q r',
  QuantizeV2: 'output output_min output_max',
  RaggedCountSparseOutput: 'output_indices output_values output_dense_shape',
  RaggedFillEmptyRows: 'output_value_rowids output_values empty_row_indicator reverse_index_map',
  RaggedGather: 'output_nested_splits*OUTPUT_RAGGED_RANK output_dense_values',
  RaggedRange: 'rt_nested_splits rt_dense_values',
  RaggedTensorFromVariant: 'output_nested_splits*output_ragged_rank output_dense_values',
  RaggedTensorToSparse: 'sparse_indices sparse_values sparse_dense_shape',
  Requantize: 'output output_min output_max',
  SelfAdjointEigV2: 'e v',
  SoftmaxCrossEntropyWithLogits: 'loss backprop',
  SparseAdd: 'sum_indices sum_values sum_shape',
  SparseConcat: 'output_indices output_values output_shape',
  SparseCountSparseOutput: 'output_indices output_values output_dense_shape',
  SparseCross: 'output_indices output_values output_shape',
  SparseCrossHashed: 'output_indices output_values output_shape',
  SparseCrossV2: 'output_indices output_values output_shape',
  SparseFillEmptyRows: 'output_indices output_values empty_row_indicator reverse_index_map',
  SparseReduceMaxSparse: 'output_indices output_values output_shape',
  SparseReduceSumSparse: 'output_indices output_values output_shape',
  SparseReorder: 'output_indices output_values',
  SparseReshape: 'output_indices output_shape',
  SparseSlice: 'output_indices output_values output_shape',
  SparseSoftmaxCrossEntropyWithLogits: 'loss backprop',
  SparseSparseMaximum: 'output_indices output_values',
  SparseSparseMinimum: 'output_indices output_values',
  SparseSplit: 'output_indices*num_split output_values*num_split output_shape*num_split',
  StatelessRandomGetKeyCounter: 'key counter',
  StringNGrams: 'ngrams ngrams_splits',
  StringSplit: 'indices values shape',
  StringSplitV2: 'indices values shape',
  Svd: 's u v',
  Switch: 'output_false output_true',
  TensorListPopBack: 'output_handle tensor',
  TopK: 'values indices',
  TopKV2: 'values indices',
  UnicodeDecode: 'row_splits char_values',
  UnicodeDecodeWithOffsets: 'row_splits char_values char_to_byte_starts',
  Unique: 'y idx',
  UniqueV2: 'y idx',
  UniqueWithCounts: 'y idx count',
  UniqueWithCountsV2: 'y idx count',
};

/** Where an op's named output begins among all of its outputs. @param lengthOf - how long the list is that an attribute gives */
export function outputOffset(op: string, output: string | undefined, lengthOf: (attribute: string) => number): number {
  const listed = Object.hasOwn(OUTPUTS, op) ? OUTPUTS[op] : undefined;
  if (output === undefined || listed === undefined) return 0;
  let offset = 0;
  for (const each of listed.split(' ')) {
    const [name, attribute] = each.split('*');
    if (name === output) return offset;
    offset += attribute === undefined ? 1 : lengthOf(attribute);
  }
  return 0;
}
