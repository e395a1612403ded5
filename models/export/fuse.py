"""Makes a faster model folder: fuse.py --model FOLDER --to FOLDER

FOLDER is an export in float32. For a GPU, the UNet or transformer and the autoencoder are fused first: attention, GroupNorm,
SkipGroupNorm, SkipLayerNorm, BiasSplitGelu and NHWC convolutions become one operator each, which only CUDA has. Then they
are converted to float16. What the sine and cosine of the timestep are computed from stays in float32: in float16, times
near 1000 are 0.5 apart. Everything else is copied.

With --device cpu, attention, layer norm and Gelu are fused, for which the CPU has operators, and the numbers stay in
float32. Attention becomes MultiHeadAttention, which computes the scores block by block on the CPU instead of keeping all of
them, and the two halves of a gated layer become two products instead of one that is cut in two. A convolution after an
upsampling becomes four smaller ones before it.

--keep names components that stay as they are, such as SDXL's autoencoder, which overflows in float16.

Run `./spackle models prepare` on the result. It generates other images than the export, by the rounding of float16: its
digest, and so its rows' keys, are its own.
"""

import argparse
import shutil
from pathlib import Path

import numpy
from onnx import helper, numpy_helper
from onnxruntime.transformers import float16
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model

KINDS = {"unet": "unet", "transformer": "mmdit", "vae_encoder": "vae", "vae_decoder": "vae"}


def options(kind, device):
    fusions = FusionOptions(kind)
    if device == "cpu":
        fusions.enable_group_norm = fusions.enable_skip_group_norm = False
        fusions.enable_bias_splitgelu = fusions.enable_bias_add = fusions.enable_nhwc_conv = False
        fusions.enable_packed_kv = fusions.enable_packed_qkv = False
    return fusions


def timestep_nodes(graph):
    """The names of the nodes that a sine or cosine depends on, itself included."""
    producers = {output: node for node in graph.node for output in node.output}
    waiting = [node for node in graph.node if node.op_type in ("Sin", "Cos")]
    found = {}
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found[node.name] = node
            waiting += [producers[value] for value in node.input if value in producers]
    return list(found)


def add(model, operator, inputs, output, **attributes):
    """Adds a node with the name of its output; the output."""
    model.add_node(helper.make_node(operator, inputs, [output], output, **attributes))
    return output


def add_constant(model, values, name):
    model.add_initializer(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
    return name


def products(model, node, inputs, weight, bias, count):
    """Adds a product, and a sum if there is a bias, for each of so many equal parts of a weight's columns; their outputs."""
    columns = numpy.split(numpy_helper.to_array(model.get_initializer(weight)), count, axis=1)
    shifts = numpy.split(numpy_helper.to_array(model.get_initializer(bias)), count) if bias else []
    outputs = []
    for i, part in enumerate(columns):
        name = f"{node.name}_part_{i}"
        output = add(model, "MatMul", [inputs, add_constant(model, part, f"{name}_weight")], f"{name}_product")
        if bias:
            output = add(model, "Add", [output, add_constant(model, shifts[i], f"{name}_bias")], f"{name}_sum")
        outputs.append(output)
    return outputs


def unpack_attention(model):
    """Attention with its projections becomes three products and MultiHeadAttention."""
    for node in model.get_nodes_by_op_type("Attention"):
        if len(node.input) > 3:
            continue  # it has a mask or a past
        inputs, weight, bias = node.input
        projected = products(model, node, inputs, weight, None, 3)
        attention = helper.make_node(
            "MultiHeadAttention", [*projected, bias], node.output, f"{node.name}_heads", domain="com.microsoft"
        )
        attention.attribute.extend(value for value in node.attribute if value.name in ("num_heads", "scale"))
        model.remove_node(node)
        model.add_node(attention)


def start(model, piece):
    """Where a Slice starts; infinity if the graph computes it, as it does for the second half."""
    value = model.get_constant_value(piece.input[1])
    return numpy.inf if value is None else numpy.ravel(value)[0]


def gate(model, gelu, users, producers):
    """A product, its bias and its halves, the first half first, of which Gelu takes one; None if Gelu takes another input."""
    half = producers.get(gelu.input[0])
    if half is None or half.op_type != "Slice":
        return None
    halves = [user for user in users[half.input[0]] if user.op_type == "Slice"]
    halves.sort(key=lambda piece: start(model, piece))
    both = producers.get(half.input[0])
    if both is None or both.op_type != "Add" or len(halves) != 2:
        return None
    bias, product = sorted(both.input, key=lambda value: value in producers)
    product = producers.get(product)
    if product is None or product.op_type != "MatMul" or None in map(model.get_initializer, (bias, product.input[1])):
        return None
    return product, bias, halves


def split_gates(model):
    """One product, of which one half is multiplied by the Gelu of the other, becomes two."""
    users = model.input_name_to_nodes()
    producers = model.output_name_to_node()
    for gelu in model.get_nodes_by_op_type("Gelu"):
        found = gate(model, gelu, users, producers)
        if found:
            product, bias, halves = found
            for half, part in zip(halves, products(model, product, *product.input, bias, 2)):
                model.replace_input_of_all_nodes(half.output[0], part)
    model.prune_graph()


def attributes(node):
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def doubles(model, resize):
    """Whether it repeats each pixel in a row and in a column."""
    scales = model.get_constant_value(resize.input[2]) if len(resize.input) == 3 else None
    nearest = {"mode": b"nearest", "coordinate_transformation_mode": b"asymmetric", "nearest_mode": b"floor"}
    return scales is not None and list(scales) == [1, 1, 2, 2] and nearest.items() <= attributes(resize).items()


def keeps_size(model, node):
    """Whether it is a convolution of 3x3 with constant weights and a border of one."""
    plain = {"dilations": [1, 1], "group": 1, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1]}
    return node.op_type == "Conv" and model.get_initializer(node.input[1]) is not None and attributes(node) == plain


