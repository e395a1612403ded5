"""Stores the weights of ONNX files in half precision: large float32 initializers become float16, followed by a Cast.

    python halve_weights.py MODEL.onnx ...

The graphs still take, give and compute 32-bit floats, with rounded weights. Files that are halved already stay as they are.
Needs onnx 1.23 and numpy.
"""

import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

LARGE = 64  # values
MOST = 60_000  # larger values have no float16


def halve(model):
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or numpy.prod(weight.dims, dtype=numpy.int64) < LARGE:
            continue
        values, name = numpy_helper.to_array(weight), weight.name
        if numpy.abs(values).max() <= MOST:
            weight.CopyFrom(numpy_helper.from_array(values.astype(numpy.float16), name + "_half"))
            casts.append(helper.make_node("Cast", [name + "_half"], [name], name=name + "_cast", to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def main():
    for path in map(pathlib.Path, sys.argv[1:]):
        before = path.stat().st_size
        model = halve(onnx.load(path))
        model.doc_string = ""
        onnx.checker.check_model(model)
        onnx.save(model, path)
        print(f"{path}: {before} to {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
