"""Converts SavedModels with tf2onnx: python tf2onnx_files.py FOLDER NETWORK... reads FOLDER/NETWORK/1, writes FOLDER/NETWORK/tf2onnx/1/model.onnx.

tf2onnx leaves `Erfc` in a graph, which ONNX does not have: it becomes 1 - Erf, so that there is something to compare with.
"""

import os
import subprocess
import sys

import onnx
from onnx import helper, numpy_helper
import numpy as np


def without_erfc(path):
    model = onnx.load(path)
    nodes = []
    for at, node in enumerate(model.graph.node):
        if node.op_type != "Erfc":
            nodes.append(node)
            continue
        error = f"{node.output[0]}_erf{at}"
        nodes += [helper.make_node("Erf", [node.input[0]], [error]), helper.make_node("Sub", ["one_of_erfc", error], [node.output[0]])]
    if len(nodes) == len(model.graph.node):
        return
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.append(numpy_helper.from_array(np.array(1, np.float32), "one_of_erfc"))
    onnx.save(model, path)


folder, *networks = sys.argv[1:]
for network in networks:
    target = os.path.join(folder, network, "tf2onnx", "1")
    os.makedirs(target, exist_ok=True)
    unfinished = os.path.join(target, "unfinished")
    command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", os.path.join(folder, network, "1"), "--output", unfinished, "--opset", "18"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    without_erfc(unfinished)
    os.rename(unfinished, os.path.join(target, "model.onnx"))
