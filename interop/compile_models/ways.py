"""The ways in which TensorFlow 2 and Keras 3 save models, and what signatures may look like."""

import keras
import numpy as np
import tensorflow as tf
from corpus import MODELS, add, saved, settle, whole
from keras import layers

F = tf.float32


def spec(shape, dtype=F, name=None):
    return tf.TensorSpec(shape, dtype, name)


def function(*signature):
    return tf.function(input_signature=signature)


def small(rng_seed=5):
    model = keras.Sequential([keras.Input([4]), layers.Dense(6, "relu"), layers.Dense(3)])
    settle(model.weights, np.random.default_rng(rng_seed))
    return model


# Keras
@saved("ways")
def keras_export(target):
    small().export(target, verbose=False)


@saved("ways")
def keras_saved_by_tensorflow(target):
    tf.saved_model.save(small(), target)


@saved("ways")
def keras_saved_with_function(target):
    model = small()

    @function(spec([None, 4], name="features"))
    def serve(features):
        scores = model(features)
        return {"scores": tf.nn.softmax(scores), "best": tf.argmax(scores, -1)}

    tf.saved_model.save(model, target, signatures=serve)


@saved("ways")
def keras_export_archive(target):
    model = small()
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("call", model.call, [spec([None, 4])])
    archive.add_endpoint("halves", lambda x: {"lower": model(x)[:, :1], "upper": model(x)[:, 1:]}, [spec([None, 4])])
    archive.write_out(target, verbose=False)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.dropout, self.second = layers.Dense(8, "gelu"), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(3)

    def call(self, inputs, training=False):
        x = self.norm(self.first(inputs["left"]) * self.first(inputs["right"]), training=training)
        return self.second(self.dropout(x, training=training)), x, x[:, :1]


@saved("ways")
def keras_subclassed(target):
    model = Subclassed()
    model({"left": np.ones([2, 4], "float32"), "right": np.ones([2, 4], "float32")})
    settle(model.weights, np.random.default_rng(5))
    model.export(target, input_signature=[{"left": spec([None, 4], name="left"), "right": spec([None, 4], name="right")}], verbose=False)


@saved("ways")
def keras_names(target):
    x, y = keras.Input([4], name="first_in"), keras.Input([2], dtype="int32", name="second_in")
    hidden = layers.Dense(3, name="hidden")(x)
    looked = layers.Embedding(10, 3)(y)
    model = keras.Model({"first_in": x, "second_in": y}, {"hidden": hidden, "looked up": looked, "one": layers.Flatten()(looked)})
    settle(model.weights, np.random.default_rng(5))
    model.export(target, verbose=False)


@saved("ways")
def keras_shared_layers(target):
    x, y = keras.Input([4]), keras.Input([4])
    shared = layers.Dense(5, "tanh")
    model = keras.Model([x, y], layers.Dot(1)([shared(x), shared(y)]))
    settle(model.weights, np.random.default_rng(5))
    model.export(target, verbose=False)


@saved("ways")
def keras_model_in_model(target):
    inner = keras.Sequential([keras.Input([4]), layers.Dense(4, "relu"), layers.BatchNormalization()])
    x = keras.Input([4])
    model = keras.Model(x, [inner(inner(x)), x])
    settle(model.weights, np.random.default_rng(5))
    model.export(target, verbose=False)


@saved("ways")
def keras_saved_model_layer(target):
    inner = target.replace("/1", "/inner")
    small().export(inner, verbose=False)
    x = keras.Input([4])
    keras.Model(x, keras.layers.TFSMLayer(inner, "serve")(x)).export(target, verbose=False)


@saved("ways")
def keras_ragged_batch_of_one(target):
    x = keras.Input(batch_shape=[1, None, 4])
    model = keras.Model(x, layers.Dense(3)(layers.GlobalMaxPooling1D()(x)))
    settle(model.weights, np.random.default_rng(5))
    model.export(target, verbose=False)


