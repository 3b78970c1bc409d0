"""The encoder as an ONNX graph: tokens and their mask in, one vector a text out.

Written by hand from the weights: twelve BERT layers (attention, then two dense layers, each with
a norm after it), the mean over the tokens at the end. The table of pieces stays in whole numbers
with a scale for 32 of them, exactly as the weights have it: unpacked it would be 170 MB.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from app.meaning.weights import BLOCK, Weights

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "sentence_embedding"
_OPSET = 20
_IR = 9
_FAR = -1e9


class _Graph:
    """Collects nodes; every method returns the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def const(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, out: list[str] | None = None, **how: Any) -> str:
        names = out or [f"n{len(self.nodes)}"]
        node = helper.make_node(kind, list(inputs), names, name=f"{kind}_{len(self.nodes)}", **how)
        self.nodes.append(node)
        return names[0]


def encoder_graph(weights: Weights, kept: NDArray[np.int64]) -> ModelProto:
    """`kept`: numbers of the pieces that stay, in their new order."""
    graph, sizes = _Graph(), weights.sizes
    _shapes(graph, weights)
    mask = graph.op("Cast", INPUTS[1], to=TensorProto.FLOAT)
    far = graph.op("Mul", graph.op("Sub", "one", mask), "far")
    hidden = _tokens(graph, weights, kept)
    away = graph.op("Unsqueeze", far, "axes12")
    for number in range(sizes.layers):
        hidden = _layer(graph, weights, f"l{number}.", hidden, away)
    _mean(graph, hidden, mask)
    inputs = [helper.make_tensor_value_info(it, TensorProto.INT64, ["n", "s"]) for it in INPUTS]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", sizes.hidden])
    whole = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR
    return model


def _shapes(graph: _Graph, weights: Weights) -> None:
    sizes = weights.sizes
    width = sizes.hidden // sizes.heads
    graph.const("split", np.array([0, 0, sizes.heads, width], np.int64))
    graph.const("join", np.array([0, 0, sizes.hidden], np.int64))
    graph.const("blocks", np.array([0, 0, sizes.hidden // BLOCK, BLOCK], np.int64))
    graph.const("scale", np.array(width**-0.5, np.float32))
    graph.const("one", np.array(1, np.float32))
    graph.const("far", np.array(_FAR, np.float32))
    for name, axes in {"axes12": [1, 2], "axis2": [2], "axis1": [1], "axis3": [3]}.items():
        graph.const(name, np.array(axes, np.int64))
    graph.const("zero", np.array([0], np.int64))


def _tokens(graph: _Graph, weights: Weights, kept: NDArray[np.int64]) -> str:
    """The piece, its place in the text, and the norm over both."""
    hidden = weights.sizes.hidden
    numbers, scales = weights.packed("emb.word")
    table = numbers.reshape(-1, hidden)[kept]
    steps = scales.reshape(-1, hidden // BLOCK)[kept].astype(np.float16)
    word = graph.op("Gather", graph.const("emb.word", table), INPUTS[0], axis=0)
    word = graph.op("Reshape", graph.op("Cast", word, to=TensorProto.FLOAT), "blocks")
    step = graph.op("Gather", graph.const("emb.steps", steps), INPUTS[0], axis=0)
    step = graph.op("Unsqueeze", graph.op("Cast", step, to=TensorProto.FLOAT), "axis3")
    word = graph.op("Reshape", graph.op("Mul", word, step), "join")
    places = weights.plain("emb.pos").reshape(-1, hidden) + weights.plain("emb.type")[:hidden]
    length = graph.op("Shape", INPUTS[0], start=1, end=2)
    place = graph.op("Slice", graph.const("emb.pos", places), "zero", length, "zero")
    return _norm(graph, weights, "emb.ln", graph.op("Add", word, place))


def _layer(graph: _Graph, weights: Weights, layer: str, hidden: str, away: str) -> str:
    attended = _dense(graph, weights, f"{layer}ao", _attention(graph, weights, layer, hidden, away))
    hidden = _norm(graph, weights, f"{layer}aln", graph.op("Add", hidden, attended))
    inner = graph.op("Gelu", _dense(graph, weights, f"{layer}fi", hidden))
    outer = _dense(graph, weights, f"{layer}fo", inner, width=weights.sizes.inner)
    return _norm(graph, weights, f"{layer}oln", graph.op("Add", hidden, outer))


def _attention(graph: _Graph, weights: Weights, layer: str, hidden: str, away: str) -> str:
    """Query, key and value by one multiplication: a third of the calls."""
    width = weights.sizes.hidden
    matrices = [weights.matrix(f"{layer}{part}.w", width) for part in "qkv"]
    biases = [weights.plain(f"{layer}{part}.b") for part in "qkv"]
    matrix = graph.const(f"{layer}qkv.w", np.concatenate(matrices).T)
    bias = graph.const(f"{layer}qkv.b", np.concatenate(biases))
    three = [f"{layer}{part}" for part in "qkv"]
    whole = graph.op("Add", graph.op("MatMul", hidden, matrix), bias)
    graph.op("Split", whole, out=three, axis=-1, num_outputs=3)
    query, key, value = (graph.op("Reshape", name, "split") for name in three)
    query = graph.op("Transpose", query, perm=[0, 2, 1, 3])
    key = graph.op("Transpose", key, perm=[0, 2, 3, 1])
    value = graph.op("Transpose", value, perm=[0, 2, 1, 3])
    score = graph.op("Mul", graph.op("MatMul", query, key), "scale")
    weight = graph.op("Softmax", graph.op("Add", score, away), axis=-1)
    mixed = graph.op("Transpose", graph.op("MatMul", weight, value), perm=[0, 2, 1, 3])
    return graph.op("Reshape", mixed, "join")


def _dense(graph: _Graph, weights: Weights, name: str, hidden: str, width: int = 0) -> str:
    matrix = weights.matrix(f"{name}.w", width or weights.sizes.hidden).T
    product = graph.op("MatMul", hidden, graph.const(f"{name}.w", matrix))
    return graph.op("Add", product, graph.const(f"{name}.b", weights.plain(f"{name}.b")))


def _norm(graph: _Graph, weights: Weights, name: str, hidden: str) -> str:
    scale = graph.const(f"{name}.w", weights.plain(f"{name}.w"))
    bias = graph.const(f"{name}.b", weights.plain(f"{name}.b"))
    epsilon = weights.sizes.epsilon
    return graph.op("LayerNormalization", hidden, scale, bias, axis=-1, epsilon=epsilon)


def _mean(graph: _Graph, hidden: str, mask: str) -> None:
    real = graph.op("Mul", hidden, graph.op("Unsqueeze", mask, "axis2"))
    total = graph.op("ReduceSum", real, "axis1", keepdims=0)
    graph.op("Div", total, graph.op("ReduceSum", mask, "axis1", keepdims=1), out=[OUTPUT])
