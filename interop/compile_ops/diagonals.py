"""Diagonals of matrices."""

import numpy as np
from draw import const, fed
from registry import op, ops

TYPES = ["float32", "float64", "int32", "int64", "bool", "half"]
ALIGNS = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"]


@op("MatrixDiag")
def _diag(draw):
    return {"diagonal": fed(draw.values(draw.pick(TYPES), draw.shape(1, 3)))}


@op("MatrixDiagPart")
def _diag_part(draw):
    return {"input": fed(draw.values(draw.pick(TYPES), draw.shape(2, 4)))}


@op("MatrixSetDiag")
def _set_diag(draw):
    shape, dtype = draw.shape(2, 4), draw.pick(TYPES)
    return {"input": fed(draw.values(dtype, shape)), "diagonal": fed(draw.values(dtype, shape[:-2] + [min(shape[-2:])]))}


def _band(draw, rows, columns):
    """Of a matrix the lowest and highest diagonal, and how long the longest is."""
    low = draw.integer(-max(rows, 1) + 1, max(columns, 1) - 1)
    high = low if draw.flag(0.4) else draw.integer(low, max(low, columns - 1))
    return low, high, min(rows + min(high, 0), columns - max(low, 0))


def _listed(low, high):
    return const(np.asarray([low, high] if low != high else low, np.int32))


def _align(draw, name):
    return {"align": draw.pick(ALIGNS)} if name.endswith("V3") else {}


@ops(["MatrixDiagV2", "MatrixDiagV3"])
def _diag_new(draw, name):
    rows, columns = draw.integer(1, 5), draw.integer(1, 5)
    low, high, width = _band(draw, rows, columns)
    dtype = draw.pick(TYPES)
    shape = draw.shape(0, 2, 3) + ([high - low + 1] if low != high else []) + [width]
    sizes = draw.pick([(rows, columns), (-1, -1), (rows, -1), (-1, columns)])
    return {
        "diagonal": fed(draw.values(dtype, shape)),
        "k": _listed(low, high),
        "num_rows": (const if draw.flag(0.7) else fed)(np.int32(sizes[0] + (draw.flag(0.05) and sizes[0] > 0))),
        "num_cols": (const if draw.flag(0.7) else fed)(np.int32(sizes[1])),
        "padding_value": (const if draw.flag() else fed)(draw.values(dtype, [])),
        **_align(draw, name),
    }


@ops(["MatrixDiagPartV2", "MatrixDiagPartV3"])
def _part_new(draw, name):
    shape = draw.shape(0, 2, 3) + draw.shape(2, 2)
    low, high, _ = _band(draw, *shape[-2:])
    if draw.flag(0.05):
        high = shape[-1]
    dtype = draw.pick(TYPES)
    return {"input": fed(draw.values(dtype, shape)), "k": _listed(low, high), "padding_value": (const if draw.flag() else fed)(draw.values(dtype, [])), **_align(draw, name)}


@ops(["MatrixSetDiagV2", "MatrixSetDiagV3"])
def _set_new(draw, name):
    shape = draw.shape(0, 2, 3) + [draw.integer(1, 5), draw.integer(1, 5)]
    low, high, width = _band(draw, *shape[-2:])
    dtype = draw.pick(TYPES)
    list_shape = shape[:-2] + ([high - low + 1] if low != high else []) + [width]
    return {"input": fed(draw.values(dtype, shape)), "diagonal": fed(draw.values(dtype, list_shape)), "k": _listed(low, high), **_align(draw, name)}


@op("Diag")
def _tensor(draw):
    return {"diagonal": fed(draw.values(draw.pick(["float32", "float64", "int32", "int64"]), draw.shape(1, 2, 4)))}


@op("DiagPart")
def _tensor_part(draw):
    shape = [max(1, size) for size in draw.shape(1, 2, 4)]
    return {"input": fed(draw.values(draw.pick(["float32", "float64", "int32", "int64"]), shape + shape))}
