"""Ops on boxes around objects."""

import numpy as np
from draw import const, fed
from registry import op, ops


def _boxes(draw, shape):
    corners = draw.rng.uniform(-0.1, 1.1, [*shape, 2, 2]).astype(np.float32)
    if draw.flag(0.7):
        corners.sort(-2)  # the others have their corners the other way round
    return corners.reshape([*shape, 4])


def _scores(draw, shape):
    values = draw.rng.uniform(0, 1, shape).astype(np.float32)
    return values if draw.flag(0.8) else np.round(values, 1)


def _some(draw, value, dtype):
    return (const if draw.flag(0.6) else fed)(np.asarray(value, dtype))


@ops("NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5".split())
def _suppression(draw, name):
    count = draw.integer(1, 12)
    dtype = "half" if draw.flag(0.15) and name[-1] in "345" else "float32"
    boxes, scores = _boxes(draw, [count]).astype(dtype if dtype == "float32" else np.float16), _scores(draw, [count]).astype(np.float32 if dtype == "float32" else np.float16)
    kind = np.float32 if dtype == "float32" else np.float16
    share = draw.pick([0.0, 0.3, 0.5, 0.7, 1.0]) if draw.flag(0.95) else 1.5
    arguments = {"boxes": fed(boxes), "scores": fed(scores), "max_output_size": _some(draw, draw.integer(0, 14), np.int32)}
    arguments["iou_threshold"] = share if name == "NonMaxSuppression" else _some(draw, share, kind)
    if name[-1] in "345":
        arguments["score_threshold"] = _some(draw, draw.pick([-np.inf, 0.0, 0.4]), kind)
    if name[-1] == "5":
        arguments["soft_nms_sigma"] = const(np.asarray(0, kind))
    if name[-1] in "45":
        arguments["pad_to_max_output_size"] = draw.flag()
    return arguments


@op("CombinedNonMaxSuppression")
def _combined(draw):
    batch, count, classes = draw.integer(1, 3), draw.integer(1, 8), draw.integer(1, 4)
    own = draw.pick([1, classes])
    return {
        "boxes": fed(_boxes(draw, [batch, count, own]), hides_shape=False),
        "scores": fed(draw.rng.permutation(batch * count * classes).reshape([batch, count, classes]).astype(np.float32) / 60),
        "max_output_size_per_class": _some(draw, draw.integer(1, 6), np.int32),
        "max_total_size": _some(draw, draw.integer(1, 12), np.int32),
        "iou_threshold": _some(draw, draw.pick([0.0, 0.3, 0.6]), np.float32),
        "score_threshold": _some(draw, draw.pick([-1.0, 0.2]), np.float32),
        "pad_per_class": draw.flag(),
        "clip_boxes": draw.flag(),
    }
