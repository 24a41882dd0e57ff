"""Models as TensorFlow 1 saves them: graphs with sessions, variables of every kind, frozen graphs."""

import numpy as np
import tensorflow as tf
from corpus import MODELS, saved, whole

tf1 = tf.compat.v1
constants = tf1.saved_model.signature_constants


def in_graph(build):
    """Saves what `build(session)` puts into a graph: it gives the signatures as {name: (inputs, outputs)}."""

    def write(target):
        with tf.Graph().as_default(), tf1.Session() as session:
            tf1.set_random_seed(3)
            signatures = build(session)
            session.run(tf1.global_variables_initializer())
            builder = tf1.saved_model.Builder(target)
            infos = lambda tensors: {key: tf1.saved_model.build_tensor_info(tensor) for key, tensor in tensors.items()}
            made = {name: tf1.saved_model.build_signature_def(infos(inputs), infos(outputs), "tensorflow/serving/predict") for name, (inputs, outputs) in signatures.items()}
            builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=made)
            builder.save()

    write.__name__ = build.__name__
    return write


def dense(x, units, name, **how):
    with tf1.variable_scope(name, **how):
        w = tf1.get_variable("w", [int(x.shape[-1]), units], initializer=tf1.random_normal_initializer(stddev=0.5))
        b = tf1.get_variable("b", [units], initializer=tf1.random_normal_initializer(), partitioner=None if tf1.get_variable_scope().partitioner is None else tf1.fixed_size_partitioner(2))
        return tf1.nn.xw_plus_b(x, w, b)


@saved("first")
@in_graph
def reference_variables(session):
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    y = dense(tf.nn.relu(dense(x, 6, "first", use_resource=False)), 3, "second", use_resource=False)
    return {"serving_default": ({"x": x}, {"y": y, "p": tf.nn.softmax(y)})}


@saved("first")
@in_graph
def resource_variables(session):
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    y = dense(tf.nn.relu(dense(x, 6, "first", use_resource=True)), 3, "second", use_resource=True)
    return {"serving_default": ({"x": x}, {"y": y}), "classes": ({"x": x}, {"class": tf.argmax(y, 1)})}


@saved("first")
@in_graph
def partitioned_variables(session):
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    y = dense(x, 7, "wide", partitioner=tf1.fixed_size_partitioner(3), use_resource=False)
    y = dense(y, 5, "wide_resource", partitioner=tf1.fixed_size_partitioner(2), use_resource=True)
    return {"serving_default": ({"x": x}, {"y": y})}


@saved("first", draws={"ids": whole(0, 11)})
@in_graph
def partitioned_embedding(session):
    ids = tf1.placeholder(tf.int64, [None], "ids")
    table = tf1.get_variable("table", [11, 4], initializer=tf1.random_normal_initializer(), partitioner=tf1.fixed_size_partitioner(3))
    return {"serving_default": ({"ids": ids}, {"mod": tf1.nn.embedding_lookup(table, ids, partition_strategy="mod"), "div": tf1.nn.embedding_lookup(table, ids, partition_strategy="div")})}


@saved("first")
def simple_save(target):
    with tf.Graph().as_default(), tf1.Session() as session:
        x = tf1.placeholder(tf.float32, [None, 4], "x")
        y = dense(x, 3, "only")
        session.run(tf1.global_variables_initializer())
        tf1.saved_model.simple_save(session, target, {"x": x}, {"y": y})


@saved("first")
def frozen(target):
    """A graph of which the variables were made constants, imported again under a prefix."""
    with tf.Graph().as_default() as graph, tf1.Session() as session:
        x = tf1.placeholder(tf.float32, [None, 4], "x")
        tf.identity(tf.tanh(dense(x, 3, "only")), "y")
        session.run(tf1.global_variables_initializer())
        definition = tf1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
    with tf.Graph().as_default() as graph, tf1.Session() as session:
        tf1.import_graph_def(definition, name="model")
        tf1.saved_model.simple_save(session, target, {"x": graph.get_tensor_by_name("model/x:0")}, {"y": graph.get_tensor_by_name("model/y:0")})


