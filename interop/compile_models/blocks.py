"""Small networks as they are built today: transformers of every kind, recommenders, U-Nets, dilated convolutions, detectors' heads."""

import keras
import numpy as np
import tensorflow as tf
from corpus import MODELS, add, between, saved, settle, whole
from keras import layers, ops


def exported(name, build, **options):
    def write(target):
        model = build()
        settle(model.weights, np.random.default_rng(5))
        model.export(target, verbose=False)

    add(name, "blocks", write, **{"rtol": 1e-3, "atol": 1e-4, **options})


def block(x, heads, width, mask=None, causal=False, norm=layers.LayerNormalization, activation="gelu"):
    """A transformer's layer, normalized first."""
    y = norm()(x)
    x = x + layers.MultiHeadAttention(heads, width // heads)(y, y, attention_mask=mask, use_causal_mask=causal)
    y = norm()(x)
    return x + layers.Dense(width)(layers.Dense(2 * width, activation=activation)(y))


class Tokens(layers.Layer):
    """A class token before the others, and what says where each stands."""

    def build(self, shape):
        self.token = self.add_weight(shape=[1, 1, shape[-1]], name="token")
        self.places = self.add_weight(shape=[1, shape[1] + 1, shape[-1]], name="places")

    def call(self, x):
        return ops.concatenate([ops.broadcast_to(self.token, [ops.shape(x)[0], 1, x.shape[-1]]), x], axis=1) + self.places


def vit():
    x = keras.Input([32, 32, 3])
    y = layers.Rescaling(1 / 127.5, -1)(x)
    y = layers.Reshape([-1, 24])(layers.Conv2D(24, 8, strides=8)(y))
    y = Tokens()(y)
    for _ in range(2):
        y = block(y, 3, 24)
    return keras.Model(x, layers.Dense(5)(layers.LayerNormalization()(y)[:, 0]))


class Rotary(layers.Layer):
    """Turns queries and keys by their places."""

    def call(self, x):
        width = x.shape[-1]
        places = ops.cast(ops.arange(ops.shape(x)[1]), "float32")
        angles = places[:, None] * ops.power(10000.0, -ops.arange(0, width, 2, dtype="float32") / width)
        sine, cosine = ops.sin(angles)[None, :, None, :], ops.cos(angles)[None, :, None, :]
        first, second = ops.split(x, 2, axis=-1)
        return ops.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)


class Places(layers.Layer):
    """Where each token stands."""

    def call(self, tokens):
        return ops.arange(ops.shape(tokens)[1])


def gpt():
    tokens = keras.Input([None], dtype="int32", name="tokens")
    x = layers.Embedding(50, 24)(tokens)
    x = x + layers.Embedding(64, 24)(Places()(tokens))
    for _ in range(2):
        x = block(x, 4, 24, causal=True)
    return keras.Model(tokens, {"logits": layers.Dense(50, use_bias=False)(layers.LayerNormalization()(x)), "next": ops.argmax(x[:, -1], -1)})


def llama():
    tokens = keras.Input([None], dtype="int32", name="tokens")
    x = layers.Embedding(50, 24)(tokens)
    for _ in range(2):
        y = layers.RMSNormalization()(x)
        split = lambda each, heads: layers.Reshape([-1, heads, 6])(each)
        query, key, value = split(layers.Dense(24, use_bias=False)(y), 4), split(layers.Dense(12, use_bias=False)(y), 2), split(layers.Dense(12, use_bias=False)(y), 2)
        query, key = Rotary()(query), Rotary()(key)
        key, value = ops.repeat(key, 2, axis=2), ops.repeat(value, 2, axis=2)
        scores = ops.einsum("bqhd,bkhd->bhqk", query, key) / 6**0.5
        places = Places()(tokens)
        mask = ops.expand_dims(places, 1) >= ops.expand_dims(places, 0)
        weights = ops.softmax(ops.where(mask, scores, -1e9))
        x = x + layers.Dense(24, use_bias=False)(layers.Reshape([-1, 24])(ops.einsum("bhqk,bkhd->bqhd", weights, value)))
        y = layers.RMSNormalization()(x)
        x = x + layers.Dense(24, use_bias=False)(layers.Dense(48, "silu", use_bias=False)(y) * layers.Dense(48, use_bias=False)(y))
    return keras.Model(tokens, layers.Dense(50)(layers.RMSNormalization()(x)))


