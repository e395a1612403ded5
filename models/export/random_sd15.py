"""Stable Diffusion 1.5 for inpainting at its real size, with random weights: what `./bench real` measures.

    python random_sd15.py export TINY FOLDER       writes a model folder, as Optimum does; TINY is tiny-sd15-inpaint
    python random_sd15.py time TINY SIDE           times the pipeline of diffusers: an image for each line, of so many steps

The folder takes 4.2 GB of disk, and 9 GB of memory while it is written. Needs torch, diffusers, transformers and onnx.
"""

import pathlib
import shutil
import sys
import tempfile
import time

import numpy
import onnx
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionInpaintPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

UNET = dict(
    sample_size=64, in_channels=9, out_channels=4, block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
    cross_attention_dim=768, attention_head_dim=8,
)
VAE = dict(
    block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4, sample_size=512,
    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
)
TEXT = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)


class Graph(torch.nn.Module):
    """A part of a model as one graph with one output."""

    def __init__(self, model, call):
        super().__init__()
        self.model = model
        self.call = call

    def forward(self, *inputs):
        return self.call(self.model, *inputs)


def write(graph, inputs, names, output, axes, folder):
    """Writes a graph, with its weights beside it in one file."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parts:
        torch.onnx.export(
            graph, inputs, f"{parts}/model.onnx", dynamo=False, opset_version=17, input_names=names, output_names=[output],
            dynamic_axes=axes,
        )
        model = onnx.load(f"{parts}/model.onnx")
        onnx.save(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data")


@torch.no_grad()
def export(tiny, folder):
    folder.mkdir()
    for part in ("model_index.json", "scheduler", "tokenizer"):
        copy = shutil.copytree if (tiny / part).is_dir() else shutil.copy
        copy(tiny / part, folder / part)
    pixels, latents = {0: "batch", 2: "height", 3: "width"}, {0: "batch", 2: "h", 3: "w"}

    unet = UNet2DConditionModel(**UNET).eval()
    write(
        Graph(unet, lambda model, *inputs: model(*inputs, return_dict=False)[0]),
        (torch.randn(2, 9, 64, 64), torch.tensor(500), torch.randn(2, 77, 768)),
        ["sample", "timestep", "encoder_hidden_states"], "out_sample",
        {"sample": latents, "encoder_hidden_states": {0: "batch", 1: "tokens"}, "out_sample": latents},
        folder / "unet",
    )
    unet.save_config(folder / "unet")
    del unet

    vae = AutoencoderKL(**VAE).eval()
    write(
        Graph(vae, lambda model, image: model.encode(image, return_dict=False)[0].parameters),
        (torch.randn(1, 3, 512, 512),), ["sample"], "latent_parameters", {"sample": pixels, "latent_parameters": latents},
        folder / "vae_encoder",
    )
    write(
        Graph(vae, lambda model, sample: model.decode(sample, return_dict=False)[0]),
        (torch.randn(1, 4, 64, 64),), ["latent_sample"], "sample", {"latent_sample": latents, "sample": pixels},
        folder / "vae_decoder",
    )
    for part in ("vae_encoder", "vae_decoder"):
        vae.save_config(folder / part)

    text = CLIPTextModel(CLIPTextConfig(**TEXT)).eval()
    write(
        Graph(text, lambda model, ids: model(input_ids=ids.long(), return_dict=False)[0]),
        (torch.zeros(1, 77, dtype=torch.int32),), ["input_ids"], "last_hidden_state",
        {"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}},
        folder / "text_encoder",
    )
    text.config.save_pretrained(folder / "text_encoder")


def time_images(tiny, side):
    pipeline = StableDiffusionInpaintPipeline(
        vae=AutoencoderKL(**VAE).eval(), text_encoder=CLIPTextModel(CLIPTextConfig(**TEXT)).eval(),
        tokenizer=CLIPTokenizer.from_pretrained(tiny / "tokenizer"), unet=UNet2DConditionModel(**UNET).eval(),
        scheduler=EulerDiscreteScheduler.from_pretrained(tiny / "scheduler"), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    image = numpy.full((1, side, side, 3), 0.5, numpy.float32)
    mask = numpy.zeros((1, side, side), numpy.float32)
    mask[:, side // 4 : side // 2, side // 4 : side // 2] = 1
    print("ready", flush=True)
    for steps in map(int, sys.stdin):
        start = time.perf_counter()
        pipeline("a cat", image, mask, height=side, width=side, strength=1.0, num_inference_steps=steps, guidance_scale=7.5)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    torch.manual_seed(1)
    command, tiny, *rest = sys.argv[1:]
    if command == "export":
        export(pathlib.Path(tiny), pathlib.Path(rest[0]))
    else:
        time_images(pathlib.Path(tiny), int(rest[0]))