# Which rows of a 3x3 kernel meet the same row of the image before it is doubled. For an even row, the first meets the row
# before and the others its own; for an odd row, the last meets the row after. The same holds for columns.
HALVED = numpy.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], numpy.float32)


def phase(model, convolution, image, row, column):
    """Adds what computes the even (0) or odd (1) rows and columns from the image before it is doubled; its output."""
    name = f"{convolution.output[0]}_{row}{column}"
    kernel = numpy_helper.to_array(model.get_initializer(convolution.input[1]))
    halved = numpy.einsum("ar,oirc,bc->oiab", HALVED[row], kernel, HALVED[column])
    inputs = [image, add_constant(model, halved, f"{name}_weight"), *convolution.input[2:]]
    pads = [1 - row, 1 - column, row, column]
    return add(model, "Conv", inputs, f"{name}_pixels", kernel_shape=[2, 2], pads=pads)


def reshape(model, value, shape, output):
    return add(model, "Reshape", [value, add_constant(model, shape, f"{output}_shape")], output)


def interleave(model, phases, channels, output):
    """Joins four phases, (batch, channels, height, width) each: first the columns of a row, then the rows."""
    rows = []
    for row, halves in enumerate(phases):
        columns = [reshape(model, half, [0, -1, 1, 0, 1], f"{half}_apart") for half in halves]
        pairs = add(model, "Concat", columns, f"{output}_pairs_{row}", axis=4)
        rows.append(reshape(model, pairs, [0, 0, 1, -1], f"{output}_row_{row}"))
    joined = add(model, "Concat", rows, f"{output}_rows", axis=2)
    return reshape(model, joined, [0, channels, -1, 0], f"{output}_joined")


def split_upsampling(model):
    """A convolution of an image whose pixels were doubled becomes four of the image itself, one for each of the new pixels.

    Where a 3x3 kernel meets a pixel twice, its weights are added. So 2x2 of them remain: 4/9 of the products (A. Aitken et
    al., Checkerboard artifact free sub-pixel convolution, 2017). For the CPU alone: cuDNN has no uneven borders.
    """
    users = model.input_name_to_nodes()
    for resize in model.get_nodes_by_op_type("Resize"):
        following = users.get(resize.output[0], [])
        if doubles(model, resize) and len(following) == 1 and keeps_size(model, following[0]):
            convolution, image = following[0], resize.input[0]
            phases = [[phase(model, convolution, image, row, column) for column in (0, 1)] for row in (0, 1)]
            channels = model.get_initializer(convolution.input[1]).dims[0]
            joined = interleave(model, phases, channels, convolution.output[0])
            model.replace_input_of_all_nodes(convolution.output[0], joined)
    model.prune_graph()


def optimized(graph, kind, device):
    model = optimize_model(
        str(graph), model_type=kind, num_heads=0, hidden_size=0, opt_level=0,
        optimization_options=options(kind, device), use_gpu=device == "cuda",
    )  # fmt: skip
    if device == "cpu":
        unpack_attention(model)
        split_gates(model)
        split_upsampling(model)
        model.topological_sort()
    return model


def fuse(source, target, kind, device):
    model = optimized(source, kind, device)
    if device == "cuda":
        for i, node in enumerate(model.model.graph.node):
            node.name = node.name or f"node_{i}"
        model.convert_float_to_float16(
            keep_io_types=True,
            op_block_list=float16.DEFAULT_OP_BLOCK_LIST,
            node_block_list=timestep_nodes(model.model.graph),
        )
    model.save_model_to_file(str(target), use_external_data_format=True)
    counts = {name: count for name, count in model.get_fused_operator_statistics().items() if count}
    print(f"{target.parent.name}: {counts}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--keep", nargs="*", default=[])
    args = parser.parse_args()
    fused = {name: kind for name, kind in KINDS.items() if (args.model / name / "model.onnx").exists() and name not in args.keep}

    def skipped(folder, names):
        graph_files = {"model.onnx", "model.onnx_data", "model.onnx.data"}
        return graph_files & set(names) if Path(folder).name in fused else set()

    shutil.copytree(args.model, args.to, ignore=skipped)
    for name, kind in fused.items():
        fuse(args.model / name / "model.onnx", args.to / name / "model.onnx", kind, args.device)


if __name__ == "__main__":
    main()