@saved("first")
def frozen_wrapped(target):
    """The same in a function of TensorFlow 2."""
    with tf.Graph().as_default() as graph, tf1.Session() as session:
        x = tf1.placeholder(tf.float32, [None, 4], "x")
        tf.identity(tf.tanh(dense(x, 3, "only")), "y")
        session.run(tf1.global_variables_initializer())
        definition = tf1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
    wrapped = tf1.wrap_function(lambda: tf1.import_graph_def(definition, name=""), [])
    pruned = wrapped.prune(feeds=["x:0"], fetches={"y": "y:0"})
    made = tf.Module()
    made.f = pruned
    tf.saved_model.save(made, target, signatures={"serving_default": pruned})


@saved("first")
@in_graph
def defaults(session):
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    scale = tf1.placeholder_with_default(tf.constant(2.0), [], "scale")
    keep = tf1.placeholder_with_default(tf.constant([1.0, 0.0, 1.0, 1.0]), [None], "keep")
    training = tf1.placeholder_with_default(False, [], "training")
    y = tf1.nn.dropout(x * scale * keep, rate=tf.where(training, 0.5, 0.0))
    return {"serving_default": ({"x": x}, {"y": x * scale * keep, "training": training}), "scaled": ({"x": x, "scale": scale}, {"y": x * scale * keep}), "kept": ({"keep": keep, "x": x}, {"y": x * keep})}


MODELS["defaults"].shapes = {"keep": [4]}


@saved("first")
@in_graph
def fed_in_the_middle(session):
    """A signature whose input is no placeholder, and whose output feeds another's."""
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    hidden = tf.nn.relu(dense(x, 3, "encode"), name="hidden")
    y = dense(hidden, 4, "decode")
    return {"serving_default": ({"x": x}, {"y": y}), "encode": ({"x": x}, {"hidden": hidden}), "decode": ({"hidden": hidden}, {"y": y})}


@saved("first")
@in_graph
def batch_norm_layers(session):
    x = tf1.placeholder(tf.float32, [None, 8, 8, 3], "x")
    y = tf1.nn.conv2d(x, tf1.get_variable("k", [3, 3, 3, 4]), [1, 2, 2, 1], "SAME")
    shape = [4]
    mean, variance = tf1.get_variable("mean", shape, initializer=tf1.random_uniform_initializer(-1, 1)), tf1.get_variable("variance", shape, initializer=tf1.random_uniform_initializer(0.5, 1))
    scale, offset = tf1.get_variable("scale", shape, initializer=tf1.random_uniform_initializer(0.5, 1)), tf1.get_variable("offset", shape, initializer=tf1.random_uniform_initializer(-1, 1))
    fused, _, _ = tf1.nn.fused_batch_norm(y, scale, offset, mean, variance, is_training=False)
    plain = tf.nn.batch_normalization(y, mean, variance, offset, scale, 1e-3)
    return {"serving_default": ({"x": x}, {"fused": fused, "plain": plain, "pooled": tf1.nn.max_pool2d(fused, 2, 2, "SAME"), "normalized": tf.nn.lrn(plain)})}


@saved("first")
@in_graph
def moving_averages(session):
    x = tf1.placeholder(tf.float32, [None, 4], "x")
    w = tf1.get_variable("w", [4, 3], initializer=tf1.random_normal_initializer())
    step = tf1.train.get_or_create_global_step()
    average = tf1.train.ExponentialMovingAverage(0.9, step)
    with tf1.control_dependencies([average.apply([w])]):
        tf1.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.matmul(x, w)))
    return {"serving_default": ({"x": x}, {"y": tf.matmul(x, average.average(w)), "step": step.read_value()})}


@saved("first")
@in_graph
def constant_graph(session):
    x = tf1.placeholder(tf.int32, [None], "x")
    return {"serving_default": ({"x": x}, {"y": x * tf.reduce_prod(tf.shape(tf.zeros([2, 3]))), "three": tf.constant([[3.0]])})}


@saved("first")
@in_graph
def scopes_with_signs(session):
    with tf1.name_scope("a.b-c/d"):
        x = tf1.placeholder(tf.float32, [None, 2], "x/y")
        y = tf.add(x, 1.0, name="out_.-/z")
    return {"serving_default": ({"x/y": x, "unused input": tf1.placeholder(tf.float32, [None, 1])}, {"out.put": y})}


@saved("first")
@in_graph
def identity_and_parts(session):
    x = tf1.placeholder(tf.float32, None, "x")
    a, b = tf1.split(tf.reshape(x, [-1, 2]), 2, axis=1)
    values, places = tf.nn.top_k(tf.reshape(x, [-1, 2]), 1)
    return {"serving_default": ({"x": x}, {"a": a, "b": b, "values": values, "places": places, "x": x})}
