"""Cases of ops on strings."""

import numpy as np
import tensorflow as tf

from draw import const, fed
from registry import op, ops

# Without a zero at the end: numpy drops it.
TEXTS = [b"", b"a", b"Hello World", b"\xc3\xa9t\xc3\xa9", b"nul\x00inside", b"\xff\xfe\x80", "日本語 text".encode(), b"  spaced\t"]


def texts(draw, shape):
    return np.array([draw.pick(TEXTS) for _ in range(int(np.prod(shape)))], object).reshape(shape)


@op("StringLength")
def string_length(draw):
    return {"input": fed(texts(draw, draw.shape(0, 3))), "unit": draw.pick(["BYTE", "UTF8_CHAR"])}


@ops(["StringToHashBucketFast", "StringToHashBucket", "StringToHashBucketStrong"])
def string_to_hash_bucket(draw, name):
    long = np.array([bytes(draw.rng.integers(0, 256, draw.integer(0, 300), dtype=np.uint8)) for _ in range(6)], object)
    given = fed(long if draw.flag(0.7) else texts(draw, draw.shape(0, 3)))
    key = {"key": [draw.pick([0, 123, 2**40 + 5, -7, 2**63 - 1]), draw.pick([1, 456, -(2**50)])]} if name == "StringToHashBucketStrong" else {}
    argument = "string_tensor" if name == "StringToHashBucket" else "input"
    return {argument: given, "num_buckets": draw.pick([1, 2, 10, 1000, 2**31 - 1, 2**53]), **key}


@ops(["StringLower", "StringUpper"])
def string_case(draw, name):
    more = ["ÄÖÜ straße ΑΣ", "İi Iı", "ǅ", "\xff\xfe".encode("latin-1")]
    values = np.array([draw.pick([each if isinstance(each, bytes) else each.encode() for each in [*TEXTS, *more]]) for _ in range(5)], object)
    return {"input": fed(values), "encoding": draw.pick(["", "utf-8"])}


@op("StringStrip")
def string_strip(draw):
    spaces = [b"", b" ", b"\t\n", b"\x0b\x0c\r ", b"\xc2\xa0"]
    return {"input": fed(np.array([draw.pick(spaces) + draw.pick(TEXTS) + draw.pick(spaces) for _ in range(4)], object))}


@op("StringJoin")
def string_join(draw):
    shape = draw.shape(0, 3)
    inputs = [fed(texts(draw, shape if draw.flag(0.6) else [])) for _ in range(draw.integer(1, 4))]
    return {"inputs": inputs, "separator": draw.pick(["", ", ", "é"])}


def sparse_column(draw, rows, is_text):
    places = [[row, at] for row in range(rows) for at in range(draw.integer(0, 2))]
    values = texts(draw, [len(places)]) if is_text else draw.rng.integers(-(2**62), 2**62, len(places))
    return np.array(places, np.int64).reshape(-1, 2), values, np.array([rows, 2], np.int64)


@op("SparseCross", messages=False)
def sparse_cross(draw):
    rows, hashed = draw.integer(1, 4), draw.flag(0.7)
    sparse = [sparse_column(draw, rows, draw.flag()) for _ in range(draw.integer(0, 2))]
    dense = [texts(draw, [rows, draw.integer(1, 2)]) if draw.flag() else draw.rng.integers(-5, 5, [rows, draw.integer(0, 2)]) for _ in range(draw.integer(0 if sparse else 1, 2))]
    return {
        "indices": [fed(indices) for indices, _, _ in sparse],
        "values": [fed(values) for _, values, _ in sparse],
        "shapes": [fed(shape) for _, _, shape in sparse],
        "dense_inputs": [fed(values) for values in dense],
        "hashed_output": hashed,
        "num_buckets": draw.pick([0, 7, 1000]),
        "hash_key": draw.pick([0xDECAFCAFFE, 5]),
        "out_type": "int64" if hashed else "string",
        "internal_type": "int64" if hashed else "string",
    }


