"""Writes colour-classifier: an image classifier without weights, whose logits are the means of red, green and blue.

It stands in for a safety checker in tests: labels and threshold say which colours it flags.

    python generate_classifier.py colour-classifier

Needs onnx 1.23.
"""

import json
import pathlib
import sys

import onnx
from onnx import TensorProto, helper

LABELS = ["red", "green", "blue"]
SIDE = 8
MEAN, STD = 0.5, 0.125  # logits from -4 to 4


def graph():
    """An image (batch, 3, 8, 8) to logits (batch, 3)."""
    return helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["pixel_values"], ["means"]),
            helper.make_node("Flatten", ["means"], ["logits"]),
        ],
        "colour-classifier",
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
    )


def main(folder):
    folder.mkdir(parents=True)
    model = helper.make_model(graph(), opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "model.onnx")
    config = {"id2label": dict(enumerate(LABELS)), "model_type": "vit"}
    preparation = {
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [MEAN] * 3,
        "image_processor_type": "ViTImageProcessor",
        "image_std": [STD] * 3,
        "resample": 2,
        "size": {"height": SIDE, "width": SIDE},
    }
    for name, content in (("config.json", config), ("preprocessor_config.json", preparation)):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
