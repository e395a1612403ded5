"""Writes the cases: cases.py BUNDLES PHOTOS FOLDER [PREFIX ...]"""

import argparse
import json
import re
import shutil
from pathlib import Path

import numpy

from runner import VERSIONS, run_case

CASES = []
SMALL = {"width": 128, "height": 128, "num_inference_steps": 5}
# Kept for scheduler cases, where everything else repeats sd15-*.
FEW = {"timesteps", "latents_after_step"}
# Never kept: large, or plain to see from the rest.
NEVER = {"first_model_input"}


def case(name, bundle, scene, seed, prompt, scheduler=None, overrides=None, note=None, posterior=None, syntax=None, reference=None, interval=None, **call):
    scenes = scene if isinstance(scene, list) else [scene]
    images, masks = [f"{s}.png" for s in scenes], [f"{s}_mask.png" for s in scenes]
    spec = {
        "name": name,
        "bundle": bundle,
        "image": images if isinstance(scene, list) else images[0],
        "mask": masks if isinstance(scene, list) else masks[0],
        "seed": seed,
        "call": {"prompt": prompt} | SMALL | call,
        "scheduler": scheduler,
        "scheduler_overrides": overrides,
        "note": note,
        "posterior": posterior,
        "syntax": syntax,
        "guidance_interval": interval,
        "reference_image": reference and f"{reference[0]}.png",
        "reference": reference and {"layout": reference[1], "prompt": reference[2]},
    }
    CASES.append({k: v for k, v in spec.items() if v is not None})


def sd15(name, *args, **more):
    case(f"sd15-{name}", "tiny-sd15-inpaint", *args, **more)


sd15("default", "meadow", 42, "a red cat sitting on the grass", note="strength 1.0, guidance 7.5, the bundle's own DDIM")
sd15("negative", "bottle", 45, "a golden lion on the table", negative_prompt="blurry, ugly, deformed")
sd15("no-cfg", "facade", 44, "a wall of red stone", guidance_scale=1.0)
sd15("strength-0.6", "lamp", 43, "a wooden box", strength=0.6)
sd15("non-square", "meadow", 47, "a white dog in the park", width=192)
sd15("portrait", "lamp", 48, "a blue vase of flowers", height=256, strength=0.8)
sd15("crop-32", "lamp", 49, "a green bird", padding_mask_crop=32, note="out.png has the scene's size: pasted back")
sd15("crop-8-wide", "meadow", 50, "a yellow robot", padding_mask_crop=8, width=192, strength=0.75)
sd15("empty-prompt", "bottle", 45, "")
sd15("long-prompt", "meadow", 46, "a detailed photo of a city by the river at night, " * 12, note="truncated at 77 tokens")
sd15("seed-big", "bottle", 1099511640121, "a marble statue", note="seed above 2^32")
sd15(
    "batch-2-photos",
    ["meadow", "lamp"],
    [51, 52],
    ["a red cat sitting on the grass", "a black dog, oil painting"],
    note="two scenes: each image draws all its noise from its own generator",
)
sd15("batch-2-photos-single-a", "meadow", 51, "a red cat sitting on the grass", note="image 0 of sd15-batch-2-photos alone")
sd15("batch-2-photos-single-b", "lamp", 52, "a black dog, oil painting", note="image 1 of sd15-batch-2-photos alone")
sd15(
    "two-per-prompt",
    "meadow",
    [61, 62],
    "a red cat",
    num_images_per_prompt=2,
    note="one scene, two generators: the posterior of the masked image comes from the first generator only",
)
sd15("two-per-prompt-single-a", "meadow", 61, "a red cat", note="image 0 of sd15-two-per-prompt on its own")
sd15("two-per-prompt-single-b", "meadow", 62, "a red cat", note="seed 62 on its own: NOT image 1 of sd15-two-per-prompt")

KARRAS = {"use_karras_sigmas": True}
SCHEDULERS = [
    ("ddim", "DDIM", None),
    ("ddim-v", "DDIM", {"prediction_type": "v_prediction"}),
    ("ddpm", "DDPM", None),
    ("pndm", "PNDM", None),
    ("lms", "LMSDiscrete", None),
    ("euler", "EulerDiscrete", None),
    ("euler-trailing", "EulerDiscrete", {"timestep_spacing": "trailing"}),
    ("euler-karras", "EulerDiscrete", KARRAS),
    ("euler-a", "EulerAncestralDiscrete", None),
    ("heun", "HeunDiscrete", None),
    ("kdpm2", "KDPM2Discrete", None),
    ("kdpm2-a", "KDPM2AncestralDiscrete", None),
    ("dpmpp-2m", "DPMSolverMultistep", None),
    ("dpmpp-2m-karras", "DPMSolverMultistep", KARRAS),
    ("dpmpp-2m-sde", "DPMSolverMultistep", {"algorithm_type": "sde-dpmsolver++"}),
    ("dpmpp-singlestep", "DPMSolverSinglestep", None),
    ("unipc", "UniPCMultistep", None),
    ("deis", "DEISMultistep", None),
    ("lcm", "LCM", None),
]  # fmt: skip
for suffix, algorithm, changes in SCHEDULERS:
    sd15(
        f"scheduler-{suffix}", "meadow", 77, "a red cat sitting on the grass",
        scheduler=f"{algorithm}Scheduler", overrides=changes, num_inference_steps=6,
    )  # fmt: skip
