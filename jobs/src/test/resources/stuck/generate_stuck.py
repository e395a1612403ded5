"""Writes text_encoder.onnx: the text encoder of the bundle idle-sd15-inpaint, which gets stuck where a prompt has a "#".

    python generate_stuck.py text_encoder.onnx

Stuck means: it counts to a billion billions. Needs onnx 1.23.
"""

import sys

import onnx
from onnx import TensorProto, helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
WIDTH = 8  # of the text embedding
NUMBER_SIGN = 258  # the token of a "#" that stands alone
LONG = 10**18


def constant(name, values, kind=INT64, shape=None):
    return helper.make_tensor(name, kind, [len(values)] if shape is None else shape, values)


def counting():
    """The body of the loop: goes on, and passes its number through."""
    return helper.make_graph(
        [helper.make_node("Identity", ["on"], ["still_on"]), helper.make_node("Identity", ["number"], ["same"])],
        "counting",
        [
            helper.make_tensor_value_info("turn", INT64, []),
            helper.make_tensor_value_info("on", BOOL, []),
            helper.make_tensor_value_info("number", FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("still_on", BOOL, []),
            helper.make_tensor_value_info("same", FLOAT, [1]),
        ],
    )


def main(path):
    nodes = [
        helper.make_node("Equal", ["input_ids", "number_sign"], ["signs"]),
        helper.make_node("Cast", ["signs"], ["ones"], to=INT64),
        helper.make_node("ReduceMax", ["ones"], ["any"], keepdims=0),
        helper.make_node("Mul", ["any", "long"], ["turns"]),
        helper.make_node("Loop", ["turns", "", "thousand"], ["divisor"], body=counting()),
        helper.make_node("Cast", ["input_ids"], ["ids"], to=FLOAT),
        helper.make_node("Div", ["ids", "divisor"], ["small"]),
        helper.make_node("Unsqueeze", ["small", "last"], ["column"]),
        helper.make_node("Tile", ["column", "repeats"], ["last_hidden_state"]),
    ]
    graph = helper.make_graph(
        nodes,
        "text_encoder",
        [helper.make_tensor_value_info("input_ids", INT64, ["batch", 77])],
        [helper.make_tensor_value_info("last_hidden_state", FLOAT, ["batch", 77, WIDTH])],
        [
            constant("number_sign", [NUMBER_SIGN]),
            constant("long", [LONG], shape=[]),
            constant("thousand", [1000.0], FLOAT),
            constant("last", [2]),
            constant("repeats", [1, 1, WIDTH]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


if __name__ == "__main__":
    main(sys.argv[1])
