"""Ops that arrange elements, and parts of tensors."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, INTS, const, fed
from registry import op, ops

ANY = FLOATS + INTS + ["bool", "string"]


def _any(draw, shape):
    return draw.values(draw.pick(ANY), shape)


@op("Reshape")
def _reshape(draw):
    shape = draw.shape(0, 4)
    count = int(np.prod(shape))
    target, rest = [], count
    for _ in range(draw.integer(0, 3)):
        divisors = [each for each in range(1, rest + 1) if rest % each == 0]
        target.append(draw.pick(divisors))
        rest //= target[-1]
    target.append(rest)
    if draw.flag():
        target[draw.integer(0, len(target) - 1)] = -1
    make = const if draw.flag(0.7) else fed
    return {"tensor": fed(_any(draw, shape)), "shape": make(np.asarray(target, draw.pick([np.int32, np.int64])))}


@op("EnsureShape")
def _ensure(draw):
    shape = draw.shape(0, 4, 4)
    # Nothing of one shape can be reshaped to nothing of another: who reads it is told the shape that it has.
    wrong = 0.1 if 0 not in shape else 0
    wanted = [None if draw.flag(0.3) else size + draw.flag(wrong) for size in shape]
    return {"input": fed(_any(draw, shape)), "shape": wanted[1:] if draw.flag(0.05) else wanted}


@op("Transpose")
def _transpose(draw):
    shape = draw.shape(0, 5, 3)
    return {"x": fed(_any(draw, shape)), "perm": const(np.asarray(draw.permutation(len(shape)), np.int32))}


@op("ExpandDims")
def _expand(draw):
    shape = draw.shape(0, 3)
    return {"input": fed(_any(draw, shape)), "axis": const(np.asarray(draw.integer(-len(shape) - 1, len(shape)), np.int32))}


@op("Squeeze")
def _squeeze(draw):
    shape = [1 if draw.flag() else size for size in draw.shape(0, 4)]
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    axes = [axis - len(shape) if draw.flag(0.3) else axis for axis in ones if draw.flag(0.7)]
    return {"input": fed(_any(draw, shape), hides_shape=len(axes) > 0), "axis": axes}


@op("Pack")
def _pack(draw):
    dtype, shape = draw.pick(ANY), draw.shape(0, 3)
    return {"values": [fed(draw.values(dtype, shape)) for _ in range(draw.integer(1, 4))], "axis": draw.integer(-len(shape) - 1, len(shape))}


@op("Unpack")
def _unpack(draw):
    shape = draw.shape(1, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    return {"value": fed(_any(draw, shape)), "num": shape[axis], "axis": axis}


@op("ConcatV2")
def _concat(draw):
    dtype, shape = draw.pick(ANY), draw.shape(1, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    parts = []
    for _ in range(draw.integer(2, 4)):
        part = list(shape)
        part[axis] = draw.integer(0 if draw.flag(0.1) else 1, 4)
        parts.append(fed(draw.values(dtype, part)))
    return {"values": parts, "axis": const(np.asarray(axis, np.int32))}


@op("Concat")
def _concat_old(draw):
    arguments = _concat(draw)
    return {"concat_dim": arguments["axis"], "values": arguments["values"]}


@op("ShapeN")
def _shapes(draw):
    dtype = draw.pick(ANY)
    return {"input": [fed(draw.values(dtype, draw.shape())) for _ in range(draw.integer(1, 3))], "out_type": draw.pick([tf.int32, tf.int64])}


@ops("Identity Snapshot StopGradient PreventGradient".split())
def _same(draw, name):
    return {"input": fed(_any(draw, draw.shape()))}


@op("IdentityN")
def _all_same(draw):
    return {"input": [fed(_any(draw, draw.shape())) for _ in range(draw.integer(1, 3))]}


@op("PlaceholderWithDefault")
def _default(draw):
    shape = draw.shape()
    return {"input": fed(_any(draw, shape)), "shape": shape}


@op("Split")
def _split(draw):
    shape = draw.shape(1, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    count = draw.integer(1, 3)
    shape[axis] *= count
    return {"axis": const(np.asarray(axis, np.int32)), "value": fed(_any(draw, shape)), "num_split": count}


@op("SplitV")
def _split_v(draw):
    shape = draw.shape(1, 3)
    axis = draw.integer(-len(shape), len(shape) - 1)
    sizes = [draw.integer(0 if draw.flag(0.1) else 1, 3) for _ in range(draw.integer(1, 3))]
    shape[axis] = sum(sizes)
    hides = True
    if draw.flag(0.3) and len(sizes) > 0:
        sizes[draw.integer(0, len(sizes) - 1)] = -1
        hides = False
    return {"value": fed(_any(draw, shape), hides), "size_splits": const(np.asarray(sizes, np.int32)), "axis": const(np.asarray(axis, np.int32)), "num_split": len(sizes)}


@op("Tile")
def _tile(draw):
    shape = draw.shape(0, 3)
    counts = np.asarray([draw.integer(0 if draw.flag(0.05) else 1, 3) for _ in shape], np.int32)
    return {"input": fed(_any(draw, shape)), "multiples": const(counts) if draw.flag(0.7) else fed(counts)}


@op("BroadcastTo")
def _broadcast_to(draw):
    whole = draw.shape(0, 4)
    shape = [1 if draw.flag(0.3) else size for size in whole[draw.integer(0, len(whole)) :]]
    target = np.asarray(whole, np.int32)
    return {"input": fed(_any(draw, shape)), "shape": const(target) if draw.flag(0.7) else fed(target)}


@op("Fill")
def _fill(draw):
    dims = np.asarray(draw.shape(0, 3), draw.pick([np.int32, np.int64]))
    return {"dims": const(dims) if draw.flag(0.5) else fed(dims), "value": fed(_any(draw, []))}


@op("Range")
def _range(draw):
    dtype = draw.pick(["int32", "int64", "float32", "float64"])
    start, step = draw.integer(-5, 5), draw.pick([1, 2, 3, -1, -2])
    limit = start + step * draw.integer(0, 6) + draw.integer(0, 1)
    if (limit - start) * step < 0:
        limit = start
    parts = {"start": start, "limit": limit, "delta": step}
    return {key: (const if draw.flag() else fed)(np.asarray(value, dtype)) for key, value in parts.items()}


@ops("OnesLike ZerosLike".split())
def _like(draw, name):
    return {"x": fed(draw.values(draw.pick(FLOATS + INTS + ["bool"]), draw.shape()))}


@ops("Shape Size".split())
def _shape(draw, name):
    return {"input": fed(_any(draw, draw.shape())), "out_type": draw.pick(["int32", "int64"])}


@op("Rank")
def _rank(draw):
    return {"input": fed(_any(draw, draw.shape()))}


@op("StridedSlice")
def _strided(draw):
    shape = draw.shape(1, 4)
    begin, end, strides = [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0, "shrink_axis_mask": 0}
    axis, has_dots = 0, False
    while axis < len(shape) and draw.flag(0.85):
        at, size = len(begin), shape[axis]
        kind = draw.integer(0, 9)
        step = draw.pick([1, 1, 1, 2, 3, -1, -2])
        first, last = draw.integer(-size - 1, size), draw.integer(-size - 1, size + 1)
        if kind == 0:
            masks["new_axis_mask"] |= 1 << at
        elif kind == 1 and not has_dots:
            masks["ellipsis_mask"] |= 1 << at
            has_dots = True
            axis += draw.integer(0, len(shape) - axis)
            remaining = len(shape) - axis
            begin.append(0), end.append(0), strides.append(1)
            for each in range(remaining):
                masks["shrink_axis_mask"] |= 1 << len(begin) if draw.flag(0.3) else 0
                begin.append(draw.integer(0, shape[axis + each] - 1)), end.append(shape[axis + each]), strides.append(1)
            break
        elif kind <= 4:
            masks["shrink_axis_mask"] |= 1 << at
            first, last, step = draw.integer(-size, size - 1), 0, 1
            axis += 1
        else:
            masks["begin_mask"] |= (1 << at) if draw.flag(0.3) else 0
            masks["end_mask"] |= (1 << at) if draw.flag(0.3) else 0
            axis += 1
        begin.append(first), end.append(last), strides.append(step)
    dtype = draw.pick([np.int32, np.int64])
    make = const if draw.flag(0.75) else fed
    lists = {"begin": make(np.asarray(begin, dtype)), "end": make(np.asarray(end, dtype)), "strides": const(np.asarray(strides, dtype))}
    if make is fed:
        for each in ("begin", "end"):
            lists[each].hides_shape = False
    return {"input": fed(_any(draw, shape)), **lists, **masks}


@op("Slice")
def _slice(draw):
    shape = draw.shape(0, 4)
    begin = [draw.integer(0, size) for size in shape]
    size = [-1 if draw.flag(0.3) else draw.integer(0, each - first) for each, first in zip(shape, begin)]
    make = const if draw.flag(0.7) else (lambda values: fed(values, False))
    return {"input": fed(_any(draw, shape)), "begin": make(np.asarray(begin, np.int32)), "size": make(np.asarray(size, np.int32))}


@op("ReverseV2")
def _reverse(draw):
    shape = draw.shape(1, 4)
    axes = [axis - len(shape) if draw.flag(0.3) else axis for axis in range(len(shape)) if draw.flag()]
    return {"tensor": fed(_any(draw, shape)), "axis": const(np.asarray(axes, np.int32))}


@op("ReverseSequence")
def _reverse_sequence(draw):
    shape = draw.shape(2, 4)
    batch, seq = draw.permutation(len(shape))[:2]
    lengths = [draw.integer(0, shape[seq]) for _ in range(shape[batch])]
    return {"input": fed(_any(draw, shape)), "seq_lengths": fed(np.asarray(lengths, np.int64)), "seq_dim": seq, "batch_dim": batch}


@op("Roll")
def _roll(draw):
    shape = draw.shape(1, 3)
    axes = draw.permutation(len(shape))[: draw.integer(1, len(shape))]
    return {"input": fed(_any(draw, shape)), "shift": const(np.asarray([draw.integer(-7, 7) for _ in axes], np.int32)), "axis": const(np.asarray(axes, np.int32))}


def _pads(draw, shape, largest):
    return np.asarray([[draw.integer(0, min(largest, most)), draw.integer(0, min(largest, most))] for most in shape] or np.zeros([0, 2]), np.int32).reshape(-1, 2)


@op("Pad")
def _pad(draw):
    shape = draw.shape(1, 4)
    pads = _pads(draw, [3] * len(shape), 3)
    return {"input": fed(draw.values(draw.pick(FLOATS + INTS + ["bool"]), shape)), "paddings": const(pads) if draw.flag(0.7) else fed(pads, False)}


@op("PadV2")
def _pad_v2(draw):
    shape, dtype = draw.shape(1, 4), draw.pick(FLOATS + INTS)
    pads = _pads(draw, [3] * len(shape), 3)
    return {"input": fed(draw.values(dtype, shape)), "paddings": const(pads), "constant_values": fed(draw.values(dtype, []))}


@op("MirrorPad")
def _mirror(draw):
    shape, mode = draw.shape(1, 4), draw.pick(["REFLECT", "SYMMETRIC"])
    pads = _pads(draw, [size - (1 if mode == "REFLECT" else 0) for size in shape], 3)
    return {"input": fed(draw.values(draw.pick(FLOATS + INTS), shape)), "paddings": const(pads), "mode": mode}


@op("BroadcastArgs")
def _broadcast_args(draw):
    first, second = draw.broadcast_pair()
    return {"s0": fed(np.asarray(first, np.int32), False), "s1": fed(np.asarray(second, np.int32), False)}


@ops("SpaceToDepth DepthToSpace".split())
def _blocks(draw, name):
    block = draw.integer(2, 3)
    batch, height, width, channels = [draw.integer(1, 2) for _ in range(4)]
    shape = [batch, height * block, width * block, channels] if name[0] == "S" else [batch, height, width, channels * block * block]
    return {"input": fed(draw.values(draw.pick(FLOATS + ["int32", "uint8"]), shape)), "block_size": block, "data_format": "NHWC"}


@op("SpaceToBatchND")
def _space_to_batch(draw):
    count = draw.integer(1, 2)
    blocks = [draw.integer(1, 3) for _ in range(count)]
    pads, sizes = [], []
    for block in blocks:
        before, size = draw.integer(0, 2), draw.integer(1, 5)
        after = -(size + before) % block
        pads.append([before, after])
        sizes.append(size)
    shape = [draw.integer(1, 2), *sizes, *draw.shape(0, 2, 3)]
    return {"input": fed(draw.values(draw.pick(FLOATS + ["int32"]), shape)), "block_shape": const(np.asarray(blocks, np.int32)), "paddings": const(np.asarray(pads, np.int32))}


@op("BatchToSpaceND")
def _batch_to_space(draw):
    count = draw.integer(1, 2)
    blocks = [draw.integer(1, 3) for _ in range(count)]
    sizes = [draw.integer(1, 3) for _ in blocks]
    crops = [[draw.integer(0, block * size // 2 - (block * size // 2 > 0)), 0] if draw.flag() else [0, draw.integer(0, (block * size - 1) // 2)] for block, size in zip(blocks, sizes)]
    shape = [draw.integer(1, 2) * int(np.prod(blocks)), *sizes, *draw.shape(0, 2, 3)]
    return {"input": fed(draw.values(draw.pick(FLOATS + ["int32"]), shape)), "block_shape": const(np.asarray(blocks, np.int32)), "crops": const(np.asarray(crops, np.int32))}
