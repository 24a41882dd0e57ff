"""Writes real networks with random weights as SavedModels, with TensorFlow's answers beside them: python real_networks.py FOLDER [--nets a,b]"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf
from oracle import encode

SEED = 3


def bert():
    """An encoder as keras-hub writes it: token and position embeddings, a padding mask, attention, feed-forward with exact GELU."""
    tokens = keras.Input([None], dtype="int32", name="tokens")
    mask = keras.ops.cast(keras.ops.not_equal(tokens, 0), "bool")
    positions = keras.layers.Embedding(128, 64)(keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1) - 1)
    x = keras.layers.LayerNormalization(epsilon=1e-12)(keras.layers.Embedding(1000, 64)(tokens) + positions)
    for _ in range(3):
        attended = keras.layers.MultiHeadAttention(4, 16)(x, x, attention_mask=keras.ops.expand_dims(mask, 1))
        x = keras.layers.LayerNormalization(epsilon=1e-12)(x + attended)
        hidden = keras.layers.Dense(256, activation=lambda y: keras.activations.gelu(y, approximate=False))(x)
        x = keras.layers.LayerNormalization(epsilon=1e-12)(x + keras.layers.Dense(64)(hidden))
    pooled = keras.layers.Dense(64, activation="tanh")(x[:, 0, :])
    return keras.Model(tokens, {"sequence": x, "pooled": pooled})


NETWORKS = {
    "mobilenet_v2": lambda: keras.applications.MobileNetV2(weights=None),
    "resnet50": lambda: keras.applications.ResNet50(weights=None),
    "efficientnet_b0": lambda: keras.applications.EfficientNetB0(weights=None),
    "densenet121": lambda: keras.applications.DenseNet121(weights=None),
    "bert": bert,
    "mobilenet_v3_small": lambda: keras.applications.MobileNetV3Small(weights=None),
    "inception_v3": lambda: keras.applications.InceptionV3(weights=None),
    "xception": lambda: keras.applications.Xception(weights=None),
    "nasnet_mobile": lambda: keras.applications.NASNetMobile(weights=None),
    "convnext_tiny": lambda: keras.applications.ConvNeXtTiny(weights=None),
    "vgg16": lambda: keras.applications.VGG16(weights=None),
    "efficientnet_v2_b0": lambda: keras.applications.EfficientNetV2B0(weights=None),
    "mlp": lambda: keras.Sequential([keras.Input([784]), keras.layers.Dense(128, "relu"), keras.layers.Dense(10, "softmax")]),
}


def settle(model, rng):
    """Statistics of batch normalization that are not 0 and 1: else nothing would tell whether they are used."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            for weight in layer.weights:
                low, high = (0.8, 1.2) if "variance" in weight.path or "gamma" in weight.path else (-0.1, 0.1)
                weight.assign(rng.uniform(low, high, weight.shape).astype(np.float32))


def write(folder, name):
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    model = NETWORKS[name]()
    settle(model, rng)
    target = os.path.join(folder, name, "1")
    model.export(target, verbose=False)
    serve = tf.saved_model.load(target).signatures["serving_default"]
    (alias, spec), = serve.structured_input_signature[1].items()
    cases = []
    for batch in (1, 8):
        shape = [batch] + [size or 24 for size in spec.shape[1:]]
        if spec.dtype == tf.int32:
            values = rng.integers(1, 1000, shape).astype(np.int32)
            values[-1, shape[1] // 2 :] = 0
        else:
            values = rng.uniform(0, 255 if "net" in name or "ception" in name else 1, shape).astype(np.float32)
        outputs = serve(**{alias: tf.constant(values)})
        cases.append({"name": f"batch{batch}", "inputs": {alias: encode(values)}, "outputs": {key: encode(value.numpy()) for key, value in outputs.items()}})
    with open(os.path.join(folder, name, "cases.json"), "w") as file:
        json.dump({"cases": cases}, file)
    print(name, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--nets", default="mobilenet_v2,resnet50,efficientnet_b0,densenet121,bert")
    options = parser.parse_args()
    for each in options.nets.split(","):
        write(options.folder, each)
