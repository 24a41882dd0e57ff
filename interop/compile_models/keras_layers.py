"""A model for every layer of Keras 3, each in the forms that its options give."""

import keras
import numpy as np
from corpus import MODELS, add, between, settle, whole
from keras import activations, layers, ops

# Layers that are in no model here, and why.
LEFT_OUT = {
    "Layer": "the base class",
    "InputLayer": "every functional model has it",
    "Wrapper": "the base class of wrappers",
    "FlaxLayer": "of JAX",
    "JaxLayer": "of JAX",
    "TorchModuleWrapper": "of PyTorch",
    "TFSMLayer": "in the ways of saving",
    "StringLookup": "of strings",
    "TextVectorization": "of strings",
    "Hashing": "of strings; whole numbers become strings first",
    "HashedCrossing": "of strings; whole numbers become strings first",
    "MaxNumBoundingBoxes": "takes a dictionary of boxes, does nothing outside of training",
}
USED = set()
PICTURE = [None, 9, 8, 3]
STEPS = [None, 10, 4]
VOLUME = [None, 5, 6, 4, 2]


def layer(name, call, *inputs, prepare=None, **options):
    """A functional model of one layer: `call` gets a tensor for each input, a shape or (shape, dtype)."""

    def write(target):
        tensors = []
        for at, each in enumerate(inputs):
            shape, dtype = each if isinstance(each, tuple) else (each, "float32")
            tensors.append(keras.Input(batch_shape=shape, dtype=dtype, name=f"x{at}"))
        model = keras.Model(tensors if len(tensors) > 1 else tensors[0], call(*tensors))
        settle(model.weights, np.random.default_rng(5))
        for each in model._flatten_layers():
            USED.add(type(each).__name__)
            if hasattr(each, "cell"):
                USED.update(type(cell).__name__ for cell in getattr(each.cell, "cells", [each.cell]))
                USED.add(type(each.cell).__name__)
        model.export(target, verbose=False)

    add(name, "layers", write, **options)


def of(make):
    return lambda *tensors: make(tensors[0]) if len(tensors) == 1 else make(list(tensors))


# Dense, embeddings
layer("dense", of(layers.Dense(5, "relu")), [None, 4])
layer("dense_three_axes", of(layers.Dense(5, use_bias=False)), [None, 3, 4])
layer("dense_open_axes", of(layers.Dense(5)), [None, None, None, 4])
layer("einsum_dense", of(layers.EinsumDense("abc,cde->abde", [None, 3, 4], bias_axes="de")), STEPS)
layer("einsum_dense_batch", of(layers.EinsumDense("...x,xy->...y", 7, bias_axes="y", activation="tanh")), STEPS)
layer("embedding", of(layers.Embedding(12, 5)), ([None, 7], "int32"), draws={"*": whole(0, 12)})
layer("embedding_floats", of(layers.Embedding(12, 5)), ([None, 7], "float32"), draws={"*": whole(0, 12)})
layer("embedding_outside", of(layers.Embedding(12, 5)), ([None, 7], "int64"), draws={"*": whole(-3, 15)})
layer("embedding_masked", lambda x: layers.GlobalAveragePooling1D()(layers.Embedding(12, 5, mask_zero=True)(x)), ([None, None], "int32"), draws={"*": whole(0, 3)})


def reversible(x):
    shared = layers.ReversibleEmbedding(12, 5, logit_soft_cap=3.0)
    return shared(shared(x), reverse=True)


layer("reversible_embedding", reversible, ([None, 7], "int32"), draws={"*": whole(0, 12)})

# Convolutions
for padding in ("valid", "same", "causal"):
    layer(f"conv1d_{padding}", of(layers.Conv1D(6, 3, padding=padding)), STEPS)
    layer(f"conv1d_{padding}_dilated", of(layers.Conv1D(6, 3, padding=padding, dilation_rate=2)), [None, None, 4], sizes=11)
    layer(f"conv1d_{padding}_strided", of(layers.Conv1D(6, 3, padding=padding, strides=2)), STEPS)
