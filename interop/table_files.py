"""Writes tables of random rows as Parquet, Arrow, npz and safetensors, by pyarrow, NumPy and safetensors, with what is in them.

Usage: python table_files.py FOLDER SEED COUNT

A folder a table: the file, `table.json`, and `expected.json`: the keys, and for each column its dtype by our name and its values. Integers and
bytes stand as text, a null as the column's default.
"""

import decimal
import json
import os
import random
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import save_file

WIDTHS = {"INT8": 8, "INT16": 16, "INT32": 32, "INT64": 64, "UINT8": 8, "UINT16": 16, "UINT32": 32, "UINT64": 64}
FLOATS = {"FP16": (pa.float16(), np.float16), "FP32": (pa.float32(), np.float32), "FP64": (pa.float64(), np.float64)}
ALPHABET = ["a", "B", "7", " ", "ü", "世", "😀", '"', ",", "\n", "\t", "\\", "e\u0301"]


def limits(dtype):
    bits = WIDTHS[dtype]
    return (0, 2**bits - 1) if dtype.startswith("U") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def arrow_int(dtype):
    return getattr(pa, dtype.lower())()


def integer(rng, dtype):
    low, high = limits(dtype)
    return rng.choice([low, high, 0, 1, rng.randint(low, high), rng.randint(max(low, -100), min(high, 100))])


def number(rng, dtype):
    value = rng.choice([0.0, -0.0, 1.5, rng.uniform(-1000, 1000), rng.uniform(-1, 1) * 10 ** rng.randint(-4, 4)])
    return float(FLOATS[dtype][1](value))


def text(rng, size=9):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, size)))


class Column:
    """A column to be: its Arrow type, its dtype by our name, its values, and how they stand in expected.json."""

    def __init__(self, rng, name, rows):
        kinds = ["int"] * 4 + ["float"] * 3 + ["bool", "string", "large_string", "binary", "dictionary", "timestamp", "decimal", "vector", "list"]
        self.name, self.kind = name, rng.choice(kinds)
        self.width = None
        make = getattr(self, f"_{self.kind}")
        self.type, self.dtype, draw, default, self.plain = make(rng)
        nulls = 0 if self.kind in ("vector", "list") else rng.choice([0, 0, 0.2, 1])
        self.values = [None if rng.random() < nulls else draw() for _ in range(rows)]
        self.default = default

    def expected(self):
        return [self.plain(self.default if value is None else value) for value in self.values]

    def _int(self, rng):
        dtype = rng.choice(list(WIDTHS))
        return arrow_int(dtype), dtype, lambda: integer(rng, dtype), 0, str

    def _float(self, rng):
        dtype = rng.choice(list(FLOATS))
        return FLOATS[dtype][0], dtype, lambda: number(rng, dtype), 0.0, float

    def _bool(self, rng):
        return pa.bool_(), "BOOL", lambda: rng.random() < 0.5, False, int

    def _string(self, rng):
        return pa.string(), "BYTES", lambda: text(rng), "", lambda value: value.encode().hex()

    def _large_string(self, rng):
        return pa.large_string(), "BYTES", lambda: text(rng, 200), "", lambda value: value.encode().hex()

    def _binary(self, rng):
        return pa.binary(), "BYTES", lambda: rng.randbytes(rng.randint(0, 12)), b"", lambda value: value.hex()

    def _dictionary(self, rng):
        words = [text(rng) for _ in range(rng.randint(1, 6))]
        return pa.dictionary(rng.choice([pa.int8(), pa.int32()]), pa.string()), "BYTES", lambda: rng.choice(words), "", lambda value: value.encode().hex()

    def _timestamp(self, rng):
        return pa.timestamp(rng.choice(["ms", "us"])), "INT64", lambda: rng.randint(-(10**12), 10**12), 0, str

    def _decimal(self, rng):
        return pa.decimal128(12, 3), "FP64", lambda: decimal.Decimal(rng.randint(-(10**9), 10**9)).scaleb(-3), decimal.Decimal(0), float

    def _vector(self, rng):
        dtype = rng.choice(list(FLOATS))
        self.width = rng.randint(1, 9)
        return pa.list_(FLOATS[dtype][0], self.width), dtype, lambda: [number(rng, dtype) for _ in range(self.width)], None, list

    def _list(self, rng):
        dtype = rng.choice(["FP32", "FP64"])
        self.width = rng.randint(1, 9)
        return pa.list_(FLOATS[dtype][0]), dtype, lambda: [number(rng, dtype) for _ in range(self.width)], None, list

    def array(self):
        if self.kind in ("vector", "list") and pa.types.is_float16(self.type.value_type):
            flat = pa.array(np.array(self.values, np.float16).reshape(-1))
            return pa.FixedSizeListArray.from_arrays(flat, self.width)
        values = [None if value is None else np.float16(value) for value in self.values] if self.dtype == "FP16" else self.values
        return pa.array(values, self.type)


