"""Runs one case through its diffusers pipeline and records what happens on the way."""

import functools
import inspect
import json
import sys
from collections import Counter
from pathlib import Path

import diffusers
import numpy
import onnxruntime
import PIL
import tokenizers
import torch
import transformers
from diffusers.models.autoencoders import vae as vae_module
from PIL import Image

import context
import emphasis
from networks import load_pipeline

VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "diffusers": diffusers.__version__,
    "transformers": transformers.__version__,
    "tokenizers": tokenizers.__version__,
    "onnxruntime": onnxruntime.__version__,
    "numpy": numpy.__version__,
    "pillow": PIL.__version__,
    "python": ".".join(str(n) for n in sys.version_info[:3]),
}


def load_scheduler(bundle, name=None, overrides=None):
    config = json.loads((bundle / "scheduler" / "scheduler_config.json").read_text())
    return getattr(diffusers, name or config["_class_name"]).from_config(config, **(overrides or {}))


class Draws:
    """Notes every use of diffusers' randn_tensor, by the module that draws."""

    def __init__(self, pipe):
        self.drawn = []
        self.tensors = []
        self.places = [
            (sys.modules[type(pipe).__module__], type(pipe).__module__.split(".")[-1]),
            (sys.modules[type(pipe.scheduler).__module__], type(pipe.scheduler).__module__.split(".")[-1]),
            (vae_module, "vae posterior"),
        ]

    def __enter__(self):
        self.saved = [(m, m.randn_tensor) for m, _ in self.places if hasattr(m, "randn_tensor")]
        for module, by in self.places:
            if hasattr(module, "randn_tensor"):
                module.randn_tensor = self.noting(module.randn_tensor, by)
        return self

    def __exit__(self, *_):
        for module, original in self.saved:
            module.randn_tensor = original

    def noting(self, original, by):
        def draw(shape, generator=None, **more):
            out = original(shape, generator=generator, **more)
            self.drawn.append(
                {
                    "by": by,
                    "shape": list(out.shape),
                    "generators": len(generator) if isinstance(generator, list) else 1,
                    "head": out.flatten()[:4].tolist(),
                }
            )
            self.tensors.append((by, out))
            return out

        return draw


def spy(owner, name, after):
    """Wraps owner.name so that after(result, args, kwargs) sees each call."""
    original = getattr(owner, name)

    @functools.wraps(original)  # pipelines look at the signature of scheduler.step
    def wrapper(*args, **kwargs):
        result = original(*args, **kwargs)
        after(result, args, kwargs)
        return result

    object.__setattr__(owner, name, wrapper)


def guide_between(pipe, network, start, end):
    """Guides in an interval of the calls, as diffusers' guiders count them. A call outside predicts with the prompt alone,
    which both rows then are: guidance between equal predictions changes nothing."""
    original, calls = network.forward, Counter()

    def forward(sample, timestep, encoder_hidden_states, added_cond_kwargs=None, **more):
        call, count = calls["network"], pipe.num_timesteps
        calls["network"] += 1
        if int(start * count) <= call < int(end * count):
            return original(sample, timestep, encoder_hidden_states, added_cond_kwargs=added_cond_kwargs, **more)
        half = sample.shape[0] // 2
        added = {name: tensor[half:] for name, tensor in (added_cond_kwargs or {}).items()}
        prompt = original(sample[half:], timestep, encoder_hidden_states[half:], added_cond_kwargs=added, **more)[0]
        return (torch.cat([prompt, prompt]),)

    object.__setattr__(network, "forward", forward)


def as_list(value):
    return value if isinstance(value, list) else [value]