for padding in ("valid", "same"):
    layer(f"conv2d_{padding}", of(layers.Conv2D(6, 3, padding=padding, activation="relu")), PICTURE)
    layer(f"conv2d_{padding}_strided", of(layers.Conv2D(6, (3, 2), padding=padding, strides=(2, 2))), [None, None, None, 3], sizes=9)
    layer(f"conv2d_{padding}_dilated", of(layers.Conv2D(6, 3, padding=padding, dilation_rate=(2, 1))), PICTURE)
    layer(f"conv2d_{padding}_grouped", of(layers.Conv2D(6, 3, padding=padding, groups=3)), PICTURE)
    layer(f"conv3d_{padding}", of(layers.Conv3D(3, 2, padding=padding)), VOLUME)
    layer(f"conv3d_{padding}_strided", of(layers.Conv3D(3, 3, padding=padding, strides=2)), VOLUME)
    layer(f"depthwise_conv1d_{padding}", of(layers.DepthwiseConv1D(3, padding=padding, depth_multiplier=2)), STEPS)
    layer(f"depthwise_conv2d_{padding}", of(layers.DepthwiseConv2D(3, padding=padding, depth_multiplier=2)), PICTURE)
    layer(f"depthwise_conv2d_{padding}_strided", of(layers.DepthwiseConv2D(3, padding=padding, strides=2)), PICTURE)
    layer(f"depthwise_conv2d_{padding}_dilated", of(layers.DepthwiseConv2D(3, padding=padding, dilation_rate=2)), PICTURE)
    layer(f"separable_conv1d_{padding}", of(layers.SeparableConv1D(6, 3, padding=padding, depth_multiplier=2)), STEPS)
    layer(f"separable_conv2d_{padding}", of(layers.SeparableConv2D(6, 3, padding=padding, depth_multiplier=2)), PICTURE)
    layer(f"separable_conv2d_{padding}_strided", of(layers.SeparableConv2D(6, 3, padding=padding, strides=2)), PICTURE)
    layer(f"separable_conv2d_{padding}_dilated", of(layers.SeparableConv2D(6, 3, padding=padding, dilation_rate=2)), PICTURE)
    layer(f"conv1d_transpose_{padding}", of(layers.Conv1DTranspose(5, 3, strides=2, padding=padding)), STEPS)
    layer(f"conv1d_transpose_{padding}_dilated", of(layers.Conv1DTranspose(5, 3, dilation_rate=2, padding=padding)), STEPS)
    layer(f"conv2d_transpose_{padding}", of(layers.Conv2DTranspose(5, 3, strides=2, padding=padding)), [None, None, None, 3])
    layer(f"conv2d_transpose_{padding}_wide", of(layers.Conv2DTranspose(5, 2, strides=3, padding=padding)), PICTURE)
    layer(f"conv3d_transpose_{padding}", of(layers.Conv3DTranspose(3, 3, strides=2, padding=padding)), VOLUME)
layer("conv2d_transpose_output_padding", of(layers.Conv2DTranspose(5, 3, strides=2, padding="same", output_padding=1)), PICTURE)
layer("conv2d_transpose_dilated", of(layers.Conv2DTranspose(5, 3, dilation_rate=2, padding="same")), PICTURE)
layer("conv3d_dilated", of(layers.Conv3D(3, 2, dilation_rate=2)), VOLUME)



def channels_first(name, make, shape):
    """TensorFlow has few kernels for channels that come first: what is right is said by the same layer with channels last."""
    rank = len(shape)
    to_last, to_first = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]

    def write(target):
        first, last = make(data_format="channels_first"), make(data_format="channels_last")
        x = keras.Input(batch_shape=shape, name="x0")
        model = keras.Model(x, first(x))
        settle(model.weights, np.random.default_rng(5))
        last.build([shape[axis] for axis in to_last])
        last.set_weights(first.get_weights())
        MODELS[f"{name}_channels_first"].reference = lambda inputs: {"output_0": np.transpose(last(np.transpose(inputs["x0"], to_last)).numpy(), to_first)}
        model.export(target, verbose=False)

    add(f"{name}_channels_first", "layers", write)


