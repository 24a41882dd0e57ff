"""Ops that put numbers in order, number axes, and replace parts of tensors."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, INTS, const, fed
from registry import op, ops

ANY = FLOATS + INTS + ["bool", "string"]
PLAIN = ["float32", "float64", "int32", "int64"]


def _some(draw, value, dtype=None):
    return (const if draw.flag(0.6) else fed)(np.asarray(value, dtype))


@op("LinSpace")
def _linear(draw):
    dtype = draw.pick(["float32", "float64"])
    return {"start": fed(draw.values(dtype, [])), "stop": _some(draw, draw.values(dtype, [])), "num": _some(draw, draw.integer(0 if draw.flag(0.1) else 1, 9), draw.pick([np.int32, np.int64]))}


@op("UnravelIndex")
def _unravel(draw):
    dims, kind = draw.shape(1, 3, 5), draw.pick([np.int32, np.int64])
    count = max(1, int(np.prod(dims)))
    indices = draw.rng.integers(0, count, draw.pick([[], [draw.integer(0, 5)]])).astype(kind)
    if draw.flag(0.05) and indices.size:
        indices = indices + count
    return {"indices": fed(indices.astype(kind)), "dims": (const if draw.flag() else lambda each: fed(each, False))(np.asarray(dims, kind))}


@op("ConcatOffset")
def _offset(draw):
    shape = draw.shape(1, 4)
    axis, kind = draw.integer(-len(shape), len(shape) - 1), draw.pick([np.int32, np.int64])
    parts = []
    for _ in range(draw.integer(2, 4)):
        part = list(shape)
        part[axis] = draw.integer(0, 4)
        parts.append(fed(np.asarray(part, kind), False))
    if draw.flag(0.1):
        parts[-1].values[0] += 1
    return {"concat_dim": const(np.asarray(axis, np.int32)), "shape": parts}


@op("DataFormatDimMap")
def _axes(draw):
    source, target = draw.pick([("NHWC", "NCHW"), ("NCHW", "NHWC"), ("NDHWC", "NCDHW")])
    return {"x": fed(draw.rng.integers(-len(source), len(source), draw.shape(0, 2)).astype(draw.pick([np.int32, np.int64]))), "src_format": source, "dst_format": target}


@op("DataFormatVecPermute")
def _list(draw):
    source, target = draw.pick([("NHWC", "NCHW"), ("NCHW", "NHWC"), ("NHWC", "HWNC")])
    count = draw.pick([2, 4])
    return {"x": fed(draw.values(draw.pick(["int32", "int64"]), draw.pick([[count], [count, 2]])), False), "src_format": source, "dst_format": target}


@op("ParallelConcat")
def _parallel(draw):
    shape, dtype, count = draw.shape(0, 3), draw.pick(ANY), draw.integer(1, 4)
    return {"values": [fed(draw.values(dtype, [1, *shape]), False) for _ in range(count)], "shape": [count, *shape]}


@op("Empty")
def _empty(draw):
    return {"shape": _some(draw, draw.shape(0, 3), np.int32), "dtype": tf.as_dtype(draw.pick(PLAIN + ["bool", "half"])), "init": True}


@ops("Copy CopyHost DeepCopy GuaranteeConst".split())
def _copy(draw, name):
    values = draw.values(draw.pick(PLAIN), draw.shape(0, 3))
    return {"x" if name == "DeepCopy" else "input": fed(values)}


@op("ConjugateTranspose")
def _transpose(draw):
    shape = draw.shape(0, 4, 3)
    return {"x": fed(draw.values(draw.pick(FLOATS + INTS + ["bool"]), shape)), "perm": const(np.asarray(draw.permutation(len(shape)), np.int32))}


@op("Reverse")
def _reverse(draw):
    shape = draw.shape(0, 4)
    return {"tensor": fed(draw.values(draw.pick(ANY), shape)), "dims": const(np.asarray([draw.flag() for _ in shape], bool))}


@op("NthElement")
def _nth(draw):
    dtype, shape = draw.pick(["float32", "float64", "half", *INTS[:7]]), draw.shape(1, 3, 6)
    values = np.round(draw.values(dtype, shape).astype(np.float64)).astype(draw.values(dtype, []).dtype)
    place = draw.integer(0, max(0, shape[-1] - 1)) + draw.flag(0.03)
    return {"input": fed(values), "n": _some(draw, place, np.int32), "reverse": draw.flag()}


@op("ScatterNdNonAliasingAdd")
def _scatter(draw):
    shape = draw.shape(1, 3)
    depth, lead = draw.integer(1, len(shape)), [draw.integer(1, 3)]
    dtype = draw.pick(PLAIN)
    places = np.stack([draw.rng.integers(0, max(1, size), lead) for size in shape[:depth]], -1).astype(draw.pick([np.int32, np.int64]))
    return {"input": fed(draw.values(dtype, shape)), "indices": fed(places, False), "updates": fed(draw.values(dtype, lead + shape[depth:]), False)}


@ops("InplaceUpdate InplaceAdd InplaceSub".split())
def _inplace(draw, name):
    shape, dtype = [max(1, size) for size in draw.shape(1, 3)], draw.pick(PLAIN)
    rows = draw.permutation(shape[0])[: draw.integer(1, shape[0])]
    return {"x": fed(draw.values(dtype, shape)), "i": fed(np.asarray(rows, np.int32)), "v": fed(draw.values(dtype, [len(rows), *shape[1:]]))}


@op("TensorStridedSliceUpdate")
def _slice_update(draw):
    shape, dtype = [max(1, size) for size in draw.shape(1, 3)], draw.pick(ANY)
    begin = [draw.integer(0, size - 1) for size in shape]
    end = [draw.integer(first + 1, size) for first, size in zip(begin, shape)]
    strides = [draw.integer(1, 2) for _ in shape]
    masks = {"begin_mask": draw.integer(0, 7), "end_mask": draw.integer(0, 7), "shrink_axis_mask": draw.integer(0, 7) if draw.flag(0.3) else 0}
    strides = [1 if masks["shrink_axis_mask"] >> axis & 1 else each for axis, each in enumerate(strides)]
    part = np.zeros(shape)[tuple(b if masks["shrink_axis_mask"] >> at & 1 else slice(None if masks["begin_mask"] >> at & 1 else b, None if masks["end_mask"] >> at & 1 else e, s) for at, (b, e, s) in enumerate(zip(begin, end, strides)))]
    return {"input": fed(draw.values(dtype, shape)), "begin": const(np.asarray(begin, np.int32)), "end": const(np.asarray(end, np.int32)), "strides": const(np.asarray(strides, np.int32)), "value": fed(draw.values(dtype, list(part.shape))), **masks}


@op("SpaceToBatch")
def _space_to_batch(draw):
    block = draw.integer(2, 3)
    pads, sizes = [], []
    for _ in range(2):
        before, size = draw.integer(0, 2), draw.integer(1, 5)
        pads.append([before, -(size + before) % block])
        sizes.append(size)
    return {"input": fed(draw.values(draw.pick(PLAIN), [draw.integer(1, 2), *sizes, draw.integer(1, 3)])), "paddings": const(np.asarray(pads, np.int32)), "block_size": block}


@op("BatchToSpace")
def _batch_to_space(draw):
    block, sizes = draw.integer(2, 3), [draw.integer(1, 3) for _ in range(2)]
    crops = [[draw.integer(0, 1), 0] for _ in sizes]
    return {"input": fed(draw.values(draw.pick(PLAIN), [draw.integer(1, 2) * block * block, *sizes, draw.integer(1, 3)])), "crops": const(np.asarray(crops, np.int32)), "block_size": block}


@op("SparseMatMul", rtol=2e-5)
def _product(draw):
    rows, inner, columns = (draw.integer(1, 5) for _ in range(3))
    turned = draw.flag(), draw.flag()
    kinds = draw.pick([("float32", "float32"), ("bfloat16", "float32"), ("float32", "bfloat16"), ("bfloat16", "bfloat16")])
    shapes = [[inner, rows] if turned[0] else [rows, inner], [columns, inner] if turned[1] else [inner, columns]]
    return {"a": fed(draw.values(kinds[0], shapes[0])), "b": fed(draw.values(kinds[1], shapes[1])), "transpose_a": turned[0], "transpose_b": turned[1], "a_is_sparse": draw.flag(), "b_is_sparse": draw.flag()}