def run_case(spec, bundles, photos):
    """Returns (images, tensors, facts) for the case spec."""
    torch.set_num_threads(1)
    bundle = Path(bundles) / spec["bundle"]
    scheduler = load_scheduler(bundle, spec.get("scheduler"), spec.get("scheduler_overrides"))
    pipe = load_pipeline(bundle, scheduler)
    pipe.set_progress_bar_config(disable=True)
    network = getattr(pipe, "unet", None) or pipe.transformer
    flux = hasattr(pipe, "transformer")
    if "guidance_interval" in spec:
        guide_between(pipe, network, *spec["guidance_interval"])
    tensors, facts, steps, calls = {}, {}, [], Counter()

    def keep(name, tensor):
        tensors[name] = tensor.detach().to(torch.float32).cpu().numpy().copy()

    def first(name, tensor):
        if name not in tensors:
            keep(name, tensor)

    images = len(as_list(spec["call"]["prompt"])) * spec["call"].get("num_images_per_prompt", 1)

    def after_encode_prompt(result, *_):
        if flux:
            names = ["prompt_embeds", "pooled_prompt_embeds"]
        else:
            names = ["prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds"]
        for name, tensor in zip(names, result):
            if tensor is not None:
                keep(name, tensor)

    def after_prepare_latents(result, args, kwargs):
        if kwargs.get("return_image_latents"):
            keep("image_latents", result[-1])

    def after_mask_latents(result, *_):
        for name, tensor in zip(["mask_latents", "masked_image_latents"], result):
            keep(name, tensor[:images])

    def after_encoder(result, *_):
        keep(f"vae_parameters_{calls['encode']}", next(iter(result.values())))
        calls["encode"] += 1

    def after_network(result, args, kwargs):
        calls["network"] += 1
        first("first_model_input", kwargs["hidden_states"] if flux else args[0])
        first("first_model_output", result[0])

    def after_step(result, args, kwargs):
        first("init_latents_packed" if flux else "init_latents", args[2])

    def after_region(result, *_):
        facts["crop_region"] = [int(v) for v in result]

    def after_timesteps(result, *_):
        keep("all_timesteps", scheduler.timesteps)
        keep("timesteps", result[0])
        if hasattr(scheduler, "sigmas"):
            keep("sigmas", torch.as_tensor(scheduler.sigmas))

    spy(pipe, "encode_prompt", after_encode_prompt)
    spy(pipe, "prepare_latents", after_prepare_latents)
    spy(pipe, "prepare_mask_latents", after_mask_latents)
    spy(pipe, "get_timesteps", after_timesteps)
    spy(pipe.vae, "encoder_graph", after_encoder)
    spy(pipe.mask_processor, "get_crop_region", after_region)
    spy(network, "forward", after_network)
    spy(scheduler, "step", after_step)

    def on_step_end(_, index, timestep, values):
        steps.append(values["latents"].detach().numpy().copy())
        return {}

    def open_images(names):
        opened = [Image.open(Path(photos) / n) for n in as_list(names)]
        return opened if isinstance(names, list) else opened[0]

    inputs = {"image": open_images(spec["image"]), "mask_image": open_images(spec["mask"])}
    seeds = [torch.Generator("cpu").manual_seed(s) for s in as_list(spec["seed"])]
    call = emphasis.arguments(pipe, spec) if spec.get("syntax") == "a1111" else spec["call"]
    reference = spec.get("reference")
    if reference:
        inputs, call = context.joined(reference, inputs, open_images(spec["reference_image"]), call)
    with Draws(pipe) as draws, torch.no_grad():
        results = pipe(
            generator=seeds if isinstance(spec["seed"], list) else seeds[0],
            callback_on_step_end=on_step_end,
            callback_on_step_end_tensor_inputs=["latents"],
            **inputs,
            **call,
        ).images
    if reference:
        results = [context.cut(reference, result, spec["call"]) for result in results]

    pipeline_name = type(pipe).__module__.split(".")[-1]
    keep("noise", next(t for by, t in draws.tensors if by == pipeline_name))
    tensors["latents_after_step"] = numpy.stack(steps)

    def ids(tokenizer, text, length):
        return tokenizer(text, padding="max_length", truncation=True, max_length=length).input_ids

    call = call if reference else spec["call"]
    facts["input_ids"] = ids(pipe.tokenizer, call["prompt"], 77)
    if hasattr(pipe, "tokenizer_2"):
        facts["input_ids_2"] = ids(pipe.tokenizer_2, call["prompt"], call.get("max_sequence_length", 77))
    if call.get("negative_prompt") is not None:
        facts["negative_input_ids"] = ids(pipe.tokenizer, call["negative_prompt"], 77)

    known = set(inspect.signature(type(scheduler).__init__).parameters)
    facts |= {
        "num_model_calls": calls["network"],
        "init_noise_sigma": float(getattr(scheduler, "init_noise_sigma", 1.0)),
        "order": scheduler.order,
        "scheduler_class": type(scheduler).__name__,
        "scheduler_config": {k: v for k, v in scheduler.config.items() if k in known},
        "scheduler_bundle_config": "scheduler/scheduler_config.json",
        "pipeline_class": type(pipe).__name__,
        "random_draws": draws.drawn,
        "images": len(results),
        "image_size": list(results[0].size),
    }
    return results, tensors, facts