FIRST = [None, 3, 9, 8]
channels_first("conv1d", lambda **how: layers.Conv1D(6, 3, strides=2, padding="same", **how), [None, 4, 10])
channels_first("conv2d", lambda **how: layers.Conv2D(6, 3, padding="same", activation="relu", **how), FIRST)
channels_first("conv2d_strided", lambda **how: layers.Conv2D(6, (3, 2), strides=2, **how), [None, 3, None, None])
channels_first("conv2d_grouped", lambda **how: layers.Conv2D(12, 3, groups=3, **how), FIRST)
channels_first("conv3d", lambda **how: layers.Conv3D(3, 2, padding="same", **how), [None, 2, 5, 6, 4])
channels_first("depthwise_conv2d", lambda **how: layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", **how), FIRST)
channels_first("separable_conv2d", lambda **how: layers.SeparableConv2D(6, 3, strides=2, padding="same", **how), FIRST)
channels_first("conv1d_transpose", lambda **how: layers.Conv1DTranspose(5, 3, strides=2, **how), [None, 4, 10])
channels_first("conv2d_transpose", lambda **how: layers.Conv2DTranspose(5, 3, strides=2, padding="same", **how), FIRST)
channels_first("conv3d_transpose", lambda **how: layers.Conv3DTranspose(3, 3, strides=2, padding="same", **how), [None, 2, 5, 6, 4])
channels_first("max_pooling1d", lambda **how: layers.MaxPooling1D(3, 2, padding="same", **how), [None, 4, 10])
channels_first("max_pooling2d", lambda **how: layers.MaxPooling2D(2, **how), FIRST)
channels_first("average_pooling2d", lambda **how: layers.AveragePooling2D(3, 2, padding="same", **how), FIRST)
channels_first("average_pooling3d", lambda **how: layers.AveragePooling3D(2, padding="same", **how), [None, 2, 5, 6, 4])
channels_first("up_sampling2d", lambda **how: layers.UpSampling2D(2, interpolation="bilinear", **how), FIRST)
layer("global_average_pooling2d_channels_first", of(layers.GlobalAveragePooling2D(data_format="channels_first")), [None, 3, 9, 8])
layer("global_max_pooling1d_channels_first", of(layers.GlobalMaxPooling1D(data_format="channels_first")), [None, 4, 10])
layer("batch_normalization_channels_first", of(layers.BatchNormalization(axis=1)), [None, 3, 9, 8])

# Pooling
SHAPES = {1: [None, 10, 4], 2: PICTURE, 3: VOLUME}
OPEN = {1: [None, None, 4], 2: [None, None, None, 3], 3: [None, None, None, None, 2]}
for rank in (1, 2, 3):
    for kind in ("Max", "Average"):
        pool = getattr(layers, f"{kind}Pooling{rank}D")
        for padding in ("valid", "same"):
            layer(f"{kind.lower()}_pooling{rank}d_{padding}", of(pool(2, padding=padding)), SHAPES[rank])
            layer(f"{kind.lower()}_pooling{rank}d_{padding}_overlapping", of(pool(3, strides=2, padding=padding)), OPEN[rank], sizes=7)
        layer(f"global_{kind.lower()}_pooling{rank}d", of(getattr(layers, f"Global{kind}Pooling{rank}D")()), OPEN[rank])
        layer(f"global_{kind.lower()}_pooling{rank}d_kept", of(getattr(layers, f"Global{kind}Pooling{rank}D")(keepdims=True)), SHAPES[rank])
        size = 3 if rank == 1 else tuple([3, 2, 2][:rank])
        layer(f"adaptive_{kind.lower()}_pooling{rank}d", of(getattr(layers, f"Adaptive{kind}Pooling{rank}D")(size)), SHAPES[rank])

# Normalization
layer("batch_normalization", of(layers.BatchNormalization()), PICTURE)
layer("batch_normalization_rows", of(layers.BatchNormalization(center=False)), [None, 4])
layer("batch_normalization_unscaled", of(layers.BatchNormalization(scale=False)), STEPS)
layer("layer_normalization", of(layers.LayerNormalization()), STEPS)
layer("layer_normalization_axes", of(layers.LayerNormalization(axis=[1, 2])), [None, 10, 4])
layer("layer_normalization_plain", of(layers.LayerNormalization(center=False, scale=False, epsilon=1e-6)), [None, None, 4])
layer("group_normalization", of(layers.GroupNormalization(3)), [None, 9, 8, 6])
layer("group_normalization_open", of(layers.GroupNormalization(2)), [None, None, None, 6])
layer("instance_normalization", of(layers.GroupNormalization(-1)), [None, 9, 8, 6])
layer("rms_normalization", of(layers.RMSNormalization()), STEPS)
layer("unit_normalization", of(layers.UnitNormalization()), STEPS)
layer("unit_normalization_axes", of(layers.UnitNormalization(axis=[1, 2])), STEPS)
layer("spectral_normalization", of(layers.SpectralNormalization(layers.Conv2D(4, 3))), PICTURE)

# Attention
QUERY, KEY = [None, 5, 8], [None, 7, 8]
layer("attention", of(layers.Attention()), QUERY, KEY)
layer("attention_scaled", lambda q, v, k: layers.Attention(use_scale=True, score_mode="concat")([q, v, k]), QUERY, KEY, KEY)
layer("attention_causal", lambda q, v: layers.Attention()([q, v], use_causal_mask=True), QUERY, KEY)
layer("attention_masks", lambda q, v, a, c: layers.Attention()([q, v], mask=[a, c], return_attention_scores=True), QUERY, KEY, ([None, 5], "bool"), ([None, 7], "bool"))
layer("additive_attention", of(layers.AdditiveAttention()), QUERY, KEY)
layer("additive_attention_causal", lambda q, v, c: layers.AdditiveAttention()([q, v], mask=[None, c], use_causal_mask=True), QUERY, KEY, ([None, 7], "bool"))
layer("multi_head_attention", lambda q, v: layers.MultiHeadAttention(2, 4)(q, v), QUERY, KEY)
layer("multi_head_attention_self", lambda x: layers.MultiHeadAttention(2, 4, use_bias=False)(x, x, use_causal_mask=True), [None, None, 8])
layer("multi_head_attention_scores", lambda q, v: layers.MultiHeadAttention(2, 4, value_dim=3, output_shape=6)(q, v, return_attention_scores=True), QUERY, KEY)
layer("multi_head_attention_mask", lambda q, v, m: layers.MultiHeadAttention(2, 4)(q, v, attention_mask=m), QUERY, KEY, ([None, 5, 7], "bool"))
layer("multi_head_attention_padding", lambda q, m: layers.MultiHeadAttention(2, 4)(q, q, query_mask=m, value_mask=m, key_mask=m), QUERY, ([None, 5], "bool"))
layer("multi_head_attention_axes", lambda x: layers.MultiHeadAttention(2, 4, attention_axes=(1, 2))(x, x), [None, 3, 4, 8])
layer("multi_head_attention_flash", lambda x: layers.MultiHeadAttention(2, 4, flash_attention=False)(x, x), QUERY)
layer("group_query_attention", lambda q, v: layers.GroupQueryAttention(4, 4, 2)(q, v), QUERY, KEY)
layer("group_query_attention_causal", lambda x: layers.GroupQueryAttention(4, 4, 2)(x, x, use_causal_mask=True), [None, None, 8])
layer("dot_product_attention", lambda q, k: ops.dot_product_attention(q, k, k, is_causal=False), [None, 5, 2, 4], [None, 7, 2, 4])

# Activations
for name in ("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh", "tanh_shrink"):
    layer(f"activation_{name}", of(layers.Activation(name)), STEPS, draws={"*": between(-4, 4)})
layer("activation_glu", lambda x: activations.glu(x), STEPS)
layer("activation_gelu_tanh", lambda x: activations.gelu(x, approximate=True), STEPS)
layer("activation_gelu_exact", lambda x: activations.gelu(x, approximate=False), STEPS)
layer("activation_threshold", lambda x: activations.threshold(x, 0.5, 2.0), STEPS)
layer("activation_relu_all", lambda x: activations.relu(x, negative_slope=0.1, max_value=1.5, threshold=0.2), STEPS)
layer("activation_double", lambda x: activations.gelu(activations.silu(x)), ([None, 5], "float64"))
layer("layer_relu", of(layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.3)), STEPS)
layer("layer_leaky_relu", of(layers.LeakyReLU(0.2)), STEPS)
layer("layer_prelu", of(layers.PReLU()), STEPS)
layer("layer_prelu_shared", of(layers.PReLU(shared_axes=[1, 2])), PICTURE)
layer("layer_elu", of(layers.ELU(0.7)), STEPS)
layer("layer_softmax", of(layers.Softmax(axis=1)), STEPS)
layer("layer_softmax_axes", of(layers.Softmax(axis=[1, 2])), STEPS)
layer("layer_softmax_masked", lambda x, m: layers.Softmax()(x, mask=m), STEPS, ([None, 10, 4], "bool"))

