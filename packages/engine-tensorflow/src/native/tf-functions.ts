/**
 * Functions of TensorFlow's C API, with their prototypes as koffi reads them. Only such as libtensorflow 2.9 has, the oldest that is still
 * installed by npm (`@tensorflow/tfjs-node` 4.22).
 *
 * A wrong prototype crashes the process, so all of them live here, and `test/native/tf-functions.test.ts` calls every one.
 *
 * Source: TensorFlow 2.9, `c/c_api.h`, `c/tf_tensor.h`, `c/tf_tstring.h`, `c/tf_status.h`, `c/tf_buffer.h`.
 */
export const TF_FUNCTIONS = {
  version: 'const char *TF_Version()',
  newStatus: 'void *TF_NewStatus()',
  deleteStatus: 'void TF_DeleteStatus(void *status)',
  setStatus: 'void TF_SetStatus(void *status, int code, const char *message)',
  getCode: 'int TF_GetCode(const void *status)',
  message: 'const char *TF_Message(const void *status)',
  newBufferFromString: 'void *TF_NewBufferFromString(const void *proto, size_t bytes)',
  deleteBuffer: 'void TF_DeleteBuffer(void *buffer)',
  newSessionOptions: 'void *TF_NewSessionOptions()',
  setConfig: 'void TF_SetConfig(void *options, const void *proto, size_t bytes, void *status)',
  deleteSessionOptions: 'void TF_DeleteSessionOptions(void *options)',
  newGraph: 'void *TF_NewGraph()',
  deleteGraph: 'void TF_DeleteGraph(void *graph)',
  graphOperationByName: 'void *TF_GraphOperationByName(void *graph, const char *name)',
  newSession: 'void *TF_NewSession(void *graph, const void *options, void *status)',
  loadSavedModel:
    'void *TF_LoadSessionFromSavedModel(const void *options, const void *runOptions, const char *directory, const void *tags, int tagCount, void *graph, void *metaGraph, void *status)',
  sessionRun:
    'void TF_SessionRun(void *session, const void *runOptions, const void *inputs, const void *inputValues, int inputCount, const void *outputs, void *outputValues, int outputCount, const void *targets, int targetCount, void *metadata, void *status)',
  closeSession: 'void TF_CloseSession(void *session, void *status)',
  deleteSession: 'void TF_DeleteSession(void *session, void *status)',
  sessionListDevices: 'void *TF_SessionListDevices(void *session, void *status)',
  deviceListCount: 'int TF_DeviceListCount(const void *list)',
  deviceListType: 'const char *TF_DeviceListType(const void *list, int index, void *status)',
  deleteDeviceList: 'void TF_DeleteDeviceList(void *list)',
  allocateTensor: 'void *TF_AllocateTensor(int type, const void *sizes, int rank, size_t bytes)',
  deleteTensor: 'void TF_DeleteTensor(void *tensor)',
  tensorFromProto: 'void TF_TensorFromProto(const void *buffer, void *tensor, void *status)',
  tensorType: 'int TF_TensorType(const void *tensor)',
  rank: 'int TF_NumDims(const void *tensor)',
  size: 'int64_t TF_Dim(const void *tensor, int axis)',
  tensorByteSize: 'size_t TF_TensorByteSize(const void *tensor)',
  tensorData: 'void *TF_TensorData(const void *tensor)',
  stringSize: 'size_t TF_StringGetSize(const void *text)',
  stringData: 'void *TF_StringGetDataPointer(const void *text)',
} as const;

/** What this package calls a function of the C API. */
export type TfFunctionName = keyof typeof TF_FUNCTIONS;