for policy in ("mixed_bfloat16", "mixed_float16", "float16", "bfloat16", "float64"):

    def write(target, policy=policy):
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            x = keras.Input([8, 8, 3], dtype="float32")
            y = layers.BatchNormalization()(layers.Conv2D(4, 3, activation="relu")(x))
            y = layers.LayerNormalization()(layers.Dense(6, "relu" if policy == "float64" else "gelu")(layers.GlobalAveragePooling2D()(y)))
            model = keras.Model(x, layers.Activation("softmax")(layers.Dense(3)(y)))
            settle(model.weights, np.random.default_rng(5))
            model.export(target, verbose=False)
        finally:
            keras.config.set_dtype_policy(before)

    add(f"keras_{policy}", "ways", write)


@saved("ways")
def keras_quantized_int8(target):
    model = keras.Sequential([keras.Input([16]), layers.Dense(12, "relu"), layers.Dense(3)])
    settle(model.weights, np.random.default_rng(5))
    model.quantize("int8")
    model.export(target, verbose=False)


class Outputs(keras.Model):
    def __init__(self, form):
        super().__init__()
        self.dense, self.form = layers.Dense(3), form

    def call(self, inputs):
        first, second = inputs
        x = self.dense(first) + self.dense(second)
        return self.form(x)


for name, form in {"list": lambda x: [x, x * 2], "tuple": lambda x: (x, x[:, 0]), "dict": lambda x: {"b": x, "a": x + 1}, "one": lambda x: x}.items():

    def write(target, form=form):
        model = Outputs(form)
        model([np.ones([2, 4], "float32"), np.ones([2, 4], "float32")])
        settle(model.weights, np.random.default_rng(5))
        model.export(target, input_signature=[[spec([None, 4], name="first"), spec([None, 4], name="second")]], verbose=False)

    add(f"keras_subclassed_{name}", "ways", write)


# tf.Module
class Affine(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(np.random.default_rng(5).normal(size=[4, 3]).astype("float32"), name="w")
        self.b = tf.Variable([1.0, 2.0, 3.0], name="b")

    @function(spec([None, 4], name="x"))
    def __call__(self, x):
        return tf.matmul(x, self.w) + self.b


@saved("ways")
def module(target):
    tf.saved_model.save(Affine(), target)


@saved("ways")
def module_with_signatures(target):
    made = Affine()

    @function(spec([None, 4], name="x"))
    def doubled(x):
        return {"y": 2.0 * made(x)}

    @function(spec([3], name="row"), spec([], name="scale"))
    def row(row, scale):
        return {"scaled": (row - made.b) * scale, "bias": made.b, "three": tf.constant(3)}

    tf.saved_model.save(made, target, signatures={"serving_default": made.__call__, "doubled": doubled, "row": row})


@saved("ways", sizes=2)
def unknown_rank(target):
    made = tf.Module()
    made.f = function(spec(None, name="x"))(lambda x: {"y": tf.nn.relu(x) * 2.0, "rank": tf.rank(x), "size": tf.size(x), "sum": tf.reduce_sum(x)})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def scalars(target):
    made = tf.Module()
    made.f = function(spec([], name="a"), spec([], tf.int32, name="n"), spec([], tf.bool, name="flag"))(
        lambda a, n, flag: {"sum": a + tf.cast(n, F), "chosen": tf.where(flag, a, -a), "list": tf.fill([3], n), "not": tf.logical_not(flag)}
    )
    tf.saved_model.save(made, target, signatures=made.f)


TYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "half", "bfloat16", "float32", "float64"]


@saved("ways")
def every_type(target):
    """Passed on, moved and turned into other types."""
    made = tf.Module()
    signature = [spec([None, 3], tf.as_dtype(name), name=name) for name in TYPES]

    @function(*signature)
    def f(*given):
        outputs = {}
        for name, x in zip(TYPES, given):
            outputs[f"{name}_same"] = tf.identity(x)
            outputs[f"{name}_moved"] = tf.concat([x[:, 1:], x[:, :1]], 1)
            outputs[f"{name}_float"] = tf.cast(x, F)
            outputs[f"{name}_first"] = tf.gather(x, [2, 0], axis=1)
        return outputs

    made.f = f
    tf.saved_model.save(made, target, signatures=f)


