"""Records what CatVTON computes from the drawn scenes: catvton.py BUNDLES PHOTOS CASES

The steps of "CatVTON: Concatenation Is All You Need for Virtual Try-On with Diffusion Models" (ICLR 2025), with one
generator per image. The graphs run in ONNX Runtime; NumPy does the rest, torch's noise included.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image

CASES = [
    {
        "name": "catvton-lamp",
        "bundle": "tiny-catvton",
        "pipeline_class": "CatVTONPipeline",
        "seed": 3103,
        "eta": 1.0,
        "image": "lamp.png",
        "mask": "lamp_mask.png",
        "reference_image": "bottle.png",
        "call": {"width": 128, "height": 192, "num_inference_steps": 20, "guidance_scale": 3.5},
    },
    {
        "name": "catvton-meadow",
        "bundle": "tiny-catvton",
        "pipeline_class": "CatVTONPipeline",
        "seed": 3104,
        "eta": 1.0,
        "image": "meadow.png",
        "mask": "meadow_mask.png",
        "reference_image": "lamp.png",
        "call": {"width": 192, "height": 128, "num_inference_steps": 10, "guidance_scale": 0.5},
    },
]


class Generator:
    """torch.Generator on the CPU, for counts of at least 16."""

    def __init__(self, seed):
        self.bits = numpy.random.RandomState(seed % 2**32)

    def randn(self, *shape):
        count = math.prod(shape)
        assert count >= 16 and count % 16 == 0
        words = self.bits.randint(0, 2**32, size=count, dtype=numpy.uint32)
        uniform = ((words & 0xFFFFFF) / 2**24).reshape(-1, 2, 8)
        radius = numpy.sqrt(-2 * numpy.log(1 - uniform[:, 0]))
        angle = 2 * numpy.pi * uniform[:, 1]
        normal = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], 1)
        return normal.reshape(shape).astype(numpy.float32)


class Ddim:
    """DDIM of the bundle's configuration: leading timesteps, epsilon prediction, no clipping."""

    def __init__(self, config, steps):
        count = config["num_train_timesteps"]
        roots = numpy.linspace(config["beta_start"] ** 0.5, config["beta_end"] ** 0.5, count)
        self.alpha_bars = numpy.cumprod(1 - roots**2)
        self.stride = count // steps
        self.timesteps = [i * self.stride + config["steps_offset"] for i in reversed(range(steps))]

    def step(self, output, timestep, sample, noise, eta):
        alpha_bar = self.alpha_bars[timestep]
        previous = self.alpha_bars[max(timestep - self.stride, 0)]  # set_alpha_to_one is false
        deviation = eta * math.sqrt((1 - previous) / (1 - alpha_bar) * (1 - alpha_bar / previous))
        clean = (sample - math.sqrt(1 - alpha_bar) * output) / math.sqrt(alpha_bar)
        direction = math.sqrt(1 - previous - deviation**2) * output
        return (math.sqrt(previous) * clean + direction + deviation * noise).astype(numpy.float32)


def session(bundle, name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(bundle / name / "model.onnx", options, providers=["CPUExecutionProvider"])


def fitted(garment, width, height):
    """A garment within width x height, its proportions kept, centred on white."""
    w, h = width, width * garment.height // garment.width
    if garment.width * height < width * garment.height:
        w, h = height * garment.width // garment.height, height
    padded = Image.new("RGB", (width, height), (255, 255, 255))
    padded.paste(garment.resize((w, h), Image.Resampling.LANCZOS), ((width - w) // 2, (height - h) // 2))
    return padded


def signed(image):
    """(1, 3, h, w) in -1 to 1."""
    return (numpy.asarray(image, dtype=numpy.float32) / 127.5 - 1).transpose(2, 0, 1)[None]


def run(case, bundle, person, mask, garment):
    """The image of a case, (h, w, 3) bytes. person: RGB; mask: L; both of the size of the call; garment: RGB."""
    call = case["call"]
    generator = Generator(case["seed"])
    factor = json.loads((bundle / "vae_encoder" / "config.json").read_text())["scaling_factor"]
    encoder, decoder, unet = (session(bundle, name) for name in ("vae_encoder", "vae_decoder", "unet"))

    def encode(pixels):
        mean, logvar = numpy.split(encoder.run(None, {"sample": pixels})[0], 2, axis=1)
        deviation = numpy.exp(0.5 * numpy.clip(logvar, -30, 20))
        return ((mean + deviation * generator.randn(*mean.shape)) * factor).astype(numpy.float32)

    masked = (numpy.asarray(mask) >= 128).astype(numpy.float32)[None, None]
    masked_person = encode(signed(person) * (1 - masked))
    garment_latents = encode(signed(fitted(garment, call["width"], call["height"])))
    h, w = masked_person.shape[2:]
    latents = generator.randn(1, 4, 2 * h, w)

    small = masked[:, :, ::8, ::8]  # nearest
    masks = numpy.concatenate([small, numpy.zeros_like(small)], 2)
    guided = numpy.concatenate([masked_person, garment_latents], 2)
    unguided = numpy.concatenate([masked_person, numpy.zeros_like(garment_latents)], 2)
    scale = call["guidance_scale"]
    branches = [unguided, guided] if scale > 1 else [guided]

    config = json.loads((bundle / "scheduler" / "scheduler_config.json").read_text())
    ddim = Ddim(config, call["num_inference_steps"])
    for timestep in ddim.timesteps:
        sample = numpy.concatenate([numpy.concatenate([latents, masks, branch], 1) for branch in branches])
        outputs = unet.run(None, {"sample": sample, "timestep": numpy.array(timestep, numpy.float32)})[0]
        output = outputs[:1] + scale * (outputs[1:] - outputs[:1]) if scale > 1 else outputs
        noise = generator.randn(*latents.shape)
        latents = ddim.step(output, timestep, latents, noise, case["eta"])

    decoded = decoder.run(None, {"latent_sample": latents[:, :, :h] / numpy.float32(factor)})[0]
    return numpy.round(255 * numpy.clip(decoded[0].transpose(1, 2, 0) / 2 + 0.5, 0, 1)).astype(numpy.uint8)


def main(bundles, photos, cases):
    for case in CASES:
        size = case["call"]["width"], case["call"]["height"]
        person = Image.open(photos / case["image"]).convert("RGB")
        mask = Image.open(photos / case["mask"]).convert("L")
        garment = Image.open(photos / case["reference_image"]).convert("RGB")
        person, mask = (image.resize(size, Image.Resampling.LANCZOS) for image in (person, mask))
        image = run(case, bundles / case["bundle"], person, mask, garment)
        folder = cases / case["name"]
        folder.mkdir(exist_ok=True)
        (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
        Image.fromarray(image).save(folder / "out.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