class RelativeBias(layers.Layer):
    """T5's: places that are far apart share a bucket."""

    def __init__(self, heads, buckets=8, furthest=20):
        super().__init__()
        self.heads, self.buckets, self.furthest = heads, buckets, furthest

    def build(self, _):
        self.table = self.add_weight(shape=[self.buckets, self.heads], name="table")

    def call(self, x):
        steps = ops.shape(x)[1]
        apart = ops.arange(steps)[None, :] - ops.arange(steps)[:, None]
        half = self.buckets // 2
        bucket = ops.cast(apart > 0, "int32") * half
        apart = ops.abs(apart)
        near = half // 2
        far = near + ops.cast(ops.log(ops.cast(ops.maximum(apart, 1), "float32") / near) / np.log(self.furthest / near) * (half - near), "int32")
        bucket = bucket + ops.where(apart < near, apart, ops.minimum(far, half - 1))
        return ops.transpose(ops.take(self.table, bucket, axis=0), [2, 0, 1])[None]


def t5():
    tokens = keras.Input([None], dtype="int32", name="tokens")
    x = layers.Embedding(50, 16)(tokens)
    bias = RelativeBias(4)(x)
    padded = ops.cast(ops.equal(tokens, 0), "float32")[:, None, None, :] * -1e9
    for _ in range(2):
        y = layers.RMSNormalization()(x)
        query, key, value = [layers.EinsumDense("bsd,dhe->bhse", [4, None, 4])(y) for _ in range(3)]
        weights = ops.softmax(ops.matmul(query, ops.transpose(key, [0, 1, 3, 2])) + bias + padded)
        joined = layers.EinsumDense("bhse,hed->bsd", [None, 16])(ops.matmul(weights, value))
        x = x + joined
        x = x + layers.Dense(16)(layers.Dense(32, "relu")(layers.RMSNormalization()(x)))
    return keras.Model(tokens, x)


def encoder_decoder():
    source, target = keras.Input([None], dtype="int32", name="source"), keras.Input([None], dtype="int32", name="target")
    embedding = layers.Embedding(40, 16, mask_zero=True)
    x = layers.LayerNormalization()(layers.MultiHeadAttention(2, 8)(embedding(source), embedding(source)) + embedding(source))
    y = embedding(target)
    y = layers.LayerNormalization()(y + layers.MultiHeadAttention(2, 8)(y, y, use_causal_mask=True))
    y = layers.LayerNormalization()(y + layers.MultiHeadAttention(2, 8)(y, x))
    return keras.Model([source, target], layers.Dense(40)(y))


def wide_and_deep():
    numbers = keras.Input([5], name="numbers")
    user, item = keras.Input([1], dtype="int64", name="user"), keras.Input([1], dtype="int64", name="item")
    genres = keras.Input([4], dtype="int32", name="genres")
    crossed = layers.CategoryEncoding(12, output_mode="multi_hot")(genres)
    buckets = layers.CategoryEncoding(4, output_mode="one_hot")(layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0])(numbers[:, 0]))
    parts = [layers.Flatten()(layers.Embedding(100, 8)(user)), layers.Flatten()(layers.Embedding(200, 8)(item)), layers.Normalization(mean=0.5, variance=2.0)(numbers), buckets]
    deep = layers.Concatenate()(parts)
    for width in (32, 16):
        deep = layers.Dropout(0.3)(layers.BatchNormalization()(layers.Dense(width, "relu")(deep)))
    wide = layers.Dense(1)(crossed)
    return keras.Model([numbers, user, item, genres], {"probability": ops.sigmoid(layers.Dense(1)(deep) + wide), "embedding": parts[0]})


def two_towers():
    query, candidates = keras.Input([None], dtype="int32", name="query"), keras.Input([None], dtype="int32", name="candidates")
    words, items = layers.Embedding(60, 8, mask_zero=True), layers.Embedding(90, 8)
    q = layers.UnitNormalization()(layers.GlobalAveragePooling1D()(words(query)))
    scores = ops.einsum("bd,bcd->bc", q, layers.UnitNormalization()(items(candidates)))
    best, places = ops.top_k(scores, 3)
    return keras.Model([query, candidates], {"scores": best, "items": ops.take_along_axis(candidates, places, axis=1)})