@saved("ways")
def arithmetic_of_types(target):
    made = tf.Module()
    kept = [name for name in TYPES if name not in ("bool",)]

    @function(*[spec([None, 3], tf.as_dtype(name), name=name) for name in kept])
    def f(*given):
        outputs = {}
        for name, x in zip(kept, given):
            outputs[f"{name}_sum"] = x + x
            outputs[f"{name}_product"] = x * x
            outputs[f"{name}_less"] = x < tf.reverse(x, [1])
            outputs[f"{name}_largest"] = tf.reduce_max(x, 1)
            outputs[f"{name}_least"] = tf.minimum(x, tf.reverse(x, [1]))
        return outputs

    made.f = f
    tf.saved_model.save(made, target, signatures=f)


@saved("ways")
def outputs_that_are_inputs(target):
    made = tf.Module()
    made.f = function(spec([None, 4], name="x"), spec([None], tf.int64, name="key"))(lambda x, key: {"x": x, "key": key, "again": tf.identity(x), "y": x + 1.0})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def outputs_that_are_constant(target):
    made = tf.Module()
    made.v = tf.Variable([[1.5, 2.5]], name="v")
    made.f = function(spec([None, 4], name="x"))(lambda x: {"labels": tf.constant([1, 2, 3], tf.int64), "text": tf.constant(["a", "b"]), "v": made.v.read_value(), "empty": tf.zeros([0, 3]), "y": x * 2.0})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def no_inputs(target):
    made = tf.Module()
    made.v = tf.Variable([1.0, 2.0], name="v")
    made.f = function()(lambda: {"y": made.v * 2.0, "z": tf.range(4)})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def unused_inputs(target):
    made = tf.Module()
    made.f = function(spec([None, 4], name="x"), spec([None], tf.string, name="ignored"))(lambda x, ignored: {"y": tf.nn.tanh(x)})
    tf.saved_model.save(made, target, signatures=made.f)


unused_inputs_cases = lambda rng: [("serving_default", f"batch{n}", {"x": rng.uniform(-1, 1, [n, 4]).astype("float32"), "ignored": np.asarray([b"a"] * n, object)}) for n in (1, 3)]


@saved("ways")
def names_with_signs(target):
    made = tf.Module()
    made.f = function(spec([None, 4], name="x"))(lambda x: {"y/z": x + 1.0, "a-b.c": x * 2.0, "größe": x - 1.0, "1": x / 3.0, "x": x * x})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def nested_functions(target):
    made = tf.Module()
    made.w = tf.Variable(tf.ones([4, 4]) * 0.1, name="w")

    @tf.function
    def inner(x, times):
        for _ in range(times):
            x = tf.matmul(x, made.w)
        return x

    @tf.custom_gradient
    def odd(x):
        return tf.sin(x), lambda upstream: upstream

    made.f = function(spec([None, 4], name="x"))(lambda x: {"y": inner(inner(x, 2), 1) + odd(x), "z": tf.recompute_grad(tf.tanh)(x), "no_gradient": tf.stop_gradient(x)})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def variables_of_types(target):
    made = tf.Module()
    made.held = [tf.Variable(tf.cast([[1, 2, 3]], tf.as_dtype(name)), name=name) for name in TYPES if name not in ("bool",)] + [tf.Variable([[True, False, True]], name="truth")]
    made.f = function(spec([None, 3], name="x"))(lambda x: {held.name.split(":")[0]: tf.cast(held, F) + x for held in made.held})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def variable_slices(target):
    made = tf.Module()
    made.v = tf.Variable(tf.reshape(tf.range(24.0), [4, 6]), name="v")
    made.f = function(spec([None], tf.int32, name="at"))(
        lambda at: {"rows": tf.gather(made.v, at), "nd": tf.gather_nd(made.v, tf.stack([at, at], 1)), "sparse": made.v.sparse_read(at), "part": made.v[1:3, ::2], "shape": tf.shape(made.v)}
    )
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def state_beside(target):
    """A counter that another signature changes; this one does not read it."""
    made = tf.Module()
    made.count = tf.Variable(0, name="count")
    made.w = tf.Variable(2.0, name="w")
    made.f = function(spec([None], name="x"))(lambda x: {"y": x * made.w})

    @function(spec([None], name="x"))
    def counted(x):
        made.count.assign_add(1)
        return {"y": x + made.w}

    made.counted = counted
    tf.saved_model.save(made, target, signatures={"serving_default": made.f, "counted": counted})


