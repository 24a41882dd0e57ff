"""Writes types.arrow, types.arrows, types.safetensors and types.json beside it: the same rows by pyarrow and safetensors; and edges.arrow and
edges.parquet, the same rows of what readers get wrong.

Usage: python make_files.py (pyarrow, numpy, safetensors)
"""
import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import save_file

here = os.path.dirname(os.path.abspath(__file__))
ROWS = 5
ids = np.array([2**60, -1, 0, 7, 2**53 + 1], "i8")
columns = {
    "i8": np.array([-128, 127, 0, 1, -1], "i1"),
    "u8": np.array([0, 255, 1, 2, 3], "u1"),
    "i16": np.array([-32768, 32767, 0, 1, 2], "i2"),
    "u16": np.array([0, 65535, 1, 2, 3], "u2"),
    "i32": np.array([-(2**31), 2**31 - 1, 0, 1, 2], "i4"),
    "u32": np.array([0, 2**32 - 1, 1, 2, 3], "u4"),
    "u64": np.array([0, 2**64 - 1, 1, 2, 3], "u8"),
    "f32": np.array([0.5, -0.25, 1e30, 3, 4], "f4"),
    "f64": np.array([0.1, -1e300, 2, 3, 4], "f8"),
    "flag": np.array([True, False, True, False, False]),
}
vectors = np.arange(ROWS * 3, dtype="f4").reshape(ROWS, 3) / 4
halves = (np.arange(ROWS * 2, dtype="f4").reshape(ROWS, 2) / 3).astype("f2")
names = ["a", "", "grün", "世界", "e"]
raw = [b"\x00\xff", b"", b"b", b"c", b"d"]

table = pa.table({
    "id": ids, **columns, "name": names, "raw": pa.array(raw, pa.binary()), "category": pa.array(names).dictionary_encode(),
    "maybe": pa.array([1, None, 3, None, 5], pa.int32()), "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 3),
    "list": pa.array([list(v) for v in vectors.tolist()], pa.list_(pa.float32())), "half": pa.FixedSizeListArray.from_arrays(pa.array(halves.reshape(-1)), 2),
})
with pa.OSFile(os.path.join(here, "types.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    for batch in table.to_batches(max_chunksize=2):
        writer.write_batch(batch)
with pa.OSFile(os.path.join(here, "types.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
save_file({"id": ids, **columns, "vector": vectors, "half": halves}, os.path.join(here, "types.safetensors"))


def plain(array):
    return [str(x) for x in array.tolist()] if array.dtype.itemsize == 8 and array.dtype.kind in "iu" else array.tolist()


expected = {"id": plain(ids), **{name: plain(array) for name, array in columns.items()}, "name": names, "raw": [r.hex() for r in raw], "category": names, "maybe": [1, 0, 3, 0, 5], "vector": vectors.reshape(-1).tolist(), "list": vectors.reshape(-1).tolist(), "half": halves.astype("f8").reshape(-1).tolist()}
with open(os.path.join(here, "types.json"), "w", encoding="utf-8") as f:
    json.dump(expected, f, ensure_ascii=False)

edges = pa.table({
    "id": pa.array([1, 2, 3], pa.int64()),
    # No page of these holds a byte of values.
    "nothing": pa.array([None, None, None], pa.float64()),
    "empty": pa.array(["", "", ""]),
    "micros": pa.array([-441001524392, 0, 1], pa.timestamp("us")),
    "one": pa.FixedSizeListArray.from_arrays(pa.array([0.5, -1.5, 2.0], pa.float32()), 1),
})
with pa.OSFile(os.path.join(here, "edges.arrow"), "wb") as sink, pa.ipc.new_file(sink, edges.schema) as writer:
    writer.write_table(edges)
pq.write_table(edges, os.path.join(here, "edges.parquet"), compression="LZ4", use_dictionary=True)
