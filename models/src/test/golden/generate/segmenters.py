"""Writes ../segment: the folders of segmenters of a few hundred bytes, one for each way in which they are exported.

Classes are colours: the logits of a pixel's class grow with its red, green or blue. Saliency and text are brightness.

    python segmenters.py ../segment

Needs onnx 1.23 and numpy.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16
LABELS = ["Background", "Upper-clothes", "Dress", "Left-arm"]
#                    red    green  blue
WEIGHTS = np.array([[0, 0, 0], [4, -4, -4], [-4, 4, -4], [-4, -4, 4]], np.float32).reshape(4, 3, 1, 1)
BIASES = np.array([0.5, 0, 0, 0], np.float32)
BRIGHTNESS = np.full((1, 3, 1, 1), 1 / 3, np.float32)


def save(folder, nodes, inputs, outputs, constants=None, files=None, name="model.onnx", kind=np.float32):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = [numpy_helper.from_array(value.astype(kind), key) for key, value in (constants or {}).items()]
    graph = helper.make_graph(
        nodes,
        folder.name,
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / name)
    for file, content in (files or {}).items():
        (folder / file).write_text(json.dumps(content, indent=1) + "\n")


def transformers(labels, side):
    return {
        "config.json": {"id2label": {str(i): label for i, label in enumerate(labels)}, "model_type": "segformer"},
        "preprocessor_config.json": {
            "do_normalize": True,
            "do_rescale": True,
            "do_resize": True,
            "image_mean": [0, 0, 0],
            "image_std": [1, 1, 1],
            "image_processor_type": "SegformerImageProcessor",
            "resample": 2,
            "size": {"height": side, "width": side},
        },
    }


def classes(folder, batch, side, planes, labels=LABELS, kind=np.float32):
    """Logits at a quarter of the size, as SegFormer gives them."""
    tensor = HALF if kind == np.float16 else FLOAT
    free = isinstance(side, str)
    quarter = ["h4", "w4"] if free else [side // 4] * 2
    save(
        folder,
        [
            helper.make_node("Conv", ["pixel_values", "weights", "biases"], ["full"]),
            helper.make_node("AveragePool", ["full"], ["logits"], kernel_shape=[4, 4], strides=[4, 4]),
        ],
        [("pixel_values", tensor, [batch, 3, *(["h", "w"] if free else [side] * 2)])],
        [("logits", tensor, [batch, planes, *quarter])],
        {"weights": WEIGHTS, "biases": BIASES},
        transformers(labels, 32),
        kind=kind,
    )


def saliency(folder, ends, sizes=(1, 32), outputs=1, name="model.onnx", port="input.1"):
    """Brightness through some nodes; further outputs stand for those of U2-Net's stages."""
    batch, side = sizes
    nodes = [helper.make_node("Conv", [port, "brightness"], ["grey"]), *ends]
    for i in range(1, outputs):
        nodes.append(helper.make_node("Neg", ["d0"], [f"d{i}"]))
    constants = {"brightness": BRIGHTNESS, "scale": np.array([8]), "zero": np.array([0]), "one": np.array([1])}
    used = {key for node in nodes for key in node.input}
    sides = ["h", "w"] if side is None else [side, side]
    save(
        folder,
        nodes,
        [(port, FLOAT, [batch, 3, *sides])],
        [(f"d{i}", FLOAT, [batch, 1, *sides]) for i in range(outputs)],
        {key: value for key, value in constants.items() if key in used},
        name=name,
    )


def main(to):
    classes(to / "classes", "batch", 32, 4)
    classes(to / "classes-half", 1, 32, 4, kind=np.float16)
    classes(to / "classes-free", "batch", "any", "planes")
    classes(to / "classes-too-few-labels", "batch", 32, 4, LABELS[:3])
    classes(to / "classes-too-few-labels-undeclared", "batch", "any", "planes", LABELS[:3])
    save(
        to / "planes",
        [
            helper.make_node("Conv", ["input", "weights", "biases"], ["full"]),
            helper.make_node("LogSoftmax", ["full"], ["output"], axis=1),
        ],
        [("input", FLOAT, [1, 3, 24, 24])],
        [("output", FLOAT, [1, 4, 24, 24])],
        {"weights": WEIGHTS, "biases": BIASES},
        name="clothes.onnx",
    )
    probability = [helper.make_node("Mul", ["grey", "scale"], ["logits"]), helper.make_node("Sigmoid", ["logits"], ["d0"])]
    saliency(to / "saliency", probability, outputs=3, name="u2netp.onnx")
    saliency(to / "saliency-logits", [helper.make_node("Mul", ["grey", "scale"], ["d0"])], ("batch", 32))
    saliency(to / "saliency-constant", [helper.make_node("Mul", ["grey", "zero"], ["no"]), helper.make_node("Add", ["no", "one"], ["d0"])])
    saliency(to / "saliency-nan", [helper.make_node("Neg", ["grey"], ["below"]), helper.make_node("Div", ["zero", "zero"], ["nan"]),
                                   helper.make_node("Add", ["below", "nan"], ["d0"])])
    saliency(to / "text", probability, ("batch", None), name="det.onnx", port="x")
    save(
        to / "channels-last",
        [helper.make_node("Identity", ["image"], ["planes"])],
        [("image", FLOAT, [1, 32, 32, 3])],
        [("planes", FLOAT, [1, 32, 32, 3])],
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