for suffix, algorithm in [("dpmpp-2m", "DPMSolverMultistep"), ("heun", "HeunDiscrete"), ("pndm", "PNDM"), ("lcm", "LCM")]:
    sd15(
        f"scheduler-{suffix}-strength", "lamp", 78, "a yellow boat on the river",
        scheduler=f"{algorithm}Scheduler", num_inference_steps=6, strength=0.7,
    )  # fmt: skip


def blended(name, *args, **more):
    case(f"sd15-4ch-{name}", "tiny-sd15", *args, **more)


blended("default", "meadow", 81, "a red cat sitting on the grass", strength=1.0)
blended("strength-0.75", "lamp", 82, "a green robot", strength=0.75)
blended("pndm", "bottle", 84, "a tiger in the snow", scheduler="PNDMScheduler", strength=1.0)
blended("no-cfg", "facade", 86, "a knight with a sword", guidance_scale=1.0, strength=0.5)

LEGACY = "vae_encoder returns latent_sample = the posterior mean: no posterior draw is taken from the generator"


def legacy(name, *args, **more):
    case(f"legacy-{name}", "tiny-sd15-inpaint-legacy", *args, note=LEGACY, posterior="mean", **more)


legacy("default", "meadow", 301, "a red cat sitting on the grass")
legacy("strength-0.6", "lamp", 302, "a wooden box", strength=0.6)
legacy("scheduler-euler-a", "meadow", 301, "a red cat sitting on the grass", scheduler="EulerAncestralDiscreteScheduler")


def sdxl(name, *args, **more):
    case(f"sdxl-{name}", "tiny-sdxl-inpaint", *args, **more)


sdxl("default", "meadow", 101, "a red cat sitting on the grass", note="strength 0.9999: 5 steps become 4")
sdxl("strength-1", "meadow", 101, "a red cat sitting on the grass", strength=1.0)
sdxl("strength-0.5", "lamp", 102, "a castle on a mountain", strength=0.5, num_inference_steps=8)
sdxl("negative", "bottle", 103, "a striped vase", negative_prompt="blurry, low quality!")
sdxl("negative-empty", "bottle", 103, "a striped vase", negative_prompt="", note='negative prompt "": encoded')
sdxl("negative-none", "bottle", 103, "a striped vase", note="negative prompt absent: zero embeddings")
sdxl("no-cfg", "facade", 104, "a glass tower at night", guidance_scale=1.0)
sdxl("non-square", "meadow", 105, "a glass tower at night", width=192)
sdxl("crop-32", "lamp", 106, "a blue bird", padding_mask_crop=32, strength=0.9)
sdxl("exclamation", "facade", 112, "Wow! a neon city!!", note="tokenizer_2 pads with '!' (id 0)")


def flux(name, *args, **more):
    case(f"flux-{name}", "tiny-flux-fill", *args, **({"guidance_scale": 30.0, "max_sequence_length": 64} | more))


flux("default", "meadow", 201, "a red cat sitting on the grass", note="max_sequence_length 64 in all flux cases")
flux("strength-0.75", "lamp", 202, "a castle on a mountain", strength=0.75, num_inference_steps=6)
flux("guidance-3.5", "meadow", 201, "a red cat sitting on the grass", guidance_scale=3.5)
flux("non-square", "facade", 203, "a woman in a striped dress", width=192)
flux("odd-size", "bottle", 204, "a robot", width=152, height=136, note="not multiples of 16: floored to 144 x 128")


