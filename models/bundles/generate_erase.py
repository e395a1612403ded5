"""Writes the bundles tiny-erase-*: graphs that fill a hole with the mean colour around it.

One for each way in which erase models are exported: bytes with a mask of what to keep, floats of one size with a mask of
the hole, and the four channels of the bare generators of MI-GAN and LaMa.

    python generate_erase.py .

Needs onnx 1.23.
"""

import json
import pathlib
import sys

import onnx
from onnx import TensorProto, helper

FLOAT, INT64, UINT8 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.UINT8
CELL = 8  # sides must be multiples of this

CONSTANTS = {
    "one": [1.0],
    "small": [1e-6],
    "byte": [255.0],
    "half": [0.5],
    "dim": [0.9],
    "scales": [1.0, 1.0, CELL, CELL],
}


def fill():
    """kept (1 or 0) and image (0 in the hole) to filled: in the hole the mean of what is kept in 9 x 9 cells."""
    nodes = []
    for name in ("kept", "picture"):
        nodes += [
            helper.make_node("AveragePool", [name], [f"{name}_cells"], kernel_shape=[CELL] * 2, strides=[CELL] * 2),
            helper.make_node("AveragePool", [f"{name}_cells"], [f"{name}_mean"], kernel_shape=[9, 9], pads=[4] * 4),
        ]
    return nodes + [
        helper.make_node("Max", ["kept_mean", "small"], ["share"]),
        helper.make_node("Div", ["picture_mean", "share"], ["colour"]),
        helper.make_node("Resize", ["colour", "", "scales"], ["colours"], mode="nearest"),
        helper.make_node("Sub", ["one", "kept"], ["hole"]),
        helper.make_node("Mul", ["colours", "hole"], ["inside"]),
        helper.make_node("Add", ["picture", "inside"], ["filled"]),
    ]


def save(folder, nodes, inputs, outputs, config):
    constants = [helper.make_tensor(name, FLOAT, [len(values)], values) for name, values in CONSTANTS.items()]
    constants += [helper.make_tensor(f"axis{i}", INT64, [1], [i]) for i in (0, 1, 3, 4)]
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        folder.name,
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        [constant for constant in constants if constant.name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    (folder / "erase.json").write_text(json.dumps(config) + "\n")


def in_bytes(folder):
    """Any size; the mask is 255 where the image is kept; what is kept comes out as it went in."""
    nodes = [
        helper.make_node("Cast", ["mask"], ["levels"], to=FLOAT),
        helper.make_node("Div", ["levels", "byte"], ["kept"]),
        helper.make_node("Cast", ["image"], ["colour_levels"], to=FLOAT),
        helper.make_node("Mul", ["colour_levels", "kept"], ["picture"]),
        *fill(),
        helper.make_node("Round", ["filled"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["result"], to=UINT8),
    ]
    size = ["batch", 3, "height", "width"]
    inputs = [("image", UINT8, size), ("mask", UINT8, ["batch", 1, "height", "width"])]
    save(folder, nodes, inputs, [("result", UINT8, size)], {"mask": "keep"})


def in_floats(folder):
    """64 x 64 alone; the mask is 1 in the hole; 0..1 comes out as 0..255, darker, as if an autoencoder had lost some."""
    nodes = [
        helper.make_node("Sub", ["one", "mask"], ["kept"]),
        helper.make_node("Mul", ["image", "kept"], ["picture"]),
        *fill(),
        helper.make_node("Mul", ["filled", "dim"], ["dimmed"]),
        helper.make_node("Mul", ["dimmed", "byte"], ["output"]),
    ]
    inputs = [("image", FLOAT, [1, 3, 64, 64]), ("mask", FLOAT, [1, 1, 64, 64])]
    save(folder, nodes, inputs, [("output", FLOAT, [1, 3, 64, 64])], {"mask": "repaint", "output": "0..255"})


def of_migan(folder):
    """MI-GAN's generator: 0.5 where the image is kept, -0.5 in the hole, then the image, -1..1, 0 in the hole."""
    nodes = [
        helper.make_node("Slice", ["input", "axis0", "axis1", "axis1"], ["shown"]),
        helper.make_node("Slice", ["input", "axis1", "axis4", "axis1"], ["picture"]),
        helper.make_node("Add", ["shown", "half"], ["kept"]),
        *fill(),
        helper.make_node("Mul", ["filled", "dim"], ["output"]),
    ]
    inputs = [("input", FLOAT, [1, 4, "height", "width"])]
    save(folder, nodes, inputs, [("output", FLOAT, [1, 3, "height", "width"])], {"mask": "keep"})


def of_lama(folder):
    """LaMa's generator: the image, 0..1, 0 in the hole, then 1 in the hole; the stated multiple of sides is 16."""
    nodes = [
        helper.make_node("Slice", ["input", "axis0", "axis3", "axis1"], ["picture"]),
        helper.make_node("Slice", ["input", "axis3", "axis4", "axis1"], ["mask"]),
        helper.make_node("Sub", ["one", "mask"], ["kept"]),
        *fill(),
        helper.make_node("Mul", ["filled", "dim"], ["output"]),
    ]
    size = ["batch", 3, "height", "width"]
    inputs = [("input", FLOAT, ["batch", 4, "height", "width"])]
    save(folder, nodes, inputs, [("output", FLOAT, size)], {"mask": "repaint", "size_multiple": 16})


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    in_bytes(root / "tiny-erase-bytes")
    in_floats(root / "tiny-erase-floats")
    of_migan(root / "tiny-erase-migan")
    of_lama(root / "tiny-erase-lama")
