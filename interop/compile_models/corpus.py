"""Models of the corpus, and how each is written: as a SavedModel, with inputs, and with what TensorFlow answers."""

import json
import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "compile_ops"))
from oracle import encode  # noqa: E402

CODES = {3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 9: "FAILED_PRECONDITION", 11: "OUT_OF_RANGE", 12: "UNIMPLEMENTED", 13: "INTERNAL"}
# Sizes of the first axis where a signature leaves it open.
BATCHES = (1, 3, 0)

MODELS = {}


class Entry:
    """One model: `write(target, entry)` saves it; the options say what is fed.

    `draws` has a function from (rng, shape) by alias; `sizes` the size of axes that a signature leaves open, by alias or for all; `batches` those of
    the first axis; `cases` a function from the seeded generator to a list of (signature, inputs) instead.
    """

    def __init__(self, name, group, write, draws=None, sizes=6, batches=BATCHES, cases=None, rtol=1e-4, atol=1e-5, shapes=None):
        self.name, self.group, self.write = name, group, write
        self.draws, self.sizes, self.batches, self.cases = draws or {}, sizes, batches, cases
        self.rtol, self.atol, self.shapes = rtol, atol, shapes or {}
        # Says what is right, where TensorFlow itself has no kernel: a function from inputs to outputs.
        self.reference = None

    def rng(self, seed):
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])


def add(name, group, write, **options):
    if name in MODELS:
        raise ValueError(f"two models are named {name}")
    MODELS[name] = Entry(name, group, write, **options)


def saved(group, **options):
    """Registers a function from the target folder that saves a model there; the model has the function's name."""

    def register(write):
        add(write.__name__, group, write, **options)
        return write

    return register


def values(rng, dtype, shape):
    """Some of a type: fractions, small whole numbers, truths."""
    if dtype == tf.bool:
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.is_integer:
        return rng.integers(0, 10, shape).astype(dtype.as_numpy_dtype)
    if dtype.is_complex:
        return (rng.uniform(-2, 2, shape) + 1j * rng.uniform(-2, 2, shape)).astype(dtype.as_numpy_dtype)
    return np.asarray(rng.uniform(-2, 2, shape)).astype(dtype.as_numpy_dtype)


def whole(low, high):
    """A draw of whole numbers, for indices."""
    return lambda rng, shape: rng.integers(low, high, shape)


def between(low, high):
    return lambda rng, shape: rng.uniform(low, high, shape)


def settle(weights, rng):
    """Weights that are not 0 and 1, so that it shows whether they are used; variances above 0."""
    for weight in weights:
        path = getattr(weight, "path", weight.name)
        dtype = tf.as_dtype(weight.dtype)
        if not dtype.is_floating:
            continue
        fan = float(np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 1.0
        low, high = (0.6, 1.4) if "variance" in path or "gamma" in path or "scale" in path else (-0.2, 0.2)
        if len(weight.shape) > 1:
            high = (3.0 / max(fan, 1.0)) ** 0.5
            low = -high
        weight.assign(tf.cast(rng.uniform(low, high, weight.shape), dtype))


def shape_of(entry, alias, spec, batch):
    if alias in entry.shapes:
        return [batch if size is None else size for size in entry.shapes[alias]]
    sizes = entry.sizes.get(alias, 6) if isinstance(entry.sizes, dict) else entry.sizes
    if spec.shape.rank is None:
        return [batch, sizes]
    return [size if size is not None else (batch if at == 0 else sizes) for at, size in enumerate(spec.shape)]


def drawn_cases(entry, rng, signatures):
    """Each signature at each batch; once, where no input has an open first axis."""
    drawn = []
    for name, signature in signatures.items():
        specs = {key: spec for key, spec in signature.structured_input_signature[1].items()}
        is_open = any(spec.shape.rank is None or (spec.shape.rank > 0 and spec.shape[0] is None) for spec in specs.values())
        for batch in entry.batches if is_open else entry.batches[:1]:
            inputs = {}
            for alias, spec in specs.items():
                shape = shape_of(entry, alias, spec, batch)
                draw = entry.draws.get(alias, entry.draws.get("*"))
                inputs[alias] = values(rng, spec.dtype, shape) if draw is None else np.asarray(draw(rng, shape)).astype(spec.dtype.as_numpy_dtype)
            drawn.append((name, f"batch{batch}" if is_open else "once", inputs))
    return drawn


# What TensorFlow has no kernel for on the CPU says nothing of what is right.
NOT_COMPUTED = ("only supports NHWC", "only supports NHWC tensor format", "do not yet support", "currently only supports", "NCHW")


def answer(signature, inputs, reference):
    if reference is not None:
        return {"outputs": {key: encode(value) for key, value in reference(inputs).items()}}
    try:
        outputs = signature(**{alias: tf.constant(value) for alias, value in inputs.items()})
        return {"outputs": {key: encode(value.numpy()) for key, value in outputs.items()}}
    except tf.errors.OpError as error:
        # Nor do its kernels that take no empty tensors: others give an empty answer.
        is_empty = any(0 in np.shape(value) for value in inputs.values())
        if is_empty or any(phrase in error.message for phrase in NOT_COMPUTED):
            return None
        return {"error": {"code": CODES.get(error.error_code, "UNKNOWN")}}


def write(folder, entry, seed):
    rng = entry.rng(seed)
    tf.keras.utils.set_random_seed(seed)
    target = os.path.join(folder, entry.name, "1")
    used = entry.write(target)
    signatures = tf.saved_model.load(target).signatures
    drawn = entry.cases(rng) if entry.cases is not None else drawn_cases(entry, rng, signatures)
    answers = [(name, signature, inputs, answer(signatures[signature], inputs, entry.reference)) for signature, name, inputs in drawn]
    cases = [
        {"name": name, "signature": signature, "inputs": {alias: encode(value) for alias, value in inputs.items()}, **said}
        for name, signature, inputs, said in answers
        if said is not None
    ]
    if not cases:
        print(f"TensorFlow answers no case of {entry.name}", flush=True)
    with open(os.path.join(folder, entry.name, "cases.json"), "w") as file:
        json.dump({"group": entry.group, "rtol": entry.rtol, "atol": entry.atol, "cases": cases}, file)
    return used