# Shapes
layer("flatten", of(layers.Flatten()), PICTURE)
layer("flatten_channels_first", of(layers.Flatten(data_format="channels_first")), [None, 3, 4, 5])
layer("flatten_rows", of(layers.Flatten()), [None])
layer("reshape", of(layers.Reshape([4, -1])), STEPS)
layer("reshape_open", lambda x: layers.Reshape([-1, 2])(x), [None, None, 4])
layer("permute", of(layers.Permute([2, 3, 1])), PICTURE)
layer("repeat_vector", of(layers.RepeatVector(3)), [None, 4])
layer("cropping1d", of(layers.Cropping1D((1, 2))), STEPS)
layer("cropping2d", of(layers.Cropping2D(((1, 2), (0, 3)))), PICTURE)
layer("cropping3d", of(layers.Cropping3D(1)), [None, 5, 6, 4, 2])
layer("zero_padding1d", of(layers.ZeroPadding1D((1, 2))), [None, None, 4])
layer("zero_padding2d", of(layers.ZeroPadding2D(((1, 2), (0, 3)))), PICTURE)
layer("zero_padding2d_conv", lambda x: layers.Conv2D(4, 3, strides=2)(layers.ZeroPadding2D(((0, 1), (0, 1)))(x)), PICTURE)
layer("zero_padding3d", of(layers.ZeroPadding3D(1)), VOLUME)
layer("up_sampling1d", of(layers.UpSampling1D(2)), [None, None, 4])
for interpolation in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
    layer(f"up_sampling2d_{interpolation}", of(layers.UpSampling2D((2, 3), interpolation=interpolation)), PICTURE, rtol=1e-3)
