"""Writes tiny-clip: a model of the form of CLIP without training, which scores how well an image fits its prompt.

The embedding of an image is its mean colour, and that of a text the sum over its words: red, green and blue point along
the axes, other letters along the diagonal.

    python generate_clip.py tiny-clip

Needs onnx 1.23 and numpy 2.
"""

import json
import pathlib
import string
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

WORDS = ["red", "green", "blue"]
START, END = "<|startoftext|>", "<|endoftext|>"
SIDE = 8
LENGTH = 12
MEAN, STD = 0.5, 0.125  # embeddings of images from -4 to 4


def tokenizer():
    """The vocabulary of single letters and of the words, and the merges that make the words."""
    tokens = list(string.ascii_lowercase) + [letter + "</w>" for letter in string.ascii_lowercase]
    merges = []
    for word in WORDS:
        pieces = list(word[:-1]) + [word[-1] + "</w>"]
        while len(pieces) > 1:
            merges.append(f"{pieces[0]} {pieces[1]}")
            pieces[:2] = [pieces[0] + pieces[1]]
            tokens.append(pieces[0])
    tokens += [START, END]
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}, merges


def table(vocabulary):
    """The embedding of each token, (tokens, 3)."""
    rows = numpy.ones((len(vocabulary), 3), numpy.float32)
    rows[[vocabulary[START], vocabulary[END]]] = 0
    for axis, word in enumerate(WORDS):
        rows[vocabulary[word + "</w>"]] = numpy.eye(3, dtype=numpy.float32)[axis]
    return rows


def graph(vocabulary):
    """Images (batch, 3, 8, 8) and token ids (batch, length) to embeddings (batch, 3)."""
    value = helper.make_tensor_value_info
    return helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["pixel_values"], ["means"]),
            helper.make_node("Flatten", ["means"], ["image_embeds"]),
            helper.make_node("Gather", ["table", "input_ids"], ["words"]),
            helper.make_node("Cast", ["attention_mask"], ["read"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["read", "last"], ["weights"]),
            helper.make_node("Mul", ["words", "weights"], ["weighted"]),
            helper.make_node("ReduceSum", ["weighted", "middle"], ["text_embeds"], keepdims=0),
        ],
        "tiny-clip",
        [
            value("input_ids", TensorProto.INT64, ["batch", "length"]),
            value("pixel_values", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE]),
            value("attention_mask", TensorProto.INT64, ["batch", "length"]),
        ],
        [
            value("text_embeds", TensorProto.FLOAT, ["batch", 3]),
            value("image_embeds", TensorProto.FLOAT, ["batch", 3]),
        ],
        [
            numpy_helper.from_array(table(vocabulary), "table"),
            numpy_helper.from_array(numpy.array([2], numpy.int64), "last"),
            numpy_helper.from_array(numpy.array([1], numpy.int64), "middle"),
        ],
    )


def main(folder):
    folder.mkdir(parents=True)
    vocabulary, merges = tokenizer()
    model = helper.make_model(graph(vocabulary), opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "model.onnx")
    preparation = {
        "do_center_crop": False,
        "do_resize": True,
        "image_mean": [MEAN] * 3,
        "image_processor_type": "CLIPImageProcessor",
        "image_std": [STD] * 3,
        "resample": 2,
        "size": {"height": SIDE, "width": SIDE},
    }
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    for name, content in (
        ("preprocessor_config.json", preparation),
        ("vocab.json", vocabulary),
        ("tokenizer_config.json", {"model_max_length": LENGTH, **special}),
    ):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
