"""The networks of a model bundle: ONNX Runtime sessions that look like the modules the diffusers pipelines expect."""

import json
from pathlib import Path
from types import SimpleNamespace

import onnxruntime
import torch
from diffusers import FluxFillPipeline, StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline
from diffusers.configuration_utils import FrozenDict
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from transformers import AutoTokenizer

TORCH_TYPES = {
    "tensor(float)": torch.float32,
    "tensor(float16)": torch.float16,
    "tensor(int64)": torch.int64,
    "tensor(int32)": torch.int32,
}


class Session:
    """Named tensors in, named tensors out; casts and reshapes to what the graph declares."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same sums on every machine
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs = {i.name: i for i in self.session.get_inputs()}
        self.outputs = [o.name for o in self.session.get_outputs()]

    def __call__(self, **tensors):
        feed = {}
        for name, tensor in tensors.items():
            declared = self.inputs[name]
            tensor = torch.as_tensor(tensor).to(TORCH_TYPES[declared.type])
            if len(declared.shape) < 2 and name == "timestep" and declared.shape in ([], [1]):
                tensor = tensor.reshape(declared.shape)
            feed[name] = tensor.contiguous().numpy()
        results = self.session.run(None, feed)
        return {name: torch.from_numpy(value) for name, value in zip(self.outputs, results)}


class Network(torch.nn.Module):
    dtype = torch.float32
    device = torch.device("cpu")

    def __init__(self, config):
        super().__init__()
        self._internal_dict = FrozenDict(config)

    @property
    def config(self):
        return self._internal_dict


class TextEncoder(Network):
    """CLIP, CLIP with projection and T5; an ordered, attribute-style output as transformers gives."""

    def __init__(self, folder):
        super().__init__(read_config(folder))
        self.graph = Session(folder / "model.onnx")

    def forward(self, input_ids, attention_mask=None, output_hidden_states=False):
        return TextOutput(self.graph(input_ids=input_ids))


class TextOutput:
    def __init__(self, tensors):
        self.ordered = list(tensors.values())
        hidden = sorted((n for n in tensors if n.startswith("hidden_states.")), key=lambda n: int(n.split(".")[1]))
        self.hidden_states = [tensors[n] for n in hidden]
        self.last_hidden_state = tensors.get("last_hidden_state")
        self.pooler_output = tensors.get("pooler_output")
        self.text_embeds = tensors.get("text_embeds")

    def __getitem__(self, index):
        return self.ordered[index]


class Unet(Network):
    def __init__(self, folder, config):
        super().__init__(config)
        self.graph = Session(folder / "model.onnx")
        width = config.get("projection_class_embeddings_input_dim")
        self.add_embedding = SimpleNamespace(linear_1=SimpleNamespace(in_features=width))

    def forward(self, sample, timestep, encoder_hidden_states, added_cond_kwargs=None, **_):
        out = self.graph(
            sample=sample,
            timestep=timestep,
            encoder_hidden_states=encoder_hidden_states,
            **(added_cond_kwargs or {}),
        )
        return (out["out_sample"],)


class FluxTransformer(Network):
    def __init__(self, folder):
        super().__init__(read_config(folder))
        self.graph = Session(folder / "model.onnx")

    def forward(self, joint_attention_kwargs=None, return_dict=False, **tensors):
        return (self.graph(**tensors)["out_hidden_states"],)


class Vae(Network):
    def __init__(self, encoder, decoder, config):
        super().__init__(config)
        self.encoder_graph = Session(encoder / "model.onnx")
        self.decoder_graph = Session(decoder / "model.onnx")

    def encode(self, sample):
        out = self.encoder_graph(sample=sample)
        if "latent_parameters" in out:
            return SimpleNamespace(latent_dist=DiagonalGaussianDistribution(out["latent_parameters"]))
        return SimpleNamespace(latents=out["latent_sample"])  # older layout: no posterior to draw from

    def decode(self, latents, return_dict=False, generator=None):
        return (self.decoder_graph(latent_sample=latents)["sample"],)


# What the older layout does not write down.
LEGACY_VAE = {"block_out_channels": [8, 16, 24, 24], "latent_channels": 4, "scaling_factor": 0.18215}
LEGACY_UNET = {"in_channels": 9, "sample_size": 64, "time_cond_proj_dim": None, "_diffusers_version": "0.24.0"}


def read_config(folder, default=None):
    file = Path(folder) / "config.json"
    return json.loads(file.read_text()) if file.exists() else dict(default or {})


def load_pipeline(bundle, scheduler):
    """The diffusers pipeline for the bundle folder, with its networks replaced by the bundle's graphs."""
    bundle = Path(bundle)
    index = json.loads((bundle / "model_index.json").read_text())
    vae = Vae(bundle / "vae_encoder", bundle / "vae_decoder", read_config(bundle / "vae_decoder", LEGACY_VAE))
    parts = {
        "vae": vae,
        "scheduler": scheduler,
        "text_encoder": TextEncoder(bundle / "text_encoder"),
        "tokenizer": AutoTokenizer.from_pretrained(bundle / "tokenizer"),
    }
    if (bundle / "text_encoder_2").exists():
        parts["text_encoder_2"] = TextEncoder(bundle / "text_encoder_2")
        parts["tokenizer_2"] = AutoTokenizer.from_pretrained(bundle / "tokenizer_2")
    if (bundle / "transformer").exists():
        return FluxFillPipeline(transformer=FluxTransformer(bundle / "transformer"), **parts)
    parts["unet"] = Unet(bundle / "unet", read_config(bundle / "unet", LEGACY_UNET))
    if "text_encoder_2" in parts:
        return StableDiffusionXLInpaintPipeline(
            requires_aesthetics_score=index["requires_aesthetics_score"],
            force_zeros_for_empty_prompt=index["force_zeros_for_empty_prompt"],
            add_watermarker=False,
            **parts,
        )
    return StableDiffusionInpaintPipeline(
        safety_checker=None, feature_extractor=None, requires_safety_checker=False, **parts
    )
