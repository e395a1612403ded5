"""Writes convolution.onnx: a convolution of 32 channels, whose weights are all different.

What ONNX Runtime makes of it shows which layout of convolutions it chooses for a CPU.

    python generate_convolution.py ../src/main/resources/io/spackle/graph/convolution.onnx

Needs onnx 1.23.
"""

import sys

import onnx
from onnx import TensorProto, helper

CHANNELS = 32  # several blocks of 8 or 16 channels


def main(target):
    shape = ["batch", CHANNELS, "height", "width"]
    graph = helper.make_graph(
        [helper.make_node("Conv", ["sample", "weights"], ["out"], kernel_shape=[1, 1])],
        "convolution",
        [helper.make_tensor_value_info("sample", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor(
                "weights", TensorProto.FLOAT, [CHANNELS, CHANNELS, 1, 1], range(CHANNELS * CHANNELS)
            )
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)


if __name__ == "__main__":
    main(sys.argv[1])
