"""Measures the exported segmenter on composites of garments that training never saw, and draws it on test photos.

Writes garment-segmenter.json. The sheet shows photos, so it stays out of the repository:
count by eye how many of its masks one could use, and pass the count with --usable.
"""
import argparse
import json
import os
import time

import cv2
import numpy as np
import onnxruntime
from PIL import Image, ImageDraw

import composites
import photos
import segmenter

SHOWN = 60


class Model:
    """The exported folder, read as its configuration says."""

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options)
        with open(os.path.join(folder, "preprocessor_config.json")) as f:
            self.size = json.load(f)["size"]

    def mask(self, image):
        """uint8 (h, w, 3) -> bool (h, w): logits at the image's size, then the larger one."""
        h, w = image.shape[:2]
        small = np.asarray(Image.fromarray(image).resize((self.size["width"], self.size["height"]), Image.BILINEAR))
        logits = self.session.run(None, {"pixel_values": segmenter.normalized(small[None].copy()).numpy()})[0][0]
        large = [cv2.resize(plane, (w, h), interpolation=cv2.INTER_LINEAR) for plane in logits]
        return large[1] > large[0]


def unseen(model, a):
    """Intersection over union on composites of the garments that are kept from training."""
    pool = composites.Composites(a.photos, a.work, unseen=True)
    ious = []
    for i in range(a.composites):
        image, area = pool.draw(np.random.default_rng((10, i)), 256)
        if area.any():
            mask = model.mask(image)
            ious.append((mask & area).sum() / (mask | area).sum())
    ious = np.array(ious)
    return {"composites": len(ious), "mean_iou": round(float(ious.mean()), 3),
            "median_iou": round(float(np.median(ious)), 3), "above_0.8": round(float((ious > 0.8).mean()), 3)}


def sheet(model, pixels, index, path):
    """Each photo with its mask: what is not masked is green."""
    page = Image.new("RGB", (12 * 160, SHOWN // 12 * 160))
    draw = ImageDraw.Draw(page)
    for k, i in enumerate(index):
        image = np.array(pixels[i])
        kept = ~model.mask(image)
        image[kept] = image[kept] // 3 + np.array([0, 120, 0], np.uint8)
        at = (k % 12 * 160, k // 12 * 160)
        page.paste(Image.fromarray(image).resize((158, 158), Image.LANCZOS), at)
        draw.text((at[0] + 3, at[1] + 3), str(k + 1), fill="white")
    page.save(path)


def duration(model, pixels, index):
    start = time.process_time()
    for i in index:
        model.mask(np.array(pixels[i]))
    return round((time.process_time() - start) / len(index) * 1000)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the exported folder")
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--composites", type=int, default=300)
    p.add_argument("--sheet", required=True, help="PNG of 60 test photos with their masks")
    p.add_argument("--usable", type=int, help="how many of its masks one could use, counted by eye")
    p.add_argument("--to", default="garment-segmenter.json")
    a = p.parse_args()
    cv2.setNumThreads(1)
    model = Model(a.model)
    pixels, _, _, test = photos.load(a.photos, a.work)
    shown = sorted(np.random.default_rng(60).choice(test, SHOWN, replace=False))
    sheet(model, pixels, shown, a.sheet)
    figures = {"unseen": unseen(model, a), "test_photos": {"shown": SHOWN, "usable": a.usable},
               "milliseconds_per_image": duration(model, pixels, shown[:20]),
               "bytes": os.path.getsize(os.path.join(a.model, "model.onnx"))}
    print(json.dumps(figures))
    with open(a.to, "w") as f:
        f.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