@saved("ways")
def table_of_constants(target):
    made = tf.Module()
    made.f = function(spec([None, 4], name="x"))(lambda x: {"y": tf.matmul(x, tf.constant(np.random.default_rng(1).normal(size=[4, 300]).astype("float32")))})
    tf.saved_model.save(made, target, signatures=made.f)


@saved("ways")
def asserts(target):
    made = tf.Module()

    @function(spec([None, 4], name="x"))
    def f(x):
        tf.debugging.assert_less(tf.reduce_max(x), 100.0)
        tf.debugging.assert_equal(tf.shape(x)[1], 4)
        x = tf.debugging.check_numerics(x, "x")
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_min(x) > -100.0, [x])]):
            return {"y": tf.sqrt(tf.abs(x))}

    made.f = f
    tf.saved_model.save(made, target, signatures=f)


asserts_cases = lambda rng: [("serving_default", name, {"x": np.full([2, 4], value, "float32")}) for name, value in (("fine", 3.0), ("large", 200.0), ("small", -200.0), ("nan", float("nan")))]


@saved("ways")
def dynamic_shapes(target):
    """Shapes that only a run knows, in the usual turns."""
    made = tf.Module()

    @function(spec([None, None, 4], name="x"))
    def f(x):
        batch, steps = tf.shape(x)[0], tf.shape(x)[1]
        heads = tf.transpose(tf.reshape(x, [batch, steps, 2, 2]), [0, 2, 1, 3])
        mask = tf.linalg.band_part(tf.ones([steps, steps]), -1, 0)
        return {
            "heads": heads,
            "joined": tf.reshape(heads, [batch, -1]),
            "flat": tf.reshape(x, [-1, 4]),
            "mask": tf.where(mask > 0, tf.matmul(x, x, transpose_b=True), -1e9),
            "places": tf.range(steps),
            "tiled": tf.tile(x, [1, 2, 1]),
            "last": x[:, -1, :],
            "odd": x[:, ::2],
            "padded": tf.pad(x, [[0, 0], [0, 2], [0, 0]]),
            "half": x[:, : steps // 2],
            "one_hot": tf.one_hot(tf.range(steps), 5),
            "expanded": tf.broadcast_to(x[:, :1], [batch, 3, 4]),
            "zeros": tf.zeros([batch, 2]),
            "split": tf.split(x, 2, axis=-1)[1],
            "stacked": tf.stack(tf.unstack(x, axis=2)[::-1], axis=1),
            "rolled": tf.roll(x, 1, 1),
            "sequence": tf.sequence_mask(tf.fill([batch], 2), steps),
        }

    made.f = f
    tf.saved_model.save(made, target, signatures=f)


@saved("ways")
def estimator_like(target):
    """Several signatures on the same weights, of which one takes part of the others' inputs."""
    model = small()

    @function(spec([None, 4], name="x"))
    def predict(x):
        return {"logits": model(x)}

    @function(spec([None, 4], name="x"))
    def probabilities(x):
        return {"probabilities": tf.nn.softmax(model(x))}

    @function(spec([4], name="x"))
    def single(x):
        return {"logits": model(x[None])[0]}

    tf.saved_model.save(model, target, signatures={"serving_default": predict, "probabilities": probabilities, "single": single})


MODELS["unused_inputs"].cases = unused_inputs_cases
MODELS["asserts"].cases = asserts_cases
MODELS["variable_slices"].draws = {"at": whole(0, 4)}
MODELS["scalars"].draws = {"n": whole(1, 5)}
MODELS["keras_names"].draws = {"second_in": whole(0, 10)}
MODELS["arithmetic_of_types"].draws = {"*": whole(0, 6)}
MODELS["every_type"].draws = {"*": whole(0, 2)}
MODELS["dynamic_shapes"].batches = (1, 3)