def u_net():
    x = keras.Input([None, None, 3])
    skips, y = [], x
    for width in (6, 8):
        y = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same", use_bias=False)(y)))
        skips.append(y)
        y = layers.MaxPooling2D()(y)
    y = layers.Conv2D(12, 3, padding="same", activation="relu")(y)
    for width, skip in zip((8, 6), reversed(skips)):
        y = layers.Concatenate()([layers.Conv2DTranspose(width, 2, strides=2, padding="same")(y), skip])
        y = layers.Conv2D(width, 3, padding="same", activation="relu")(y)
    return keras.Model(x, layers.Conv2D(2, 1, activation="softmax")(y))


def wave_net(length):
    def build():
        x = keras.Input([length, 2])
        y, skips = layers.Conv1D(8, 1)(x), []
        for rate in (1, 2, 4, 8):
            gated = layers.Conv1D(8, 2, padding="causal", dilation_rate=rate, activation="tanh")(y) * layers.Conv1D(8, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(y)
            skip = layers.Conv1D(8, 1)(gated)
            skips.append(skip)
            y = y + skip
        return keras.Model(x, layers.Conv1D(4, 1)(layers.ReLU()(layers.Add()(skips))))

    return build


def ssd():
    x = keras.Input([32, 32, 3])
    y = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu6")(x)
    boxes, classes = [], []
    for width in (12, 16):
        y = layers.ReLU(6.0)(layers.BatchNormalization()(layers.SeparableConv2D(width, 3, strides=2, padding="same")(y)))
        boxes.append(layers.Reshape([-1, 4])(layers.Conv2D(3 * 4, 3, padding="same")(y)))
        classes.append(layers.Reshape([-1, 5])(layers.Conv2D(3 * 5, 3, padding="same")(y)))
    deltas, logits = layers.Concatenate(axis=1)(boxes), layers.Concatenate(axis=1)(classes)
    anchors = ops.convert_to_tensor(np.random.default_rng(2).uniform(0.1, 0.9, [240, 4]).astype("float32"))
    centers = deltas[..., :2] * 0.1 * anchors[:, 2:] + anchors[:, :2]
    sizes = ops.exp(deltas[..., 2:] * 0.2) * anchors[:, 2:]
    corners = ops.clip(ops.concatenate([centers - sizes / 2, centers + sizes / 2], -1), 0.0, 1.0)
    return keras.Model(x, {"boxes": corners, "scores": ops.softmax(logits), "best": ops.max(ops.softmax(logits)[..., 1:], -1)})


def einsum_transformer():
    x = keras.Input([None, 24])
    y = x
    for _ in range(2):
        query, key, value = [layers.EinsumDense("abc,cde->abde", [None, 3, 8], bias_axes="de")(y) for _ in range(3)]
        weights = layers.Softmax()(ops.einsum("aecd,abcd->acbe", key, query * 8**-0.5))
        y = layers.LayerNormalization()(y + layers.EinsumDense("abcd,cde->abe", [None, 24], bias_axes="e")(ops.einsum("acbe,aecd->abcd", weights, value)))
    return keras.Model(x, y)


def audio():
    x = keras.Input([None, 1])
    y = x
    for width in (8, 12):
        y = layers.Conv1D(width, 9, strides=4, padding="same")(y)
        y = layers.MaxPooling1D(2)(layers.Activation("silu")(layers.GroupNormalization(4)(y)))
    weights = layers.Softmax(axis=1)(layers.Dense(1)(y))
    return keras.Model(x, layers.Dense(6)(ops.sum(weights * y, axis=1)))


def squeeze_and_excite():
    x = keras.Input([16, 16, 8])
    y = layers.Activation("hard_swish")(layers.DepthwiseConv2D(5, padding="same")(x))
    gate = layers.Conv2D(8, 1, activation="hard_sigmoid")(layers.Conv2D(4, 1, activation="relu")(layers.GlobalAveragePooling2D(keepdims=True)(y)))
    return keras.Model(x, layers.Add()([x, layers.Multiply()([y, gate])]))


def mixer():
    x = keras.Input([16, 8])
    y = layers.LayerNormalization()(x)
    y = x + layers.Permute([2, 1])(layers.Dense(16)(layers.Dense(32, "gelu")(layers.Permute([2, 1])(y))))
    return keras.Model(x, y + layers.Dense(8)(layers.Dense(16, "gelu")(layers.LayerNormalization()(y))))


def pixel_shuffle():
    x = keras.Input([None, None, 3])
    y = layers.Conv2D(12, 3, padding="same")(x)
    y = layers.Lambda(lambda z: tf.nn.depth_to_space(z, 2), output_shape=(None, None, 3))(y)
    return keras.Model(x, ops.clip(y + layers.UpSampling2D()(x), 0.0, 1.0))


def window_attention():
    """Swin's: attention inside of windows that are shifted."""
    x = keras.Input([8, 8, 8])
    y = ops.roll(x, [-2, -2], [1, 2])
    y = ops.reshape(ops.transpose(ops.reshape(y, [-1, 2, 4, 2, 4, 8]), [0, 1, 3, 2, 4, 5]), [-1, 16, 8])
    y = layers.MultiHeadAttention(2, 4)(y, y)
    y = ops.reshape(ops.transpose(ops.reshape(y, [-1, 2, 2, 4, 4, 8]), [0, 1, 3, 2, 4, 5]), [-1, 8, 8, 8])
    return keras.Model(x, x + ops.roll(y, [2, 2], [1, 2]))


def experts():
    """A mixture: each token goes to the two best of four."""
    x = keras.Input([6, 8])
    gates, places = ops.top_k(layers.Dense(4)(x), 2)
    weights = ops.sum(ops.one_hot(places, 4) * ops.softmax(gates)[..., None], axis=-2)
    outputs = ops.stack([layers.Dense(8, "relu")(x) for _ in range(4)], axis=-1)
    return keras.Model(x, ops.sum(outputs * weights[..., None, :], axis=-1))


def autoencoder():
    x = keras.Input([28, 28, 1])
    y = layers.Flatten()(layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x))
    mean = layers.Dense(4)(y)
    y = layers.Reshape([14, 14, 8])(layers.Dense(14 * 14 * 8, "relu")(mean))
    return keras.Model(x, [layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(y), mean])


