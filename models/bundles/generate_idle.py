"""Writes the bundle idle-sd15-inpaint: the SD 1.5 inpainting layout around graphs that do next to nothing.

With it, what a run costs beside inference can be measured: threads, queues, memory, files.

    python generate_idle.py tiny-sd15-inpaint idle-sd15-inpaint

The first folder gives the tokenizer and the scheduler. Needs onnx 1.23.
"""

import json
import pathlib
import shutil
import sys

import onnx
from onnx import TensorProto, helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
WIDTH = 8  # of the text embedding


def constant(name, values, kind=INT64):
    return helper.make_tensor(name, kind, [len(values)], values)


def save(folder, component, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, component, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    path = folder / component / "model.onnx"
    path.parent.mkdir(parents=True)
    onnx.save(model, path)


def text_encoder(folder):
    """Each token's id, divided by a thousand, in all places of its embedding."""
    save(
        folder,
        "text_encoder",
        [
            helper.make_node("Cast", ["input_ids"], ["ids"], to=FLOAT),
            helper.make_node("Div", ["ids", "thousand"], ["small"]),
            helper.make_node("Unsqueeze", ["small", "last"], ["column"]),
            helper.make_node("Tile", ["column", "repeats"], ["last_hidden_state"]),
        ],
        [helper.make_tensor_value_info("input_ids", INT64, ["batch", 77])],
        [helper.make_tensor_value_info("last_hidden_state", FLOAT, ["batch", 77, WIDTH])],
        [
            constant("thousand", [1000.0], FLOAT),
            constant("last", [2]),
            constant("repeats", [1, 1, WIDTH]),
        ],
    )


def unet(folder):
    """The latents themselves are the noise that is predicted."""
    save(
        folder,
        "unet",
        [helper.make_node("Slice", ["sample", "from", "to", "axis"], ["out_sample"])],
        [
            helper.make_tensor_value_info("sample", FLOAT, ["batch", 9, "height", "width"]),
            helper.make_tensor_value_info("timestep", FLOAT, []),
            helper.make_tensor_value_info("encoder_hidden_states", FLOAT, ["batch", 77, WIDTH]),
        ],
        [helper.make_tensor_value_info("out_sample", FLOAT, ["batch", 4, "height", "width"])],
        [constant("from", [0]), constant("to", [4]), constant("axis", [1])],
    )


def vae_encoder(folder):
    """The mean of each 8 x 8 block as mean and, for want of channels, as log variance too."""
    pool = helper.make_node("AveragePool", ["sample"], ["mean"], kernel_shape=[8, 8], strides=[8, 8])
    save(
        folder,
        "vae_encoder",
        [
            pool,
            helper.make_node("Concat", ["mean", "mean", "mean"], ["nine"], axis=1),
            helper.make_node("Slice", ["nine", "from", "to", "axis"], ["latent_parameters"]),
        ],
        [helper.make_tensor_value_info("sample", FLOAT, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info("latent_parameters", FLOAT, ["batch", 8, "rows", "columns"])],
        [constant("from", [0]), constant("to", [8]), constant("axis", [1])],
    )


def vae_decoder(folder):
    """Three of the four channels, each value repeated over its 8 x 8 block."""
    save(
        folder,
        "vae_decoder",
        [
            helper.make_node("Slice", ["latent_sample", "from", "to", "axis"], ["three"]),
            helper.make_node("Resize", ["three", "", "scales"], ["sample"], mode="nearest"),
        ],
        [helper.make_tensor_value_info("latent_sample", FLOAT, ["batch", 4, "rows", "columns"])],
        [helper.make_tensor_value_info("sample", FLOAT, ["batch", 3, "height", "width"])],
        [
            constant("from", [0]),
            constant("to", [3]),
            constant("axis", [1]),
            constant("scales", [1.0, 1.0, 8.0, 8.0], FLOAT),
        ],
    )


def main(source, target):
    for write in (text_encoder, unet, vae_encoder, vae_decoder):
        write(target)
    for component in ("tokenizer", "scheduler"):
        shutil.copytree(source / component, target / component)
    index = json.loads((source / "model_index.json").read_text())
    (target / "model_index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main(*(pathlib.Path(argument) for argument in sys.argv[1:3]))