@op("AsString")
def as_string(draw):
    dtype = draw.pick(["int32", "int64", "int8", "uint16", "bool", "float32", "float64"])
    shape = draw.shape(0, 3)
    values = draw.values(dtype, shape)
    if dtype.startswith("float"):
        odd = [0.0, -0.0, 0.0078125, 0.5, 2.5, np.nan, np.inf, -np.inf, 1e20, 1e-8, -123456789.125]
        values = np.array([draw.pick(odd) if draw.flag(0.5) else value for value in np.ravel(values)], dtype).reshape(shape)
        return {"input": fed(values), "precision": draw.pick([-1, -1, 0, 1, 3, 10])}
    return {"input": fed(values)}


def moved(pick, inputs, lists, numbers):
    """One op that arranges strings, and how long what it gives is: so its strings stay outside of ONNX."""
    raw = tf.raw_ops
    made = {
        "Reshape": lambda: raw.Reshape(tensor=inputs[0], shape=lists),
        "Squeeze": lambda: raw.Squeeze(input=tf.expand_dims(inputs[0], numbers), axis=[numbers]),
        "ExpandDims": lambda: raw.ExpandDims(input=inputs[0], axis=numbers),
        "Transpose": lambda: raw.Transpose(x=inputs[0], perm=lists),
        "Tile": lambda: raw.Tile(input=inputs[0], multiples=lists),
        "BroadcastTo": lambda: raw.BroadcastTo(input=inputs[0], shape=lists),
        "Fill": lambda: raw.Fill(dims=lists, value=tf.reshape(inputs[0], [-1])[0]),
        "GatherV2": lambda: raw.GatherV2(params=inputs[0], indices=lists, axis=numbers),
        "GatherNd": lambda: raw.GatherNd(params=inputs[0], indices=tf.reshape(lists, [-1, 1])),
        "ConcatV2": lambda: raw.ConcatV2(values=inputs, axis=numbers),
        "Pack": lambda: raw.Pack(values=inputs, axis=numbers),
        "Unpack": lambda: raw.Unpack(value=inputs[0], num=inputs[0].shape[numbers], axis=numbers),
        "Split": lambda: raw.Split(axis=numbers, value=tf.concat([inputs[0], inputs[0]], numbers), num_split=2),
        "Slice": lambda: raw.Slice(input=inputs[0], begin=lists, size=[-1] * len(inputs[0].shape)),
        "StridedSlice": lambda: inputs[0][::-1] if numbers == 0 else inputs[0][..., ::2],
        "SelectV2": lambda: raw.SelectV2(condition=tf.equal(inputs[0], inputs[1]), t=inputs[0], e="no"),
        "Equal": lambda: raw.Equal(x=inputs[0], y=inputs[1]),
        "NotEqual": lambda: raw.NotEqual(x=inputs[0], y=inputs[1]),
        "ReverseV2": lambda: raw.ReverseV2(tensor=inputs[0], axis=[numbers]),
        "Shape": lambda: raw.Shape(input=inputs[0]),
        "Size": lambda: raw.Size(input=inputs[0]),
        "BooleanMask": lambda: tf.boolean_mask(inputs[0], tf.equal(tf.range(tf.shape(inputs[0])[0]) % 2, 0)),
        "TensorScatterUpdate": lambda: raw.TensorScatterUpdate(tensor=inputs[0], indices=[[0]], updates=inputs[0][-1:]),
        "SparseToDense": lambda: raw.SparseToDense(sparse_indices=[1, 3], output_shape=[5], sparse_values=tf.reshape(tf.concat([inputs[0], inputs[0]], 0), [-1])[:2], default_value="-"),
    }[pick]()
    parts = list(made) if isinstance(made, (list, tuple)) else [made]
    return [*parts, *[raw.StringLength(input=part if part.dtype == tf.string else inputs[0]) for part in parts]]


