/**
 * Functions of ONNX Runtime's C API: where each stands in the table that `OrtGetApiBase()->GetApi` returns, and its prototype as koffi
 * reads it. The table's order is public and append-only.
 *
 * A wrong prototype crashes the process, so all of them live here, and `test/native/ort-functions.test.ts` calls every one.
 *
 * Source: ONNX Runtime, `onnxruntime_c_api.h`, `struct OrtApi`, API version 24 (ONNX Runtime 1.24).
 */
export const ORT_API_VERSION = 24;

/**
 * `[position in the table, prototype]`. `void *` results are statuses: null means success. `_Out_` parameters take an array of one
 * element; what a run calls takes the address to write to instead, which is several times as fast.
 */
export const ORT_FUNCTIONS = {
  getErrorCode: [1, 'int OrtGetErrorCode(void *status)'],
  getErrorMessage: [2, 'const char *OrtGetErrorMessage(void *status)'],
  createEnv: [3, 'void *OrtCreateEnv(int level, const char *id, _Out_ void **env)'],
  disableTelemetry: [6, 'void *OrtDisableTelemetry(void *env)'],
  createSession: [7, 'void *OrtCreateSession(void *env, const char *path, void *options, _Out_ void **session)'],
  run: [9, 'void *OrtRun(void *session, void *options, const void *inputNames, const void *inputs, size_t inputCount, const void *outputNames, size_t outputCount, void *outputs)'],
  createSessionOptions: [10, 'void *OrtCreateSessionOptions(_Out_ void **options)'],
  setExecutionMode: [13, 'void *OrtSetExecutionMode(void *options, int mode)'],
  disableCpuMemArena: [19, 'void *OrtDisableCpuMemArena(void *options)'],
  setGraphOptimizationLevel: [23, 'void *OrtSetGraphOptimizationLevel(void *options, int level)'],
  setIntraOpThreads: [24, 'void *OrtSetIntraOpThreads(void *options, int threads)'],
  setInterOpThreads: [25, 'void *OrtSetInterOpThreads(void *options, int threads)'],
  sessionInputCount: [30, 'void *OrtSessionInputCount(void *session, _Out_ size_t *count)'],
  sessionOutputCount: [31, 'void *OrtSessionOutputCount(void *session, _Out_ size_t *count)'],
  sessionInputTypeInfo: [33, 'void *OrtSessionInputTypeInfo(void *session, size_t index, _Out_ void **info)'],
  sessionOutputTypeInfo: [34, 'void *OrtSessionOutputTypeInfo(void *session, size_t index, _Out_ void **info)'],
  sessionInputName: [36, 'void *OrtSessionInputName(void *session, size_t index, void *allocator, _Out_ void **name)'],
  sessionOutputName: [37, 'void *OrtSessionOutputName(void *session, size_t index, void *allocator, _Out_ void **name)'],
  createRunOptions: [39, 'void *OrtCreateRunOptions(_Out_ void **options)'],
  setTerminate: [46, 'void *OrtRunOptionsSetTerminate(void *options)'],
  unsetTerminate: [47, 'void *OrtRunOptionsUnsetTerminate(void *options)'],
  createTensor: [48, 'void *OrtCreateTensor(void *allocator, const int64_t *shape, size_t rank, int type, _Out_ void **value)'],
  createTensorWithData: [49, 'void *OrtCreateTensorWithData(void *memory, void *data, size_t bytes, const void *shape, size_t rank, int type, void *value)'],
  tensorData: [51, 'void *OrtTensorData(void *value, void *data)'],
  stringDataLength: [53, 'void *OrtStringDataLength(void *value, _Out_ size_t *bytes)'],
  stringContent: [54, 'void *OrtStringContent(void *value, void *text, size_t bytes, void *offsets, size_t count)'],
  castToTensorInfo: [55, 'void *OrtCastToTensorInfo(void *info, _Out_ void **tensorInfo)'],
  onnxType: [56, 'void *OrtOnnxType(void *info, _Out_ int *type)'],
  tensorElementType: [60, 'void *OrtTensorElementType(void *tensorInfo, _Out_ int *type)'],
  dimensionsCount: [61, 'void *OrtDimensionsCount(void *tensorInfo, _Out_ size_t *count)'],
  dimensions: [62, 'void *OrtDimensions(void *tensorInfo, void *sizes, size_t count)'],
  symbolicDimensions: [63, 'void *OrtSymbolicDimensions(void *tensorInfo, void *names, size_t count)'],
  valueType: [67, 'void *OrtValueType(void *value, _Out_ int *type)'],
  createCpuMemoryInfo: [69, 'void *OrtCreateCpuMemoryInfo(int allocator, int memory, _Out_ void **info)'],
  allocatorFree: [76, 'void *OrtAllocatorFree(void *allocator, void *memory)'],
  defaultAllocator: [78, 'void *OrtDefaultAllocator(_Out_ void **allocator)'],
  getValue: [80, 'void *OrtGetValue(void *value, int index, void *allocator, _Out_ void **element)'],
  getValueCount: [81, 'void *OrtGetValueCount(void *value, _Out_ size_t *count)'],
  releaseStatus: [93, 'void OrtReleaseStatus(void *status)'],
  releaseMemoryInfo: [94, 'void OrtReleaseMemoryInfo(void *info)'],
  releaseSession: [95, 'void OrtReleaseSession(void *session)'],
  releaseValue: [96, 'void OrtReleaseValue(void *value)'],
  releaseRunOptions: [97, 'void OrtReleaseRunOptions(void *options)'],
  releaseTypeInfo: [98, 'void OrtReleaseTypeInfo(void *info)'],
  releaseSessionOptions: [100, 'void OrtReleaseSessionOptions(void *options)'],
  castToMapInfo: [103, 'void *OrtCastToMapInfo(void *info, _Out_ void **mapInfo)'],
  castToSequenceInfo: [104, 'void *OrtCastToSequenceInfo(void *info, _Out_ void **sequenceInfo)'],
  mapKeyType: [105, 'void *OrtMapKeyType(void *mapInfo, _Out_ int *type)'],
  mapValueType: [106, 'void *OrtMapValueType(void *mapInfo, _Out_ void **info)'],
  sequenceElementType: [107, 'void *OrtSequenceElementType(void *sequenceInfo, _Out_ void **info)'],
  addSessionConfig: [130, 'void *OrtAddSessionConfig(void *options, const char *key, const char *value)'],
  appendCuda: [204, 'void *OrtAppendCuda(void *options, void *cuda)'],
  createCudaOptions: [205, 'void *OrtCreateCudaOptions(_Out_ void **cuda)'],
  updateCudaOptions: [206, 'void *OrtUpdateCudaOptions(void *cuda, const void *keys, const void *values, size_t count)'],
  releaseCudaOptions: [208, 'void OrtReleaseCudaOptions(void *cuda)'],
  appendProvider: [216, 'void *OrtAppendProvider(void *options, const char *name, const void *keys, const void *values, size_t count)'],
  resizedStringElement: [252, 'void *OrtResizedStringElement(void *value, size_t index, size_t bytes, _Out_ void **memory)'],
  hasShape: [390, 'bool OrtHasShape(void *tensorInfo)'],
  tensorTypeAndShape: [414, 'void *OrtTensorTypeAndShape(void *value, void *type, void *sizes, void *rank)'],
} as const;

export type OrtFunctionName = keyof typeof ORT_FUNCTIONS;
