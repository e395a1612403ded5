"""Exports CatVTON as a model folder (ONNX, opset 18): catvton.py --weights FILE --to FOLDER

The published weights are those of the self-attention alone; the rest is the inpainting model that they were trained from.
FILE is its attention/model.safetensors. The UNet has no input for text: where its cross-attention was, the hidden states
pass unchanged.
"""

import argparse
import json
import tempfile
from pathlib import Path

import diffusers
import onnx
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file

BATCH, HEIGHT, WIDTH = "batch_size", "height", "width"


class Unchanged(torch.nn.Module):
    """A processor of attention that gives its input."""

    def forward(self, attention, hidden_states, *_, **__):
        return hidden_states


class Unet(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep):
        return self.unet(sample, timestep, encoder_hidden_states=None, return_dict=False)[0]


class Encoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.quant_conv(self.vae.encoder(sample))


class Decoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample):
        return self.vae.decoder(self.vae.post_quant_conv(latent_sample))


def self_attention(unet):
    """The modules of self-attention as the weights number them: each with all that it contains, then its processor."""
    modules = []
    for name, module in unet.named_modules():
        if name.endswith("attn1"):
            modules += [*module.modules(), Unchanged()]
    return torch.nn.ModuleList(modules)


def without_text(unet):
    for name, module in unet.named_modules():
        if name.endswith("attn2"):
            module.set_processor(Unchanged())
    return unet


def load_attention(unet, file):
    """Loads the weights; each tensor may have any of its names, and all must be there."""
    modules = self_attention(unet)
    tensors = load_file(file)
    names = {name: id(tensor) for name, tensor in modules.named_parameters(remove_duplicate=False)}
    unknown = sorted(set(tensors) - set(names))
    missing = set(names.values()) - {names[name] for name in tensors if name in names}
    if unknown or missing:
        raise SystemExit(f"{file}: {len(missing)} of {len(set(names.values()))} tensors missing, unknown: {unknown[:3]}")
    modules.load_state_dict(tensors, strict=False)


def write(folder, module, inputs, outputs, axes, config):
    """inputs: example tensors by name."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder) as parts:
        traced = Path(parts) / "model.onnx"  # above 2 GB with one file for each tensor
        with torch.no_grad():
            torch.onnx.export(
                module.eval(), tuple(inputs.values()), str(traced), input_names=list(inputs), output_names=outputs,
                dynamic_axes=axes, opset_version=18, dynamo=False,
            )  # fmt: skip
        model = onnx.load(traced)
    large = sum(weight.numel() * weight.element_size() for weight in module.parameters()) > 1 << 30
    onnx.save(model, folder / "model.onnx", save_as_external_data=large, location="model.onnx_data")
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)  # onnx keeps the file of the weights from others
    print(f"{folder}: {sum(file.stat().st_size for file in folder.iterdir()) / 1e9:.2f} GB", flush=True)


def plain(config):
    return {key: value for key, value in dict(config).items() if not key.startswith("_") or key == "_class_name"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="such as CatVTON/mix-48k-1024/attention/model.safetensors")
    parser.add_argument("--to", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--base", default="stable-diffusion-v1-5/stable-diffusion-inpainting", help="name or folder")
    parser.add_argument("--vae", default="stabilityai/sd-vae-ft-mse", help="name or folder")
    parser.add_argument("--dtype", choices=["float32", "float16"], default="float32", help="float16: with --device cuda")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    args = parser.parse_args()
    place = {"device": args.device, "dtype": getattr(torch, args.dtype)}
    args.to.mkdir(parents=True)

    unet = UNet2DConditionModel.from_pretrained(args.base, subfolder="unet")
    load_attention(unet, args.weights)
    unet = without_text(unet).to(**place)
    config = {**plain(unet.config), "_class_name": "UNet2DConditionModel"}
    write(
        args.to / "unet", Unet(unet), {"sample": torch.randn(2, 9, 32, 16, **place), "timestep": torch.tensor(1.0, **place)},
        ["out_sample"], {name: {0: BATCH, 2: HEIGHT, 3: WIDTH} for name in ["sample", "out_sample"]}, config,
    )  # fmt: skip
    del unet

    vae = AutoencoderKL.from_pretrained(args.vae).to(**place)
    config = {**plain(vae.config), "_class_name": "AutoencoderKL"}
    for name, module, shape, source, result in [
        ("vae_encoder", Encoder(vae), (1, 3, 64, 64), "sample", "latent_parameters"),
        ("vae_decoder", Decoder(vae), (1, 4, 8, 8), "latent_sample", "sample"),
    ]:
        axes = {axis: {0: BATCH, 2: f"{axis}_{HEIGHT}", 3: f"{axis}_{WIDTH}"} for axis in [source, result]}
        write(args.to / name, module, {source: torch.randn(*shape, **place)}, [result], axes, config)

    DDIMScheduler.from_pretrained(args.base, subfolder="scheduler").save_pretrained(args.to / "scheduler")
    parts = {"unet": "Unet", "vae_encoder": "VaeEncoder", "vae_decoder": "VaeDecoder"}
    index = {"_class_name": "CatVTONPipeline", "_diffusers_version": diffusers.__version__}
    index |= {"scheduler": ["diffusers", "DDIMScheduler"]}
    index |= {name: ["optimum.onnxruntime.modeling_diffusion", f"ORT{kind}"] for name, kind in parts.items()}
    (args.to / "model_index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
