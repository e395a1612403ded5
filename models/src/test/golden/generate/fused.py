"""Writes fused/: a UNet with random weights that models/export/fuse.py has fused for the CPU, with inputs and what it computes
from them before it is fused, and a graph with an operator that only CUDA has: fused.py EXPORT FOLDER"""

import sys
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from diffusers import UNet2DConditionModel
from onnx import TensorProto, helper


class Unet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.unet = UNet2DConditionModel(
            in_channels=9, out_channels=4, block_out_channels=(8, 8), norm_num_groups=4, layers_per_block=1,
            cross_attention_dim=32, attention_head_dim=2,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        ).eval()  # fmt: skip

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


def export(file):
    sizes = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        Unet(), (torch.randn(2, 9, 8, 8), torch.tensor(5.0), torch.randn(2, 77, 32)), file, opset_version=17, dynamo=False,
        input_names=["sample", "timestep", "encoder_hidden_states"], output_names=["out_sample"],
        dynamic_axes={"sample": sizes, "encoder_hidden_states": {0: "batch", 1: "tokens"}, "out_sample": sizes},
    )  # fmt: skip


def short(model):
    """Without the places in the source that torch notes, and with short names."""
    kept = {value.name for value in [*model.graph.input, *model.graph.output]} | {""}
    names = {}
    for tensor in model.graph.initializer:
        names.setdefault(tensor.name, f"w{len(names)}")
        tensor.name = names[tensor.name]
    for i, node in enumerate(model.graph.node):
        node.doc_string, node.name = "", f"n{i}"
        for values in (node.input, node.output):
            for j, value in enumerate(values):
                if value not in kept:
                    values[j] = names.setdefault(value, f"v{len(names)}")
    del model.graph.value_info[:]
    return model


def cuda_only(file):
    node = helper.make_node("GroupNorm", ["x", "gamma", "beta"], ["y"], domain="com.microsoft", groups=2, activation=0)
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weights = [helper.make_tensor(name, TensorProto.FLOAT, [4], [1.0] * 4) for name in ("gamma", "beta")]
    graph = helper.make_graph([node], "g", [value("x", 1, 8, 8, 4)], [value("y", 1, 8, 8, 4)], weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), file)


def main(export_folder, folder):
    sys.path.insert(0, str(export_folder))
    import fuse

    folder.mkdir(exist_ok=True)
    draw = numpy.random.default_rng(1).standard_normal
    inputs = {
        "sample": draw((2, 9, 4, 8), dtype=numpy.float32),
        "timestep": numpy.array(981, numpy.float32),
        "encoder_hidden_states": draw((2, 16, 32), dtype=numpy.float32),
    }
    with tempfile.TemporaryDirectory() as temporary:
        exported = Path(temporary) / "unet.onnx"
        export(exported)
        (expected,) = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"]).run(None, inputs)
        model = fuse.optimized(exported, "unet", "cpu")
    onnx.save(short(model.model), folder / "unet.onnx")
    del inputs["timestep"]
    for name, values in (inputs | {"expected": expected}).items():
        numpy.save(folder / f"{name}.npy", values)
    print(model.get_fused_operator_statistics())
    cuda_only(folder / "cuda-only.onnx")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
