"""Writes vectors/images.json, vectors/images/ and vectors/safety.json: vectors.py BUNDLES PHOTOS FOLDER"""

import argparse
import json
from pathlib import Path

import numpy
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageDraw, ImageFilter
from transformers import CLIPImageProcessorPil

from cases import to_json
from networks import Session
from runner import VERSIONS

SCENES = ["bottle", "meadow", "facade", "lamp"]


class Vectors:
    def __init__(self, bundles, photos, folder):
        self.bundles, self.photos, self.folder = bundles, photos, folder
        self.rng = numpy.random.default_rng(2024)
        self.images = VaeImageProcessor(vae_scale_factor=8)
        self.masks = VaeImageProcessor(
            vae_scale_factor=8, do_normalize=False, do_binarize=True, do_convert_grayscale=True
        )

    def save(self, name, image):
        image.save(self.folder / "images" / name, optimize=True)
        return name

    def scene(self, index, mask=False):
        return Image.open(self.photos / f"{SCENES[index % 4]}{'_mask' if mask else ''}.png")

    def piece(self, index, width, height, mask=False):
        """A piece of a scene, from a place that the generator picks; enlarged where the scene is smaller."""
        source = self.scene(index, mask)
        factor = max(1, width / source.width, height / source.height)
        source = source.resize((int(source.width * factor + 0.99), int(source.height * factor + 0.99)))
        left = int(self.rng.integers(0, source.width - width + 1))
        top = int(self.rng.integers(0, source.height - height + 1))
        return source.crop((left, top, left + width, top + height))

    def noise(self, width, height):
        return Image.fromarray(self.rng.integers(0, 256, (height, width, 3), dtype=numpy.uint8))

    def resizes(self):
        sizes = [
            ((37, 53), (64, 64)), ((100, 75), (33, 20)), ((128, 128), (64, 64)), ((40, 30), (128, 128)),
            ((61, 47), (61, 31)), ((5, 7), (16, 8)), ((96, 64), (95, 63)), ((200, 10), (24, 24)),
            ((1, 9), (8, 8)), ((64, 64), (64, 64)), ((160, 120), (1, 1)), ((127, 129), (256, 200)),
        ]  # fmt: skip
        for i, (size, to) in enumerate(sizes):
            image = self.noise(*size) if i % 3 == 0 and size[0] * size[1] < 4000 else self.piece(i, *size)
            for mode in ("RGB", "L"):
                source = image.convert(mode)
                yield {
                    "in": self.save(f"resize_{i}_{mode}_in.png", source),
                    "out": self.save(f"resize_{i}_{mode}_out.png", source.resize(to, Image.Resampling.LANCZOS)),
                    "mode": mode,
                    "size": list(to),
                }

    def lumas(self):
        steps = [0, 1, 2, 63, 64, 127, 128, 129, 191, 254, 255]
        corners = [(r, g, b) for r in steps for g in steps for b in steps]
        grid = numpy.resize(numpy.array(corners, dtype=numpy.uint8), (36, 37, 3))
        for i, source in enumerate([Image.fromarray(grid), self.noise(33, 24), self.piece(1, 33, 24)]):
            yield {
                "in": self.save(f"luma_{i}_in.png", source),
                "out": self.save(f"luma_{i}_out.png", source.convert("L")),
            }

    def thin_masks(self):
        """Lines that miss, or just meet, the top-left pixel of their 8 x 8 block; a grey ramp around the threshold; dots."""
        lines = Image.new("L", (128, 96), 0)
        draw = ImageDraw.Draw(lines)
        for x in (3, 16, 45, 79):
            draw.line((x, 0, x, 95), fill=255)
        draw.line((0, 29, 127, 29), fill=255, width=2)
        draw.line((0, 64, 127, 64), fill=128)
        slanted = Image.new("L", (128, 96), 0)
        draw = ImageDraw.Draw(slanted)
        draw.line((0, 90, 127, 12), fill=255, width=3)
        draw.ellipse((70, 50, 110, 90), outline=255, width=2)
        slanted = slanted.filter(ImageFilter.GaussianBlur(0.6))
        ramp = Image.fromarray(numpy.tile(numpy.linspace(96, 160, 128).round().astype(numpy.uint8), (96, 1)))
        ramp.paste(0, (0, 12, 128, 84))
        for k in range(20):
            x, y = int(self.rng.integers(0, 126)), int(self.rng.integers(12, 82))
            ramp.paste(255, (x, y, x + 1 + k % 3, y + 1 + k % 2))
        return [(lines, 128, 96), (slanted, 200, 152), (ramp, 64, 48)]

    def mask_rows(self):
        sizes = [(128, 128), (192, 128), (128, 256), (72, 64)]
        rows = [(f"{s}_mask.png", self.scene(i, True), True, *sizes[i]) for i, s in enumerate(SCENES)]
        for i, (mask, width, height) in enumerate(self.thin_masks(), len(rows)):
            rows.append((self.save(f"mask_{i}_in.png", mask), mask, False, width, height))
        for i, (name, mask, in_photos, width, height) in enumerate(rows):
            binary = self.masks.preprocess(mask, height=height, width=width)
            latent = torch.nn.functional.interpolate(binary, size=(height // 8, width // 8))
            yield {
                "in": name,
                "in_is_photo": in_photos,
                "width": width,
                "height": height,
                "binary": self.save(f"mask_{i}_binary.png", as_picture(binary)),
                "latent": self.save(f"mask_{i}_latent.png", as_picture(latent)),
                "white_share": binary.mean().item(),
                "latent_white_share": latent.mean().item(),
            }

    def regions(self):
        targets = [(512, 512), (128, 192), (768, 512), (64, 256)]
        pads = [0, 1, 8, 32, 100]
        for i in range(40):
            w, h = (int(v) for v in self.rng.integers(40, 400, 2))
            x, y = int(self.rng.integers(0, w)), int(self.rng.integers(0, h))
            dx = int(min(w - x, 1 + self.rng.integers(0, w) * self.rng.random()))
            dy = int(min(h - y, 1 + self.rng.integers(0, h) * self.rng.random()))
            value = 1 if i % 4 == 0 else 255
            mask = numpy.zeros((h, w), numpy.uint8)
            mask[y : y + dy, x : x + dx] = value
            width, height = targets[i % 4]
            pad = pads[int(self.rng.integers(0, len(pads)))]
            region = self.masks.get_crop_region(Image.fromarray(mask), width, height, pad=pad)
            yield {
                "mask_size": [w, h],
                "rect_xywh": [x, y, dx, dy],
                "value": value,
                "width": width,
                "height": height,
                "pad": pad,
                "region": [int(v) for v in region],
            }

    def fills(self):
        sizes = [((100, 130), (128, 128)), ((200, 90), (128, 192)), ((65, 261), (192, 128)), ((55, 55), (128, 128)), ((81, 197), (72, 64))]
        for i, (size, (width, height)) in enumerate(sizes):
            image, mask = self.piece(i, *size), self.piece(i, *size, mask=True)
            while len(set(mask.convert("L").getextrema())) == 1:  # neither all black nor all white
                mask = self.piece(i, *size, mask=True)
            yield {
                "in": self.save(f"fill_{i}_in.png", image),
                "out": self.save(f"fill_{i}_out.png", self.images._resize_and_fill(image, width, height)),
                "mask_in": self.save(f"fill_{i}_mask_in.png", mask),
                "mask_out": self.save(f"fill_{i}_mask_out.png", self.masks._resize_and_fill(mask, width, height)),
                "width": width,
                "height": height,
            }

    def overlays(self):
        regions = [(43, 3, 160, 120), (0, 0, 160, 120), (50, 11, 152, 113), (27, 18, 126, 117), (60, 40, 61, 41)]
        for i, region in enumerate(regions):
            image, mask = self.scene(i).resize((160, 120)), self.scene(i, True).resize((160, 120))
            made = self.piece(i + 1, 64, 64)
            yield {
                "image": self.save(f"overlay_{i}_image.png", image),
                "mask": self.save(f"overlay_{i}_mask.png", mask),
                "generated": self.save(f"overlay_{i}_generated.png", made),
                "region": list(region),
                "out": self.save(f"overlay_{i}_out.png", self.images.apply_overlay(mask, image, made, region)),
            }

    def safety(self):
        bundle = self.bundles / "tiny-sd15-inpaint-legacy"
        preprocess = CLIPImageProcessorPil.from_pretrained(bundle / "feature_extractor")
        checker = Session(bundle / "safety_checker" / "model.onnx")
        for index, scene in enumerate(SCENES):
            for crop in (None, (0, 0, 120, 180), (96, 32, 192, 128), (60, 100, 180, 180)):
                image = self.scene(index)
                image = image.crop(crop) if crop else image
                clip = torch.from_numpy(numpy.asarray(preprocess(image, return_tensors="np").pixel_values, numpy.float32))
                pixels = torch.from_numpy(numpy.asarray(image, numpy.float32) / 255)[None]
                flags = checker(clip_input=clip, images=pixels)["has_nsfw_concepts"]
                yield {
                    "image": f"{scene}.png",
                    "crop": list(crop) if crop else None,
                    "nsfw": bool(flags[0]),
                    "clip_input_shape": list(clip.shape),
                    "clip_input_mean": clip.numpy().mean().item(),
                    "clip_input_std": clip.numpy().std().item(),
                    "row_112": [round(v, 5) for v in clip[0, :, 112, ::16].flatten().tolist()],
                }


def as_picture(tensor):
    return Image.fromarray((tensor[0, 0].numpy() * 255).astype(numpy.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    (args.folder / "images").mkdir(parents=True, exist_ok=True)
    make = Vectors(args.bundles, args.photos, args.folder)
    images = {
        "what": "Pillow / VaeImageProcessor goldens; files are in images/ (masks with in_is_photo: in the photos folder)",
        "resize_lanczos": list(make.resizes()),
        "to_luma": list(make.lumas()),
        "masks": list(make.mask_rows()),
        "crop_region": list(make.regions()),
        "fill": list(make.fills()),
        "overlay": list(make.overlays()),
        "versions": VERSIONS,
    }
    (args.folder / "images.json").write_text(to_json(images))
    safety = {
        "what": "safety_checker of tiny-sd15-inpaint-legacy: clip_input = CLIP preprocessing of the picture (shortest edge 224"
        " bicubic, centre crop, /255, mean, std), images = NHWC [0,1]; row_112: clip_input[0, :, 112, ::16]; a flagged"
        " picture comes back black",
        "rows": list(make.safety()),
        "versions": VERSIONS,
    }
    (args.folder / "safety.json").write_text(to_json(safety))


if __name__ == "__main__":
    main()
