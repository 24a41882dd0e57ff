"""The ONNX graph of a BERT sentence encoder: token ids to unit vectors, from the weights of a `BertModel`.

Source: "BERT" (Devlin et al., 2019) for the encoder; the model's own `config.json`, and `1_Pooling` and `2_Normalize` of its
`modules.json`, for what follows it: the mean over the tokens of a text, and division by its length.
"""

import math

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

OPSET = 17
# Where float16 ends: large enough that a masked token gets a weight of exactly 0.
MASKED = np.float32(-65504)


class Graph:
    """Nodes and weights in the order they are added; every call gives the name of its result."""

    def __init__(self):
        self.nodes = []
        self.weights = {}

    def weight(self, name, values):
        self.weights.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, op, *inputs, **attributes):
        output = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def ints(self, *values):
        return self.weight("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def number(self, value):
        return self.weight(f"number_{value:.9g}", np.float32(value))


def encoder_model(weights, config):
    """int64 `input_ids` and `attention_mask` [texts, tokens] to float32 `embedding` [texts, hidden], as a `ModelProto`."""
    graph = Graph()
    hidden = embed(graph, weights, config)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = graph.add("Mul", graph.add("Sub", graph.number(1), mask), graph.number(MASKED))
    absent = graph.add("Unsqueeze", absent, graph.ints(1, 2))
    for layer in range(config["num_hidden_layers"]):
        hidden = encoder_layer(graph, Layer(weights, config, layer), hidden, absent)
    graph.nodes.append(helper.make_node("Identity", [normalized(graph, mean_of_tokens(graph, hidden, mask))], ["embedding"]))
    tokens = ["texts", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, tokens) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", config["hidden_size"]])]
    made = helper.make_graph(graph.nodes, "sentence_encoder", inputs, outputs, list(graph.weights.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    checker.check_model(model)
    return model


class Layer:
    """The weights of one encoder layer by their short names."""

    def __init__(self, weights, config, layer):
        self.weights, self.config, self.prefix = weights, config, f"encoder.layer.{layer}."

    def __getitem__(self, name):
        return self.weights[self.prefix + name]


def embed(graph, weights, config):
    """Words, their places, and that all are of the first of two texts: BERT's token type 0, which is the same everywhere."""
    words = graph.add("Gather", graph.weight("words", weights["embeddings.word_embeddings.weight"]), "input_ids")
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.add("Gather", graph.add("Shape", "input_ids"), graph.ints(1))
    places = graph.add("Slice", graph.weight("places", places), graph.ints(0), length, graph.ints(0))
    return layer_norm(graph, weights, "embeddings.LayerNorm", graph.add("Add", words, places), config)


def encoder_layer(graph, layer, hidden, absent):
    attended = dense(graph, layer, "attention.output.dense", attention(graph, layer, hidden, absent))
    hidden = layer_norm(graph, layer, "attention.output.LayerNorm", graph.add("Add", attended, hidden), layer.config)
    grown = gelu(graph, dense(graph, layer, "intermediate.dense", hidden))
    shrunk = dense(graph, layer, "output.dense", grown)
    return layer_norm(graph, layer, "output.LayerNorm", graph.add("Add", shrunk, hidden), layer.config)


def attention(graph, layer, hidden, absent):
    heads = layer.config["num_attention_heads"]
    size = layer.config["hidden_size"] // heads
    split = graph.ints(0, 0, heads, size)

    def by_head(name, order):
        projected = dense(graph, layer, f"attention.self.{name}", hidden)
        return graph.add("Transpose", graph.add("Reshape", projected, split), perm=order)

    scores = graph.add("MatMul", by_head("query", [0, 2, 1, 3]), by_head("key", [0, 2, 3, 1]))
    scores = graph.add("Add", graph.add("Mul", scores, graph.number(1 / math.sqrt(size))), absent)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), by_head("value", [0, 2, 1, 3]))
    return graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(0, 0, heads * size))


def dense(graph, layer, name, values):
    """PyTorch keeps the weights of a linear layer as [out, in]."""
    full = layer.prefix + name
    product = graph.add("MatMul", values, graph.weight(f"{full}.weight", layer[f"{name}.weight"].T))
    return graph.add("Add", product, graph.weight(f"{full}.bias", layer[f"{name}.bias"]))


def layer_norm(graph, weights, name, values, config):
    prefix = getattr(weights, "prefix", "")
    scale = graph.weight(f"{prefix}{name}.weight", weights[f"{name}.weight"])
    bias = graph.weight(f"{prefix}{name}.bias", weights[f"{name}.bias"])
    return graph.add("LayerNormalization", values, scale, bias, axis=-1, epsilon=config["layer_norm_eps"])


def gelu(graph, values):
    """x / 2 * (1 + erf(x / sqrt 2)): the exact form, which `hidden_act: "gelu"` means."""
    error = graph.add("Erf", graph.add("Mul", values, graph.number(math.sqrt(0.5))))
    return graph.add("Mul", graph.add("Mul", values, graph.number(0.5)), graph.add("Add", error, graph.number(1)))


def mean_of_tokens(graph, hidden, mask):
    """A text always has its [CLS] and [SEP], so there is no mean of nothing."""
    weight = graph.add("Unsqueeze", mask, graph.ints(2))
    total = graph.add("ReduceSum", graph.add("Mul", hidden, weight), graph.ints(1), keepdims=0)
    return graph.add("Div", total, graph.add("ReduceSum", mask, graph.ints(1), keepdims=1))


def normalized(graph, values):
    length = graph.add("ReduceL2", values, axes=[1], keepdims=1)
    return graph.add("Div", values, graph.add("Max", length, graph.number(1e-12)))
