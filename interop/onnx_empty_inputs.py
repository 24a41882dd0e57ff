"""Which operators of ONNX Runtime end the process when a tensor of theirs has no elements: node tests of the onnx package,
with sizes of 0, one process each.

Prints a line of JSON: the operators, and how many tests and runs there were.
"""

import collections
import json
import os
import signal

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.backend.test.case.node import collect_testcases

TESTS_OF_ONE = 12
MOST_SECONDS = 60


def main():
    operators, tests, runs = set(), 0, 0
    for model, inputs in [*node_tests(), einsum()]:
        ended, made = try_sizes(model, inputs)
        tests, runs = tests + 1, runs + made
        if ended:
            operators.add(model.graph.node[0].op_type)
    print(json.dumps({"operators": sorted(operators), "tests": tests, "runs": runs, "runtime": onnxruntime.__version__}))


def node_tests():
    """Models of one node, some of each operator, with inputs."""
    counts = collections.Counter()
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        if len(nodes) != 1 or not case.data_sets or counts[nodes[0].op_type] == TESTS_OF_ONE:
            continue
        counts[nodes[0].op_type] += 1
        yield case.model, case.data_sets[0][0]


def einsum():
    """No node test has one that ends the process."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in [("x", (2, 3)), ("y", (2, 4, 3)), ("z", (2, 4))]]
    node = helper.make_node("Einsum", ["x", "y"], ["z"], equation="ab,acb->ac")
    model = helper.make_model(helper.make_graph([node], "einsum", values[:2], values[2:]), opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    return model, [np.ones((2, 3), np.float32), np.ones((2, 4, 3), np.float32)]


def try_sizes(model, inputs):
    """Whether a run ended the process, and how many runs were made. Runs after one that did are made in the next process."""
    forget_shapes(model)
    ended, done, total = False, 0, len(list(variants(inputs)))
    while done < total:
        last, is_ended = in_process(model, inputs, done)
        if not is_ended:
            break
        ended, done = True, last + 1
    return ended, total


def in_process(model, inputs, first):
    """Runs variants from one on in a process of their own. Which was the last, and whether it ended the process."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        run(model, inputs, first, writer)
    os.close(writer)
    with os.fdopen(reader) as lines:
        numbers = lines.read().split()
    _, status = os.waitpid(pid, 0)
    return int(numbers[-1]) if numbers else 0, os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGALRM and bool(numbers)


def run(model, inputs, first, writer):
    signal.alarm(MOST_SECONDS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        names = [value.name for value in model.graph.input]
        for at, values in enumerate(variants(inputs)):
            if at < first:
                continue
            os.write(writer, f"{at}\n".encode())
            try:
                session.run(None, dict(zip(names, values)))
            except Exception:  # A refusal is what is wanted.
                pass
    finally:
        os._exit(0)


def forget_shapes(model):
    """A model whose inputs may have any size."""
    for value in [*model.graph.input, *model.graph.output]:
        if value.type.HasField("tensor_type"):
            value.type.tensor_type.ClearField("shape")


def variants(inputs):
    """Each size made 0 wherever it stands, each axis alone, and the first axis of all."""
    arrays = [array for array in inputs if isinstance(array, np.ndarray)]
    for size in sorted({size for array in arrays for size in array.shape}):
        yield [emptied(array, lambda _axis, given: given == size) for array in inputs]
    for at, array in enumerate(inputs):
        for wanted in range(getattr(array, "ndim", 0)):
            yield [emptied(each, lambda axis, _size: axis == wanted) if index == at else each for index, each in enumerate(inputs)]
    yield [emptied(array, lambda axis, _size: axis == 0) for array in inputs]


def emptied(array, is_emptied):
    if not isinstance(array, np.ndarray):
        return array
    return array[tuple(slice(0, 0) if is_emptied(axis, size) else slice(None) for axis, size in enumerate(array.shape))]


main()