layer("up_sampling2d_open", of(layers.UpSampling2D(2)), [None, None, None, 3])
layer("up_sampling3d", of(layers.UpSampling3D(2)), VOLUME)
layer("identity", of(layers.Identity()), STEPS)
layer("masking", lambda x: layers.GlobalAveragePooling1D()(layers.Masking(0.0)(x)), STEPS, draws={"*": lambda rng, shape: rng.uniform(-1, 1, shape) * (rng.uniform(0, 1, [*shape[:2], 1]) > 0.4)})

# Merging
PAIR = (STEPS, [None, 1, 4])
for kind in ("Add", "Average", "Maximum", "Minimum", "Multiply"):
    layer(f"merge_{kind.lower()}", of(getattr(layers, kind)()), STEPS, STEPS, [None, 1, 4])
layer("merge_subtract", of(layers.Subtract()), *PAIR)
layer("merge_concatenate", of(layers.Concatenate(axis=1)), STEPS, [None, 3, 4])
layer("merge_concatenate_last", of(layers.Concatenate()), PICTURE, [None, 9, 8, 2])
layer("merge_dot", of(layers.Dot(2)), STEPS, [None, 3, 4])
layer("merge_dot_normalized", of(layers.Dot((1, 2), normalize=True)), STEPS, [None, 3, 10])

# Random ones do nothing outside of training.
for made in (layers.Dropout(0.5), layers.SpatialDropout1D(0.5), layers.GaussianNoise(0.3), layers.GaussianDropout(0.3), layers.AlphaDropout(0.3), layers.ActivityRegularization(0.1)):
    layer(f"random_{made.name}", of(made), STEPS)