def random_keys(rng, rows):
    if rng.random() < 0.5:
        dtype = rng.choice(["INT64", "INT64", "INT32", "UINT32", "UINT16"])
        keys = set()
        while len(keys) < rows:
            keys.add(rng.randint(*limits(dtype)))
        keys = rng.sample(sorted(keys), rows)
        return "INT64", pa.array(keys, arrow_int(dtype)), [str(key) for key in keys]
    keys = set()
    while len(keys) < rows:
        keys.add(text(rng, 20))
    keys = rng.sample(sorted(keys), rows)
    kind = rng.choice([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
    return "BYTES", pa.array(keys, kind), [key.encode().hex() for key in keys]


def chunked(rng, table):
    """The same rows in several pieces, as Arrow and row groups may have them."""
    if table.num_rows < 2 or rng.random() < 0.4:
        return table
    cuts = sorted(rng.sample(range(1, table.num_rows), min(rng.randint(1, 4), table.num_rows - 1)))
    places = [0, *cuts, table.num_rows]
    return pa.concat_tables([table.slice(start, end - start) for start, end in zip(places, places[1:])])


def encodings(rng, table):
    chosen = {}
    for field in table.schema:
        if pa.types.is_integer(field.type) and field.type.bit_width >= 32:
            options = ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]
        elif pa.types.is_floating(field.type):
            options = ["PLAIN", "BYTE_STREAM_SPLIT"]
        elif pa.types.is_string(field.type) or pa.types.is_binary(field.type):
            options = ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
        else:
            continue
        chosen[field.name] = rng.choice(options)
    return chosen


def write_parquet(rng, table, path, columns):
    own_encodings = rng.random() < 0.5
    options = {
        "version": rng.choice(["1.0", "2.4", "2.6"]),
        "data_page_version": rng.choice(["1.0", "2.0"]),
        "compression": rng.choice(["NONE", "SNAPPY", "GZIP", "ZSTD", "BROTLI", "LZ4"]),
        "row_group_size": rng.choice([1, 7, 100, 10**6]) if table.num_rows > 0 else None,
        "data_page_size": rng.choice([64, 1024, None]),
        "write_statistics": rng.random() < 0.5,
        "write_page_index": rng.random() < 0.5,
        "store_schema": rng.random() < 0.5,
        "use_dictionary": False if own_encodings else rng.random() < 0.6,
        "column_encoding": encodings(rng, table) if own_encodings else None,
    }
    pq.write_table(table, path, **options)
    # The first version has no 32-bit integer without a sign: pyarrow takes 64 bits.
    if options["version"] == "1.0":
        for column in columns:
            column.dtype = "INT64" if column.dtype == "UINT32" else column.dtype
    return {name: value for name, value in options.items() if value is not None}


def write_arrow(rng, table, path, _columns):
    new = rng.choice([pa.ipc.new_file, pa.ipc.new_stream])
    with pa.OSFile(path, "wb") as sink, new(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=rng.choice([3, 50, None])):
            writer.write_batch(batch)
    return {"writer": new.__name__}


def random_table(rng, folder):
    kind = rng.choice(["parquet", "parquet", "arrow"])
    rows = rng.choice([0, 1, 2, rng.randint(3, 60), rng.randint(100, 400)])
    key_type, keys, plain_keys = random_keys(rng, rows)
    columns = [Column(rng, f"c {at}", rows) for at in range(rng.randint(1, 7))]
    if rows == 0:
        # Lists without a row do not say how long they are.
        columns = [column for column in columns if column.kind not in ("vector", "list")]
    arrays = {"the key": keys, **{column.name: column.array() for column in columns}}
    names = list(arrays)
    rng.shuffle(names)
    table = chunked(rng, pa.table({name: arrays[name] for name in names}))
    file = f"rows.{kind}"
    options = (write_parquet if kind == "parquet" else write_arrow)(rng, table, os.path.join(folder, file), columns)
    return file, options, key_type, plain_keys, {column.name: {"dtype": column.dtype, "values": column.expected()} for column in columns}


NUMPY = {"i1": "INT8", "u1": "UINT8", "i2": "INT16", "u2": "UINT16", "i4": "INT32", "u4": "UINT32", "i8": "INT64", "u8": "UINT64", "f2": "FP16", "f4": "FP32", "f8": "FP64"}


def numpy_values(rng, code, shape, order):
    dtype = NUMPY[code]
    flat = [integer(rng, dtype) if dtype in WIDTHS else number(rng, dtype) for _ in range(int(np.prod(shape)))]
    return np.array(flat, np.dtype(code)).reshape(shape).astype(np.dtype(code).newbyteorder(order))


def random_arrays(rng, folder):
    kind = rng.choice(["npz", "safetensors"])
    rows = rng.choice([1, 2, rng.randint(3, 60), rng.randint(100, 400)])
    key_type = "INT64" if kind == "safetensors" else rng.choice(["INT64", "BYTES"])
    keys = sorted({rng.randint(-(2**63), 2**63 - 1) for _ in range(rows)})
    rng.shuffle(keys)
    words = [f"wört {key}" for key in keys]
    arrays = {"keys": np.array(keys, "i8" if kind == "safetensors" else rng.choice(["<i8", ">i8"])) if key_type == "INT64" else np.array(words)}
    expected = {}
    for at in range(rng.randint(1, 6)):
        code = rng.choice(list(NUMPY))
        shape = (len(keys), rng.randint(1, 6)) if code.startswith("f") and rng.random() < 0.3 else (len(keys),)
        values = numpy_values(rng, code, shape, "<" if kind == "safetensors" else rng.choice("<>"))
        arrays[f"c {at}"] = np.asfortranarray(values) if kind == "npz" and rng.random() < 0.3 else values
        plain = (lambda row: [float(each) for each in row]) if len(shape) == 2 else (str if NUMPY[code] in WIDTHS else float)
        expected[f"c {at}"] = {"dtype": NUMPY[code], "values": [plain(value) for value in (values.tolist())]}
    file = f"rows.{kind}"
    if kind == "npz":
        rng.choice([np.savez, np.savez_compressed])(os.path.join(folder, file), **arrays)
    else:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, os.path.join(folder, file))
    plain_keys = [str(key) for key in keys] if key_type == "INT64" else [word.encode().hex() for word in words]
    return file, {}, key_type, plain_keys, expected


def main():
    root, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for at in range(count):
        rng = random.Random(f"{seed} {at}")
        folder = os.path.join(root, str(at))
        os.makedirs(folder)
        file, options, key_type, keys, columns = (random_arrays if rng.random() < 0.25 else random_table)(rng, folder)
        manifest = {"file": file, "keyType": key_type, "columns": {name: {} for name in columns}}
        if not file.endswith((".npz", ".safetensors")):
            manifest["key"] = "the key"
        with open(os.path.join(folder, "table.json"), "w", encoding="utf-8") as out:
            json.dump(manifest, out)
        with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as out:
            json.dump({"seed": f"{seed} {at}", "options": {name: str(value) for name, value in options.items()}, "keyType": key_type, "keys": keys, "columns": columns}, out)


main()