@op("StringArrays", call=lambda name: moved)
def string_arrays(draw):
    shape = draw.shape(1, 3, 3)
    axis = draw.integer(0, len(shape) - 1)
    size = int(np.prod(shape))
    pick = draw.pick("Reshape Squeeze ExpandDims Transpose Tile BroadcastTo Fill GatherV2 GatherNd ConcatV2 Pack Unpack Split Slice StridedSlice SelectV2 Equal NotEqual ReverseV2 Shape Size TensorScatterUpdate SparseToDense BooleanMask".split())
    lists = {
        "Reshape": lambda: draw.pick([[-1], [1, size], [size, 1, -1], [2, -1]]),
        "Transpose": lambda: draw.permutation(len(shape)),
        "Tile": lambda: [draw.integer(0, 3) for _ in shape],
        "BroadcastTo": lambda: [2, *shape],
        "Fill": lambda: draw.shape(0, 3),
        "GatherV2": lambda: [draw.integer(0, shape[axis] - 1 if draw.flag(0.9) else shape[axis]) for _ in range(draw.integer(0, 4))],
        "GatherNd": lambda: [draw.integer(0, shape[0] - 1) for _ in range(draw.integer(1, 4))],
        "Slice": lambda: [draw.integer(0, size) for size in shape],
    }.get(pick, lambda: [0])()
    values = np.array(lists, np.int32)
    # Transposes are compiled for the order that they have.
    is_fed = draw.flag(0.5) and pick != "Transpose"
    count = 2 if pick in ["ConcatV2", "Pack", "SelectV2", "Equal", "NotEqual"] else 1
    inputs = [fed(texts(draw, shape), hides_shape=pick != "Unpack") for _ in range(count)]
    return {"pick": pick, "inputs": inputs, "lists": fed(values, hides_shape=False) if is_fed else const(values), "numbers": axis}


@op("StringSplitV2")
def string_split(draw):
    parts = [b"", b"a", b" ", b", ", b"\t\n", b"bc", b"--", "é".encode()]
    values = np.array([b"".join(draw.pick(parts) for _ in range(draw.integer(0, 8))) for _ in range(draw.integer(0, 4))], object)
    return {"input": fed(values), "sep": const(np.array(draw.pick([b"", b"", b" ", b", ", b"--"]), object)), "maxsplit": draw.pick([-1, -1, 0, 1, 2])}


@op("UnsortedSegmentJoin")
def unsorted_segment_join(draw):
    ids, rest = [draw.integer(1, 3) for _ in range(draw.integer(1, 2))], draw.shape(0, 1, 2)
    count = draw.integer(1, 4)
    last = count if draw.flag(0.1) else count - 1
    return {
        "inputs": fed(texts(draw, [*ids, *rest])),
        "segment_ids": fed(draw.rng.integers(-1 if draw.flag(0.3) else 0, last + 1, ids).astype(draw.pick(["int32", "int64"]))),
        "num_segments": const(np.array(count, draw.pick(["int32", "int64"]))),
        "separator": draw.pick(["", ", "]),
    }


@op("ReduceJoin")
def reduce_join(draw):
    shape = draw.shape(1, 3, 3)
    axes = draw.permutation(len(shape))[: draw.integer(1, len(shape))]
    axes = [axis - len(shape) if draw.flag(0.3) else axis for axis in axes]
    return {"inputs": fed(texts(draw, shape)), "reduction_indices": const(axes, "int32"), "keep_dims": draw.flag(), "separator": draw.pick(["", "-"])}


@op("StaticRegexReplace")
def static_regex_replace(draw):
    punctuation = r"""[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']"""
    values = np.array([draw.pick(TEXTS) + draw.pick([b"Hello, (World)!", b"a-b_c", b"<br />", b"  ", b"l\\l'"]) + draw.pick(TEXTS) for _ in range(4)], object)
    return {"input": fed(values), "pattern": draw.pick([punctuation, "l+", "<br />", "[a-zA-Z]+", " "]), "rewrite": draw.pick(["", "_", "é"]), "replace_global": draw.flag(0.8)}


@op("StringSplit")
def string_split_old(draw):
    values = np.array([b"".join(draw.pick([b"", b"a", b" ", b", ", b"bc", "é".encode()]) for _ in range(draw.integer(0, 6))) for _ in range(draw.integer(0, 4))], object)
    return {"input": fed(values), "delimiter": const(np.array(draw.pick([b"", b" ", b", "]), object)), "skip_empty": draw.flag()}
