"""Models of Keras 2, saved by `model.save(folder, save_format="tf")`: needs the package tf_keras."""

import numpy as np
import tensorflow as tf
import tf_keras as keras
from corpus import add, settle, whole
from tf_keras import layers


def legacy(name, build, how="model", **options):
    def write(target):
        model = build()
        settle(model.weights, np.random.default_rng(5))
        if how == "model":
            model.save(target, save_format="tf", include_optimizer=False)
        elif how == "compiled":
            model.compile("adam", "mse")
            model.fit(np.ones([4, *model.input_shape[1:]], "float32"), np.ones([4, *model.output_shape[1:]], "float32"), verbose=0)
            model.save(target, save_format="tf")
        elif how == "export":
            model.export(target)
        else:
            tf.saved_model.save(model, target)

    add(f"legacy_{name}", "legacy", write, **options)


def dense():
    return keras.Sequential([layers.Input([4]), layers.Dense(6, "relu"), layers.BatchNormalization(), layers.Dropout(0.4), layers.Dense(3, "softmax")])


for how in ("model", "compiled", "export", "saved_model"):
    legacy(f"dense_{how}", dense, how)


def functional():
    x, y = layers.Input([4], name="first"), layers.Input([3], dtype=tf.int32, name="second")
    left, right = layers.Dense(5, "tanh", name="left")(x), layers.GlobalAveragePooling1D()(layers.Embedding(10, 5)(y))
    return keras.Model([x, y], [layers.Add(name="sum")([left, right]), layers.Dot(1, name="dot")([left, right])])


legacy("functional", functional, draws={"second": whole(0, 10)})


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.norm, self.out = layers.Dense(8), layers.LayerNormalization(), layers.Dense(2)

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def call(self, inputs):
        return {"scores": self.out(tf.nn.swish(self.norm(self.dense(inputs)))), "inputs": inputs}


def subclassed():
    model = Subclassed()
    model(np.ones([2, 4], "float32"))
    return model


legacy("subclassed", subclassed, "saved_model")


def convolutions():
    x = layers.Input([16, 16, 3])
    y = layers.ZeroPadding2D(1)(x)
    y = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, use_bias=False)(y)))
    y = layers.ReLU()(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same")(y)))
    y = layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(layers.SeparableConv2D(6, 3, padding="same", dilation_rate=2)(y)), layers.Conv2DTranspose(4, 3, strides=2, padding="same")(y)])
    y = layers.LocallyConnected1D(3, 2)(layers.Reshape([-1, 10])(layers.MaxPooling2D(4)(y)))
    return keras.Model(x, layers.PReLU()(layers.Flatten()(y)))


legacy("convolutions", convolutions, rtol=1e-3)
legacy("attention", lambda: (lambda q, v: keras.Model([q, v], [layers.MultiHeadAttention(2, 4)(q, v), layers.Attention()([q, v]), layers.AdditiveAttention()([q, v])]))(layers.Input([5, 8]), layers.Input([7, 8])))
legacy("preprocessing", lambda: (lambda x: keras.Model(x, layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])(layers.Rescaling(1 / 255)(layers.CenterCrop(8, 8)(layers.Resizing(12, 10)(x))))))(layers.Input([None, None, 3], dtype=tf.uint8)), sizes=14, rtol=1e-3)
legacy("augmented", lambda: keras.Sequential([layers.Input([8, 8, 3]), layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomContrast(0.1), layers.Conv2D(4, 3)]))
legacy("unrolled", lambda: keras.Sequential([layers.Input([4, 3]), layers.LSTM(5, unroll=True, return_sequences=True), layers.GRU(4, unroll=True), layers.Dense(2)]))
legacy("noise", lambda: keras.Sequential([layers.Input([8]), layers.GaussianNoise(0.1), layers.AlphaDropout(0.1), layers.ActivityRegularization(0.1), layers.Dense(3)]))
legacy("lambda", lambda: (lambda x: keras.Model(x, layers.Lambda(lambda y: tf.nn.l2_normalize(y, -1) * tf.reduce_max(y, axis=-1, keepdims=True))(x)))(layers.Input([6])))
legacy("mobilenet_v2", lambda: keras.applications.MobileNetV2(weights=None, input_shape=[64, 64, 3], alpha=0.35, classes=10), "export", rtol=2e-3, batches=(1, 3))
legacy("efficientnet_b0", lambda: keras.applications.EfficientNetB0(weights=None, input_shape=[64, 64, 3], classes=10), rtol=2e-3, batches=(1, 3))


def mixed(policy):
    def build():
        keras.mixed_precision.set_global_policy(policy)
        try:
            return keras.Sequential([layers.Input([8, 8, 3]), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(), layers.Flatten(), layers.Dense(5), layers.Activation("softmax", dtype="float32")])
        finally:
            keras.mixed_precision.set_global_policy("float32")

    return build


for policy in ("mixed_float16", "mixed_bfloat16"):
    legacy(policy, mixed(policy), rtol=3e-2, atol=5e-3)