layer("random_spatial_dropout2d", of(layers.SpatialDropout2D(0.5)), PICTURE)
layer("random_spatial_dropout3d", of(layers.SpatialDropout3D(0.5)), VOLUME)
SEEN = dict(draws={"*": between(0, 255)})
for made in (
    layers.RandomBrightness(0.3), layers.RandomContrast(0.3), layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomTranslation(0.1, 0.1), layers.RandomZoom(0.1), layers.RandomColorJitter(brightness_factor=0.2),
    layers.RandomShear(0.1), layers.RandomHue(0.1), layers.RandomSaturation(0.1), layers.RandomSharpness(0.1), layers.RandomGrayscale(), layers.RandomInvert(), layers.RandomPosterization(3), layers.RandomErasing(),
    layers.RandomGaussianBlur(), layers.RandomPerspective(), layers.RandomElasticTransform(), layers.RandomColorDegeneration(0.1), layers.RandAugment(), layers.AugMix(), layers.CutMix(), layers.MixUp(),
):
    layer(made.name, lambda x, made=made: made(x, training=False), PICTURE, **SEEN)
layer("random_crop_small", lambda x: layers.RandomCrop(4, 5)(x, training=False), PICTURE, **SEEN)
layer("random_crop_grown", lambda x: layers.RandomCrop(12, 10)(x, training=False), PICTURE, rtol=1e-3, **SEEN)

# Preprocessing
layer("rescaling", of(layers.Rescaling(1 / 127.5, -1)), ([None, 9, 8, 3], "uint8"))
layer("rescaling_channels", of(layers.Rescaling([0.1, 0.2, 0.3], offset=[1, 2, 3])), PICTURE)
layer("normalization", of(layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[0.5, 2.0, 4.0])), PICTURE)
layer("normalization_inverse", of(layers.Normalization(mean=1.0, variance=4.0, invert=True, axis=None)), PICTURE)


def adapted(x):
    made = layers.Normalization()
    made.adapt(np.random.default_rng(1).normal(3, 2, [20, 4]).astype("float32"))
    return made(x)


layer("normalization_adapted", adapted, [None, 4])
for interpolation in ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
    if interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
        layer(f"resizing_{interpolation}", of(layers.Resizing(6, 12, interpolation=interpolation)), PICTURE, rtol=1e-3, atol=1e-3, **SEEN)
layer("resizing_bytes", of(layers.Resizing(6, 12)), ([None, None, None, 3], "uint8"), sizes=10)
layer("resizing_cropped", of(layers.Resizing(6, 12, crop_to_aspect_ratio=True)), PICTURE, rtol=1e-3, **SEEN)
layer("resizing_padded", of(layers.Resizing(6, 12, pad_to_aspect_ratio=True)), PICTURE, rtol=1e-3, **SEEN)
layer("resizing_antialiased", of(layers.Resizing(4, 5, antialias=True)), PICTURE, rtol=1e-3, atol=1e-3, **SEEN)
layer("center_crop", of(layers.CenterCrop(4, 5)), PICTURE, **SEEN)
layer("center_crop_grown", of(layers.CenterCrop(12, 5)), PICTURE, rtol=1e-3, **SEEN)
layer("pipeline", of(layers.Pipeline([layers.Rescaling(1 / 255), layers.CenterCrop(4, 5)])), PICTURE, **SEEN)
layer("solarization", lambda x: layers.Solarization(0.1, 0.4)(x, training=False), PICTURE, **SEEN)
layer("auto_contrast", of(layers.AutoContrast()), PICTURE, rtol=1e-3, **SEEN)

layer("contrast_limited", of(layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))), [None, 8, 8, 3], batches=(1, 3), **SEEN)
for mode in ("multi_hot", "one_hot", "count"):
    layer(f"category_encoding_{mode}", of(layers.CategoryEncoding(6, output_mode=mode)), ([None] if mode == "one_hot" else [None, 4], "int32"), draws={"*": whole(0, 6)})