WEIGHTED = "prompts as AUTOMATIC1111's WebUI reads them: embeddings by emphasis.py"
# What the hosted API fills in where a request has none.
API_NEGATIVE = (
    "((out of frame)), ((extra fingers)), mutated hands, ((poorly drawn hands)), ((poorly drawn face)), "
    "(((mutation))), (((deformed))), (((tiling))), ((naked)), ((tile)), ((fleshpile)), ((ugly)), (((abstract))), "
    "blurry, ((bad anatomy)), ((bad proportions)), ((extra limbs)), cloned face, (((skinny))), glitchy, ((extra "
    "breasts)), ((double torso)), ((extra arms)), ((extra hands)), ((mangled fingers)), ((missing breasts)), "
    "(missing lips), ((ugly face)), ((fat)), ((extra legs)), anime"
)
PORTRAIT = (
    "ultra realistic close up portrait ((beautiful pale cyberpunk female with heavy black eyeliner)), blue eyes, "
    "shaved side haircut, hyper detail, cinematic lighting, magic neon, dark red city, Canon EOS R3, nikon, f/1.4"
)


def weighted(name, *args, **more):
    """name starts with the prefix of its family."""
    family = {"sd15": sd15, "sdxl": sdxl, "flux": flux}[name.split("-")[0]]
    family(name.split("-", 1)[1], *args, syntax="a1111", **more)


weighted("sd15-weighted", "meadow", 401, "a (red:1.4) cat \\(small\\), [grass], ((sun", note=WEIGHTED)
weighted("sd15-weighted-long", "meadow", 402, PORTRAIT, negative_prompt=API_NEGATIVE, note=WEIGHTED)
weighted("sd15-weighted-break", "lamp", 403, "a (wooden:0.6) box BREAK a [blue (vase:1.3)]", guidance_scale=1.0, note=WEIGHTED)
weighted("sdxl-weighted-long", "bottle", 404, PORTRAIT, negative_prompt=API_NEGATIVE, note=WEIGHTED)
weighted("sdxl-weighted-none", "bottle", 405, f"{PORTRAIT} BREAK a (striped:1.5) vase", note=f"{WEIGHTED}; zeros")
weighted("flux-weighted", "meadow", 406, "a (red:1.4) cat \\(small\\) BREAK [grass]", note="the text without marks")

PAIR = "two photos of one thing: alone, and in place; {prompt}"
sd15("context-left", "lamp", 501, "a wooden box", reference=("bottle", "left", PAIR), height=192)
sd15("context-below", "bottle", 502, "a marble statue", reference=("meadow", "below", "{prompt}"), width=192, strength=0.7)
blended("context-left", "facade", 503, "a red wall", reference=("lamp", "left", "{prompt}"), scheduler="EulerDiscreteScheduler")
sdxl("context-left", "lamp", 504, "a blue vase", reference=("facade", "left", PAIR), negative_prompt="blurry", height=192)
flux("context-left", "lamp", 505, "a wooden box", reference=("bottle", "left", PAIR), width=96, height=128)
flux("context-below", "meadow", 506, "a red ball", reference=("bottle", "below", "a pair of photos"), guidance_scale=20.0)

sd15("interval", "meadow", 601, "a red cat sitting on the grass", interval=[0.2, 0.6], num_inference_steps=6)
sd15(
    "interval-heun", "lamp", 602, "a wooden box", interval=[0.0, 0.5], strength=0.8, scheduler="HeunDiscreteScheduler",
)  # fmt: skip
sdxl("interval", "bottle", 603, "a striped vase", interval=[0.34, 1.0], negative_prompt="blurry", num_inference_steps=6)


def kept(spec, tensors):
    if "reference" in spec or "guidance_interval" in spec:
        return {}  # the rest is as in other cases
    names = FEW if "-scheduler-" in spec["name"] and spec["bundle"] == "tiny-sd15-inpaint" else set(tensors) - NEVER
    return {n: t for n, t in tensors.items() if n in names}


def to_json(value):
    """Indented by one, with lists of plain values on one line."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return re.sub(r"\[[^\[\]{}\"]*\]", lambda m: re.sub(r"\s+", " ", m[0]).replace("[ ", "[").replace(" ]", "]"), text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("prefixes", nargs="*", default=[""])
    args = parser.parse_args()
    for spec in CASES:
        if not spec["name"].startswith(tuple(args.prefixes)):
            continue
        images, tensors, facts = run_case(spec, args.bundles, args.photos)
        folder = args.folder / spec["name"]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for i, image in enumerate(images):
            image.save(folder / ("out.png" if len(images) == 1 else f"out_{i}.png"), optimize=True)
        saved = kept(spec, tensors)
        for name, tensor in saved.items():
            numpy.save(folder / f"{name}.npy", tensor.astype("<f4"))
        shapes = {name: list(tensor.shape) for name, tensor in saved.items()}
        record = spec | facts | {"tensors": shapes, "versions": VERSIONS}
        (folder / "case.json").write_text(to_json(record))
        print(spec["name"], flush=True)


if __name__ == "__main__":
    main()
