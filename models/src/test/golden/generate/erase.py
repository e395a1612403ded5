"""Records what erase graphs make of parts of the drawn scenes: erase.py BUNDLES PHOTOS OUT

The graphs run in ONNX Runtime; images and masks are brought to them by NumPy, as each graph's exporter meant it.
"""

import sys
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image

CASES = [
    ("tiny-erase-bytes", "meadow", (120, 80, 216, 144)),
    ("tiny-erase-floats", "lamp", (64, 100, 128, 164)),
    ("tiny-erase-migan", "meadow", (120, 80, 216, 144)),
    ("tiny-erase-lama", "lamp", (64, 100, 128, 180)),
]


def run(bundle, image, hole):
    """image: (h, w, 3) bytes; hole: (h, w) booleans; the image that comes out, (h, w, 3) floats of 0 to 255."""
    session = onnxruntime.InferenceSession(bundle / "model.onnx", providers=["CPUExecutionProvider"])
    planes, hole = image.transpose(2, 0, 1)[None], hole[None, None]
    if bundle.name == "tiny-erase-bytes":
        feed = {"image": planes, "mask": numpy.where(hole, 0, 255).astype(numpy.uint8)}
        out = session.run(None, feed)[0].astype(float)
    elif bundle.name == "tiny-erase-floats":
        feed = {"image": (planes / 255).astype(numpy.float32), "mask": hole.astype(numpy.float32)}
        out = session.run(None, feed)[0]
    elif bundle.name == "tiny-erase-lama":
        holed = (planes / 255 * ~hole).astype(numpy.float32)
        out = session.run(None, {"input": numpy.concatenate([holed, hole.astype(numpy.float32)], 1)})[0] * 255
    else:
        keep = (~hole).astype(numpy.float32)
        signed = (planes / 127.5 - 1).astype(numpy.float32)
        out = session.run(None, {"input": numpy.concatenate([keep - 0.5, signed * keep], 1)})[0]
        out = (out + 1) * 127.5
    return out[0].transpose(1, 2, 0)


def main(bundles, photos, target):
    for name, scene, box in CASES:
        image = numpy.array(Image.open(photos / f"{scene}.png").convert("RGB").crop(box))
        hole = numpy.array(Image.open(photos / f"{scene}_mask.png").convert("L").crop(box)) >= 128
        assert 0.05 < hole.mean() < 0.95, (name, hole.mean())
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        generated = numpy.clip(numpy.rint(run(bundles / name, image, hole)), 0, 255).astype(numpy.uint8)
        Image.fromarray(image).save(folder / "image.png")
        Image.fromarray(numpy.where(hole, 255, 0).astype(numpy.uint8)).save(folder / "mask.png")
        Image.fromarray(generated).save(folder / "out.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