IDS = {"tokens": whole(1, 50), "source": whole(0, 40), "target": whole(0, 40)}
exported("vit", vit, draws={"*": between(0, 255)})
exported("gpt", gpt, draws=IDS)
exported("llama", llama, draws=IDS)
exported("t5", t5, draws={"tokens": whole(0, 3)}, sizes=12)
exported("encoder_decoder", encoder_decoder, draws=IDS)
exported("wide_and_deep", wide_and_deep, draws={"user": whole(0, 100), "item": whole(0, 200), "genres": whole(0, 12)})
exported("two_towers", two_towers, draws={"query": whole(0, 60), "candidates": whole(0, 90)})
exported("u_net", u_net, sizes=16)
exported("wave_net", wave_net(24))
exported("wave_net_open", wave_net(None), sizes=19)
exported("ssd", ssd)
exported("einsum_transformer", einsum_transformer)
exported("audio", audio, sizes=160)
exported("squeeze_and_excite", squeeze_and_excite)
exported("mixer", mixer)
exported("pixel_shuffle", pixel_shuffle)
exported("window_attention", window_attention)
exported("experts", experts)
exported("autoencoder", autoencoder)


@saved("blocks", sizes=5, rtol=1e-3, atol=1e-4, draws={"tokens": whole(1, 50), "step": whole(1, 2)})
def gpt_step(target):
    """One step of a language model: keys and values that were computed before come in, and go out with one more."""
    model = tf.Module()
    rng = np.random.default_rng(5)
    weight = lambda *shape: tf.Variable(rng.normal(0, 0.3, shape).astype("float32"))
    model.table, model.qkv, model.out = weight(50, 16), weight(16, 48), weight(16, 16)

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.int32, "tokens"), tf.TensorSpec([None, 2, None, 8], tf.float32, "keys"), tf.TensorSpec([None, 2, None, 8], tf.float32, "values")])
    def step(tokens, keys, values):
        x = tf.gather(model.table, tokens)
        query, key, value = [tf.transpose(tf.reshape(each, [-1, 1, 2, 8]), [0, 2, 1, 3]) for each in tf.split(tf.matmul(tf.reshape(x, [-1, 16]), model.qkv), 3, -1)]
        keys, values = tf.concat([keys, key], 2), tf.concat([values, value], 2)
        scores = tf.nn.softmax(tf.matmul(query, keys, transpose_b=True) * 8**-0.5)
        x = x + tf.linalg.matmul(tf.reshape(tf.transpose(tf.matmul(scores, values), [0, 2, 1, 3]), [-1, 1, 16]), model.out)
        return {"logits": tf.einsum("bsd,vd->bsv", x, model.table), "keys": keys, "values": values}

    tf.saved_model.save(model, target, signatures=step)
    # Aliases that come in and go out again.
    MODELS["gpt_step"].shapes = {"keys": [None, 2, 5, 8], "values": [None, 2, 5, 8]}
