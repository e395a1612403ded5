"""Exports the moving averages as a model folder in the layout of Stable Diffusion 1.5 inpainting (ONNX, opset 18)."""
import argparse
import json
import os
import shutil
import typing

import diffusers
import onnx
import torch

import common
import models
import tokens
import train
import vae as autoencoder


VERSION = diffusers.__version__
SETTINGS = {
    "scheduler/scheduler_config.json": {
        "_class_name": "DDIMScheduler", "_diffusers_version": VERSION, "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "prediction_type": "v_prediction",
        "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1, "timestep_spacing": "trailing",
        "trained_betas": None},
    "model_index.json": {
        "_class_name": "StableDiffusionInpaintPipeline", "_diffusers_version": VERSION, "feature_extractor": [None, None],
        "image_encoder": [None, None], "requires_safety_checker": False, "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"]}}


class Text(torch.nn.Module):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def forward(self, input_ids):
        out = self.text(input_ids=input_ids)
        return out.last_hidden_state, out.pooler_output


def plain(config):
    return {k: v for k, v in dict(config).items() if k not in ("_use_default_values", "_name_or_path")}


class Part(typing.NamedTuple):
    """A graph of the model folder: its subfolder, the module, example inputs, names, and the sizes that vary."""
    name: str
    module: torch.nn.Module
    inputs: tuple
    takes: list
    gives: list
    axes: dict
    config: dict


def parts(tokenizer, nets, vae, scale):
    text, unet = nets["text"], nets["unet"]
    text.config._attn_implementation = "eager"
    ids = tokens.encode(tokenizer, ["a photo of a red t-shirt", ""])
    vae_config = {"_class_name": "Autoencoder", "in_channels": 3, "out_channels": 3, "latent_channels": 4,
                  "sample_size": 256, "scaling_factor": scale}
    return [
        Part("text_encoder", Text(text), (ids,), ["input_ids"], ["last_hidden_state", "pooler_output"],
             {"input_ids": {0: "batch_size", 1: "sequence_length"},
              "last_hidden_state": {0: "batch_size", 1: "sequence_length"}, "pooler_output": {0: "batch_size"}},
             {**text.config.to_dict(), "architectures": ["CLIPTextModel"]}),
        Part("unet", unet, (torch.randn(2, 9, 32, 24), torch.tensor([7.0, 8.0]), torch.randn(2, 77, models.WIDTH)),
             ["sample", "timestep", "encoder_hidden_states"], ["out_sample"],
             {"sample": {0: "batch_size", 2: "height", 3: "width"}, "timestep": {0: "batch_size"},
              "encoder_hidden_states": {0: "batch_size", 1: "sequence_length"},
              "out_sample": {0: "batch_size", 2: "height", 3: "width"}}, {**plain(unet.layers.config), "in_channels": 9}),
        Part("vae_encoder", vae.encoder, (torch.randn(2, 3, 128, 192),), ["sample"], ["latent_parameters"],
             {"sample": {0: "batch_size", 2: "sample_height", 3: "sample_width"},
              "latent_parameters": {0: "batch_size", 2: "latent_height", 3: "latent_width"}}, vae_config),
        Part("vae_decoder", vae.decoder, (torch.randn(2, 4, 16, 24),), ["latent_sample"], ["sample"],
             {"latent_sample": {0: "batch_size", 2: "latent_height", 3: "latent_width"},
              "sample": {0: "batch_size", 2: "sample_height", 3: "sample_width"}}, vae_config)]


def write(to, part):
    folder = os.path.join(to, part.name)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    with torch.no_grad():
        torch.onnx.export(part.module.eval(), part.inputs, path, input_names=part.takes, output_names=part.gives,
                          dynamic_axes=part.axes, opset_version=18, dynamo=False)
    model = onnx.load(path)
    model.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, path)
    with open(os.path.join(folder, "config.json"), "w") as f:
        f.write(json.dumps(part.config, indent=2, sort_keys=True) + "\n")
    print(f"{path} {os.path.getsize(path)}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", required=True)
    p.add_argument("--to", required=True, help="the model folder to write")
    a = p.parse_args()
    common.DEVICE = torch.device("cpu")
    vae, (tokenizer, nets) = autoencoder.load(a.work), train.networks(a.work)
    state = common.read(os.path.join(a.work, "unet.pt"))
    nets.load_state_dict(state["average"]["values"])
    for part in parts(tokenizer, nets, vae, state["scale"]):
        write(a.to, part)
    shutil.copytree(os.path.join(a.work, "tokenizer"), os.path.join(a.to, "tokenizer"), dirs_exist_ok=True)
    os.makedirs(os.path.join(a.to, "scheduler"), exist_ok=True)
    for name, value in SETTINGS.items():
        with open(os.path.join(a.to, name), "w") as f:
            f.write(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    main()