layer("category_encoding_weighted", lambda x, w: layers.CategoryEncoding(6, output_mode="count")(x, count_weights=w), ([None, 4], "int32"), [None, 4], draws={"x0": whole(0, 6)})
for mode in ("int", "multi_hot", "one_hot", "count"):
    layer(f"discretization_{mode}", of(layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0], output_mode=mode)), [None] if mode == "one_hot" else [None, 4])
layer("discretization_whole", of(layers.Discretization(bin_boundaries=[2.0, 5.0])), ([None, 4], "int64"))
layer("integer_lookup", of(layers.IntegerLookup(vocabulary=[3, 5, 7])), ([None, 4], "int64"))
layer("stft_spectrogram", of(layers.STFTSpectrogram(frame_length=16, frame_step=8, fft_length=16, window=None)), [None, 64, 1])
layer("mel_spectrogram", of(layers.MelSpectrogram(fft_length=32, sequence_stride=16, sequence_length=32, num_mel_bins=8, sampling_rate=8000)), [None, 128], rtol=1e-2, atol=1e-2)

# Recurrent, unrolled; loops otherwise.
for kind in ("LSTM", "GRU", "SimpleRNN"):
    made = getattr(layers, kind)
    layer(f"{kind.lower()}_unrolled", of(made(5, unroll=True)), [None, 4, 3])
    layer(f"{kind.lower()}_unrolled_sequences", lambda x, made=made: made(5, unroll=True, return_sequences=True, return_state=True)(x), [None, 4, 3])
    layer(f"{kind.lower()}_unrolled_backwards", of(made(5, unroll=True, go_backwards=True)), [None, 4, 3])
    layer(f"{kind.lower()}_loop", of(made(5)), [None, None, 3])
layer("gru_reset_before", of(layers.GRU(5, unroll=True, reset_after=False)), [None, 4, 3])
layer("lstm_unrolled_masked", lambda x: layers.LSTM(5, unroll=True)(layers.Masking()(x)), [None, 4, 3])
layer("lstm_unrolled_state", lambda x, h, c: layers.LSTM(5, unroll=True)(x, initial_state=[h, c]), [None, 4, 3], [None, 5], [None, 5])
layer("bidirectional_unrolled", of(layers.Bidirectional(layers.LSTM(5, unroll=True, return_sequences=True))), [None, 4, 3])
layer("bidirectional_loop", of(layers.Bidirectional(layers.GRU(5))), [None, None, 3])
layer("recurrent_cell", of(layers.RNN([layers.LSTMCell(4), layers.GRUCell(3), layers.SimpleRNNCell(2)], unroll=True)), [None, 4, 3])
layer("stacked_cells", of(layers.RNN(layers.StackedRNNCells([layers.LSTMCell(4), layers.LSTMCell(3)]), unroll=True)), [None, 4, 3])
layer("time_distributed", of(layers.TimeDistributed(layers.Dense(3))), [None, 4, 5])
layer("time_distributed_conv", of(layers.TimeDistributed(layers.Conv2D(3, 2))), [None, 4, 6, 5, 2])
for rank in (1, 2, 3):
    sizes = [4, 3, 3][:rank]
    layer(f"conv_lstm{rank}d", of(getattr(layers, f"ConvLSTM{rank}D")(2, 2, padding="same")), [None, 3, *sizes, 2])

# Functions
layer("lambda", lambda x: layers.Lambda(lambda y: ops.sin(y) * 2 + ops.mean(y, axis=-1, keepdims=True))(x), STEPS)
layer("operators", lambda x, y: ops.where(x > y, x - y, x * 2) ** 2 / (ops.abs(y) + 1), STEPS, STEPS)


def missing():
    """Layers of Keras that no model has; those left out for nothing are said too."""
    known = {name for name in dir(layers) if isinstance(getattr(layers, name), type) and issubclass(getattr(layers, name), layers.Layer)}
    aliases = {name for name in known if getattr(layers, name).__name__ != name}
    return [f"no model has the layer {name}" for name in sorted(known - aliases - USED - set(LEFT_OUT))] + [f"{name} is left out, and in a model" for name in sorted(USED & set(LEFT_OUT) - {"InputLayer"})]
