"""Cases of ops on strings."""

import numpy as np

from draw import fed
from registry import op

TEXTS = [b"", b"a", b"Hello World", b"\xc3\xa9t\xc3\xa9", b"nul\x00inside\x00", b"\xff\xfe\x80", "日本語 text".encode(), b"  spaced\t"]


def texts(draw, shape):
    return np.array([draw.pick(TEXTS) for _ in range(int(np.prod(shape)))], object).reshape(shape)


@op("StringLength")
def string_length(draw):
    return {"input": fed(texts(draw, draw.shape(0, 3))), "unit": draw.pick(["BYTE", "UTF8_CHAR"])}
