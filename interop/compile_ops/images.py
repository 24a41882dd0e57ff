"""Pictures: other sizes, crops, colors."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op, ops

NUMBERS = ["float32", "float32", "float32", "uint8", "uint8", "int32", "half", "float64", "int8", "int16", "uint16", "bfloat16", "int64"]


def _sizes(draw):
    """Of pictures: small, or now and then so large that single precision rounds the places between their elements."""
    largest = 60 if draw.flag(0.15) else 7
    return [draw.integer(1, largest), draw.integer(1, largest)]


def _pictures(draw, dtype, sizes, least=0):
    """Of numbers of about one size: between large ones of different signs nothing but rounding is left."""
    shape = [least if draw.flag(0.03) else draw.integer(1, 2), *sizes, draw.pick([1, 1, 2, 3, 4, 6])]
    kind = tf.as_dtype(dtype)
    if kind.is_floating:
        return draw.values(dtype, shape)
    return draw.rng.integers(max(kind.min, -100), min(kind.max, 255), shape, endpoint=True).astype(kind.as_numpy_dtype)


def _target(draw, sizes, small=9):
    """New sizes: any, the same, or so many times the old ones."""
    style = draw.integer(0, 3)
    if style == 0:
        size = [each * draw.integer(1, 3) for each in sizes]
    else:
        size = [each if style == 1 and draw.flag() else draw.integer(1, 61 if draw.flag(0.1) else small) for each in sizes]
    if draw.flag(0.03):
        size[draw.integer(0, 1)] = 0
    return np.asarray(size, np.int32)


# Of more than four channels ONNX Runtime finds places by another rounding: at place 60 as much as 4e-6 off, times 355 between two numbers.
@ops(["ResizeBilinear"], rtol=1e-4, atol=2e-3)
@ops(["ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea"], rtol=1e-4, atol=1e-4)
def _resize(draw, name):
    sizes = _sizes(draw)
    corners = draw.flag(0.3)
    half = {} if name == "ResizeArea" else {"half_pixel_centers": not corners and draw.flag(0.6)}
    place = const if draw.flag(0.7) else fed
    # ONNX Runtime fuses transposes into products of matrices, and then refuses a batch of none.
    least = 1 if name == "ResizeArea" else 0
    return {"images": fed(_pictures(draw, draw.pick(NUMBERS), sizes, least)), "size": place(_target(draw, sizes)), "align_corners": corners, **half}


KERNELS = "lanczos1 lanczos3 lanczos5 gaussian box triangle keyscubic mitchellcubic".split()


@op("ScaleAndTranslate", rtol=1e-4, atol=1e-4)
def _scale(draw):
    sizes = _sizes(draw)
    target = np.maximum(_target(draw, sizes), 1)
    # What tf.image.resize asks for, or any part of the picture.
    scale = target / np.asarray(sizes) if draw.flag() else draw.rng.uniform(0.3, 3, 2)
    shift = np.zeros(2) if draw.flag() else draw.rng.uniform(-3, 3, 2)
    place = const if draw.flag(0.6) else fed
    return {
        "images": fed(_pictures(draw, draw.pick(["float32", "float32", "uint8", "int32", "half"]), sizes, 1)),
        "size": place(target),
        "scale": place(scale.astype(np.float32)),
        "translation": place(shift.astype(np.float32)),
        "kernel_type": draw.pick(KERNELS),
        "antialias": draw.flag(),
    }


@op("CropAndResize", rtol=1e-4, atol=1e-4)
def _crop(draw):
    sizes = _sizes(draw)
    pictures = _pictures(draw, draw.pick(NUMBERS[:-2] if draw.flag() else ["float32"]), sizes)
    count = draw.integer(0 if draw.flag(0.1) else 1, 3)
    boxes = draw.rng.uniform(-0.2, 1.2, [count, 4]).astype(np.float32)
    batch = max(1, pictures.shape[0])
    numbers = draw.rng.integers(0, batch + (1 if draw.flag(0.05) else 0), [count], np.int32)
    place = const if draw.flag() else fed
    return {
        "image": fed(pictures),
        "boxes": fed(boxes),
        "box_ind": fed(numbers),
        "crop_size": place(np.maximum(_target(draw, sizes), 1)),
        "method": draw.pick(["bilinear", "nearest"]),
        "extrapolation_value": draw.pick([0.0, 0.0, -1.5]),
    }


def _colors(draw, dtype, least=1):
    shape = [*draw.shape(least - 1, 3, 4), 3]
    values = draw.uniform(dtype, shape, 0, 1) if draw.flag(0.6) else draw.values(dtype, shape)
    # Gray, where colors have no hue.
    return np.where(draw.rng.random([*shape[:-1], 1]) < 0.1, values[..., :1], values)


@ops(["AdjustHue", "AdjustSaturation"], rtol=1e-4, atol=1e-5)
def _adjust(draw, name):
    # Of colors below 0 TensorFlow's two ways to compute a saturation differ from each other: pictures have none.
    dtype = "float32"
    values = np.abs(_colors(draw, dtype, 3))
    by = draw.rng.uniform(-1, 1) if name == "AdjustHue" else draw.rng.uniform(-0.5, 3)
    return {"images": fed(values), "delta" if name == "AdjustHue" else "scale": (const if draw.flag() else fed)(np.float32(by))}


@op("AdjustContrastv2", rtol=1e-4, atol=1e-4)
def _contrast(draw):
    values = draw.values("float32", draw.shape(3, 5))
    return {"images": fed(values), "contrast_factor": (const if draw.flag() else fed)(np.float32(draw.rng.uniform(-0.5, 3)))}
