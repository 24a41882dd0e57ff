"""Cases of the ops that parse `tf.Example`: written byte by byte, so that they are as odd as the wire allows, and some are damaged."""

import struct

import numpy as np

from draw import const, fed
from registry import op

KEYS = [b"a", b"bb", b"long feature name", b"\xc3\xa9", b"e", b""]
KINDS = ["float", "int64", "bytes"]
TYPES = {"float": "float32", "int64": "int64", "bytes": "string"}
TEXTS = [b"", b"x", b"Hello World", b"nul\x00inside", b"\xff\xfe\x80", "日本語".encode()]
INTEGERS = [0, 1, -1, 127, 128, 300, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)]


def varint(number):
    number &= 2**64 - 1
    out = bytearray()
    while True:
        out.append((number & 0x7F) | (0x80 if number > 0x7F else 0))
        number >>= 7
        if number == 0:
            return bytes(out)


def part(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def unknown_field(draw):
    field = draw.integer(5, 400)
    return draw.pick([varint(field << 3) + varint(draw.integer(0, 10**6)), varint(field << 3 | 1) + b"12345678", part(field, b"unknown"), varint(field << 3 | 5) + b"1234"])


def value_list(draw, kind, count):
    if kind == "bytes":
        return b"".join(part(1, draw.pick(TEXTS)) for _ in range(count))
    if kind == "float":
        values = [struct.pack("<f", float(draw.rng.normal())) for _ in range(count)]
        return part(1, b"".join(values)) if draw.flag(0.7) else b"".join(b"\x0d" + value for value in values)
    values = [varint(draw.pick(INTEGERS)) for _ in range(count)]
    return part(1, b"".join(values)) if draw.flag(0.7) else b"".join(b"\x08" + value for value in values)


def feature(draw, kind, count):
    if draw.flag(0.06):
        return b""
    if draw.flag(0.04):
        return part(draw.integer(4, 9), b"odd")
    content = part(1 + ["bytes", "float", "int64"].index(kind), value_list(draw, kind, count))
    return content + (part(2, value_list(draw, "float", 1)) if draw.flag(0.04) else b"")


def entry(draw, key, content):
    parts = [part(1, key), part(2, content)]
    if draw.flag(0.1):
        parts.reverse()
    if draw.flag(0.02):
        parts = parts[:1]
    if draw.flag(0.02):
        parts = parts[:1] * 2
    if draw.flag(0.02):
        parts.append(unknown_field(draw))
    return part(1, b"".join(parts))


def damaged(draw, serialized):
    if len(serialized) == 0:
        return b"\x0a"
    how, at = draw.integer(0, 3), draw.integer(0, len(serialized) - 1)
    if how == 0:
        return serialized[:at]
    if how == 1:
        return serialized[:at] + bytes([draw.integer(0, 255)]) + serialized[at + 1 :]
    if how == 2:
        return serialized[:at] + bytes([draw.integer(0, 255)]) + serialized[at:]
    return serialized[:at] + serialized[at + 1 :]


def example(draw, wanted, calm):
    """`wanted`: of each key its kind, and a function for how many values it has. `calm`: nothing is wrong with it."""
    entries = []
    for key, (kind, count) in wanted.items():
        if draw.flag(0.15):
            continue
        odd_kind = draw.pick(KINDS) if not calm and draw.flag(0.05) else kind
        odd_count = draw.integer(0, 5) if not calm and draw.flag(0.05) else count(draw)
        entries.append(entry(draw, key, feature(draw, odd_kind, odd_count)) if not calm else part(1, part(1, key) + part(2, part(1 + ["bytes", "float", "int64"].index(kind), value_list(draw, kind, odd_count)))))
    if draw.flag(0.3):
        entries.append(entry(draw, b"not asked for", feature(draw, draw.pick(KINDS), 2)) if not calm else part(1, part(1, b"other") + part(2, b"")))
    if entries and draw.flag(0.1):
        entries.append(entries[draw.integer(0, len(entries) - 1)])
    draw.rng.shuffle(entries)
    serialized = part(1, b"".join(entries))
    if draw.flag(0.1):
        serialized += unknown_field(draw)
    if draw.flag(0.08):
        serialized += part(1, b"".join(entries[:2]))
    return damaged(draw, serialized) if not calm and draw.flag(0.08) else serialized


def whole_shape(draw, largest):
    """Without a zero: TensorFlow divides by the number of elements."""
    return [draw.integer(1, largest) for _ in range(draw.integer(0, 2))]


def default_of(draw, kind, shape):
    return draw.values(TYPES[kind], shape)


class Features:
    """What is asked for, as the ops' attributes say it."""

    def __init__(self, draw, with_ragged, keys=None, varying=True):
        if keys is None:
            keys = [KEYS[at] for at in draw.permutation(len(KEYS))][: draw.integer(1, 5)]
        self.sparse, self.dense, self.ragged = [], [], []
        self.wanted = {}
        for key in keys:
            kind = draw.pick(KINDS)
            where = draw.pick(["sparse", "dense", "dense", *(["varying"] if varying else []), *(["ragged"] if with_ragged else [])])
            count = lambda draw: draw.integer(0, 4)
            if where == "sparse":
                self.sparse.append((key, kind))
            elif where == "ragged":
                self.ragged.append((key, kind, draw.pick(["int32", "int64"])))
            elif where == "varying":
                inner = whole_shape(draw, 3)
                size = int(np.prod(inner))
                self.dense.append((key, kind, [None, *inner], default_of(draw, kind, [])))
                count = lambda draw, size=size: size * draw.integer(0, 3)
            else:
                shape = draw.shape(0, 2, 3)
                size = int(np.prod(shape))
                self.dense.append((key, kind, shape, default_of(draw, kind, shape) if draw.flag(0.7) else default_of(draw, kind, [0])))
                count = lambda draw, size=size: size
            self.wanted[key] = (kind, count)

    def defaults(self, draw):
        return [fed(value, hides_shape=False) if draw.flag(0.1) else const(value) for _, _, _, value in self.dense]

    def dense_shapes(self):
        return [[-1 if size is None else size for size in shape] for _, _, shape, _ in self.dense]


def strings(values):
    return const(np.array(values, object) if values else np.array([], "S1"))


def batch_of(draw, features, rows):
    calm = draw.flag(0.6)
    return np.array([example(draw, features.wanted, calm) for _ in range(rows)], object)


def names_of(draw, rows):
    return fed(np.array([b"name %d" % at for at in range(rows)], object), hides_shape=False) if draw.flag(0.2) else strings([])


@op("ParseExample", messages=True)
def parse_example(draw):
    features, rows = Features(draw, False), draw.integer(0, 6) if draw.flag(0.9) else 40
    return {
        "serialized": fed(batch_of(draw, features, rows)),
        "names": names_of(draw, rows),
        "sparse_keys": [const(np.array(key, object)) for key, _ in features.sparse],
        "dense_keys": [const(np.array(key, object)) for key, *_ in features.dense],
        "dense_defaults": features.defaults(draw),
        "sparse_types": [TYPES[kind] for _, kind in features.sparse],
        "dense_shapes": features.dense_shapes(),
    }


@op("ParseExampleV2", messages=True)
def parse_example_v2(draw):
    features, rows = Features(draw, True), draw.integer(0, 6) if draw.flag(0.9) else 40
    is_single = draw.flag(0.2)
    serialized = batch_of(draw, features, 1)[0] if is_single else batch_of(draw, features, rows)
    return {
        "serialized": fed(np.array(serialized, object)),
        "names": strings([]) if is_single else names_of(draw, rows),
        "sparse_keys": strings([key for key, _ in features.sparse]),
        "dense_keys": strings([key for key, *_ in features.dense]),
        "ragged_keys": strings([key for key, *_ in features.ragged]),
        "dense_defaults": features.defaults(draw),
        "num_sparse": len(features.sparse),
        "sparse_types": [TYPES[kind] for _, kind in features.sparse],
        "ragged_value_types": [TYPES[kind] for _, kind, _ in features.ragged],
        "ragged_split_types": [splits for *_, splits in features.ragged],
        "dense_shapes": features.dense_shapes(),
    }


@op("ParseSingleExample", messages=True)
def parse_single_example(draw):
    features = Features(draw, False)
    return {
        "serialized": fed(np.array(batch_of(draw, features, 1)[0], object)),
        "dense_defaults": features.defaults(draw),
        "num_sparse": len(features.sparse),
        "sparse_keys": [key for key, _ in features.sparse],
        "dense_keys": [key for key, *_ in features.dense],
        "sparse_types": [TYPES[kind] for _, kind in features.sparse],
        "dense_shapes": features.dense_shapes(),
    }


class Lists:
    """What is asked for of lists of features, as the op's attributes say it."""

    def __init__(self, draw, keys, with_ragged):
        self.sparse, self.dense, self.ragged, self.wanted = [], [], [], {}
        for key in keys:
            kind, where = draw.pick(KINDS), draw.pick(["sparse", "dense", *(["ragged"] if with_ragged else [])])
            count = lambda draw: draw.integer(0, 3)
            if where == "sparse":
                self.sparse.append((key, kind))
            elif where == "ragged":
                self.ragged.append((key, kind, draw.pick(["int32", "int64"])))
            else:
                shape = whole_shape(draw, 2)
                self.dense.append((key, kind, shape, draw.flag(0.7)))
                count = lambda draw, size=int(np.prod(shape)): size
            self.wanted[key] = (kind, count)


def plain_feature(draw, kind, count):
    if count == 0 and draw.flag(0.3):
        return b""
    return part(1 + ["bytes", "float", "int64"].index(kind), value_list(draw, kind, count))


def sequence_example(draw, context, lists, calm):
    def odd(kind):
        return draw.pick(KINDS) if not calm and draw.flag(0.05) else kind

    features = [part(1, part(1, key) + part(2, plain_feature(draw, odd(kind), count(draw)))) for key, (kind, count) in context.items() if not draw.flag(0.1)]
    steps = []
    for key, (kind, count) in lists.items():
        if draw.flag(0.15):
            continue
        rows = [part(1, plain_feature(draw, odd(kind), count(draw) if calm or draw.flag(0.95) else draw.integer(0, 4))) for _ in range(draw.integer(0, 3))]
        steps.append(part(1, part(1, key) + part(2, b"".join(rows))))
    if draw.flag(0.2):
        features.append(part(1, part(1, b"other") + part(2, b"")))
    if steps and draw.flag(0.1):
        steps.append(steps[0])
    serialized = part(1, b"".join(features)) + part(2, b"".join(steps))
    if draw.flag(0.1):
        serialized += unknown_field(draw)
    return damaged(draw, serialized) if not calm and draw.flag(0.05) else serialized


@op("ParseSequenceExampleV2")
def parse_sequence_example(draw):
    keys = [KEYS[at] for at in draw.permutation(len(KEYS))]
    split = draw.integer(0, 3)
    calm, is_single = draw.flag(0.6), draw.flag(0.2)
    # Of one example TensorFlow gives no row splits: what stands in their place is in nobody's memory.
    context, lists = Features(draw, not is_single, keys[:split], varying=False), Lists(draw, keys[split : split + draw.integer(1, 3)], not is_single)
    rows = 1 if is_single else draw.integer(1, 5)
    serialized = np.array([sequence_example(draw, context.wanted, lists.wanted, calm) for _ in range(rows)], object)
    return {
        "serialized": fed(np.array(serialized[0], object) if is_single else serialized),
        "debug_name": strings([]) if is_single else names_of(draw, rows),
        "context_sparse_keys": strings([key for key, _ in context.sparse]),
        "context_dense_keys": strings([key for key, *_ in context.dense]),
        "context_ragged_keys": strings([key for key, *_ in context.ragged]),
        "feature_list_sparse_keys": strings([key for key, _ in lists.sparse]),
        "feature_list_dense_keys": strings([key for key, *_ in lists.dense]),
        "feature_list_ragged_keys": strings([key for key, *_ in lists.ragged]),
        "feature_list_dense_missing_assumed_empty": const([may_miss for *_, may_miss in lists.dense], bool),
        "context_dense_defaults": context.defaults(draw),
        "Ncontext_sparse": len(context.sparse),
        "Nfeature_list_sparse": len(lists.sparse),
        "Nfeature_list_dense": len(lists.dense),
        "context_sparse_types": [TYPES[kind] for _, kind in context.sparse],
        "context_ragged_value_types": [TYPES[kind] for _, kind, _ in context.ragged],
        "context_ragged_split_types": [splits for *_, splits in context.ragged],
        "context_dense_shapes": context.dense_shapes(),
        "feature_list_dense_types": [TYPES[kind] for _, kind, *_ in lists.dense],
        "feature_list_sparse_types": [TYPES[kind] for _, kind in lists.sparse],
        "feature_list_ragged_value_types": [TYPES[kind] for _, kind, _ in lists.ragged],
        "feature_list_ragged_split_types": [splits for *_, splits in lists.ragged],
        "feature_list_dense_shapes": [shape for _, _, shape, _ in lists.dense],
    }
