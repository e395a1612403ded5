"""Writes a bundle of about a gigabyte: idle-sd15-inpaint with a UNet of random weights in a file beside it.

It generates no useful image; it shows where the memory of a large model goes. Half of the weights are convolutions, half matrices.

    python generate_large.py idle-sd15-inpaint FOLDER

Needs onnx 1.23 and numpy.
"""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import TensorProto, helper

CHANNELS, WIDE, LAYERS = 1280, 5120, 9  # the widest level of SD 1.5
FLOAT = TensorProto.FLOAT


class Weights:
    """Appends tensors to the file beside the graph."""

    def __init__(self, path):
        self.file, self.random, self.tensors = path.open("wb"), numpy.random.default_rng(1), []

    def add(self, name, *shape):
        values = self.random.standard_normal(shape, dtype=numpy.float32) / numpy.float32(numpy.prod(shape[1:]) ** 0.5)
        tensor = TensorProto(name=name, data_type=FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        place = {"location": self.path(), "offset": self.file.tell(), "length": values.nbytes}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.file.write(values.tobytes())
        self.tensors.append(tensor)
        return name

    def path(self):
        return pathlib.Path(self.file.name).name


def main(source, target):
    shutil.copytree(source, target)
    weights = Weights(target / "unet" / "model.onnx_data")
    nodes = [helper.make_node("Conv", ["sample", weights.add("in", CHANNELS, 9, 3, 3)], ["x0"], pads=[1] * 4)]
    for i in range(LAYERS):
        conv = weights.add(f"conv{i}", CHANNELS, CHANNELS, 3, 3)
        up, down = weights.add(f"up{i}", CHANNELS, WIDE), weights.add(f"down{i}", WIDE, CHANNELS)
        nodes += [
            helper.make_node("Conv", [f"x{i}", conv], [f"c{i}"], pads=[1] * 4),
            helper.make_node("Transpose", [f"c{i}"], [f"t{i}"], perm=[0, 2, 3, 1]),
            helper.make_node("MatMul", [f"t{i}", up], [f"u{i}"]),
            helper.make_node("Relu", [f"u{i}"], [f"r{i}"]),
            helper.make_node("MatMul", [f"r{i}", down], [f"d{i}"]),
            helper.make_node("Transpose", [f"d{i}"], [f"x{i + 1}"], perm=[0, 3, 1, 2]),
        ]
    out = weights.add("out", 4, CHANNELS, 3, 3)
    nodes.append(helper.make_node("Conv", [f"x{LAYERS}", out], ["out_sample"], pads=[1] * 4))
    idle = onnx.load(source / "unet" / "model.onnx").graph
    # Inputs that no node reads stay declared, as the family expects them.
    graph = helper.make_graph(nodes, "unet", idle.input, idle.output, weights.tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    weights.file.close()
    (target / "unet" / "model.onnx").write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(*(pathlib.Path(argument) for argument in sys.argv[1:3]))
