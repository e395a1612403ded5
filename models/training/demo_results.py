"""Figures of the demo's results, and docs/demo.jpg: before, mask and after, of both demos."""
import argparse
import glob
import json
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import demo

SHOWN = {"no-watermark": "remove a watermark", "no-polo": "remove a garment", "no-print": "remove a print",
         "no-price": "remove a price", "no-scratches": "mend scratches", "no-tag": "remove a tag",
         "cut-out": "remove a print, keep transparency", "blue-top": "recolour: a blue t-shirt",
         "red-vest": "recolour: a red jacket", "yellow-hoodie": "recolour: a yellow hoodie"}
CELL, GAP, TITLE = 256, 6, 28


def sharpness(image, area):
    """Mean absolute Laplacian of the luma."""
    return np.abs(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), cv2.CV_32F))[area].mean()


def steps(image, one, other):
    """Mean absolute step between neighbours of which one is in the first area and one in the other."""
    p, found = image.astype(np.float32), []
    for q, a, b in ((p, one, other), (p.swapaxes(0, 1), one.T, other.T)):
        pairs = a[1:] & b[:-1] | a[:-1] & b[1:]
        found.append(np.abs(np.diff(q, axis=0))[pairs].ravel())
    return np.concatenate(found).mean()


def figures(before, mask, after, photo):
    """Sharpness inside and steps across the edge, over the photo's own there; mean error to the photo in levels.

    Without a photo, a ring around the mask stands in for it, and there is no error.
    """
    ring = demo.grown(mask, 10) & ~demo.grown(mask, 2)
    if photo is None:
        own, error = (sharpness(before, ring), steps(before, ring, ring)), ""
    else:
        own = sharpness(photo, mask), steps(photo, mask, ~mask)
        error = f"{np.abs(after.astype(np.float32) - photo)[mask].mean():.1f}"
    return sharpness(after, mask) / own[0], steps(after, mask, ~mask) / own[1], error


def on_squares(image):
    """The image before grey squares, which show through where it is transparent."""
    squares = (np.indices(image.size[::-1]) // 16).sum(0) % 2 * 40 + 200
    page = Image.fromarray(squares.astype(np.uint8)).convert("RGBA")
    page.alpha_composite(image.convert("RGBA"))
    return page.convert("RGB")


def sheet(results, path):
    """Two rows of the demo beside each other, each as before, mask and after."""
    row_width, row_height = 3 * CELL + 2 * GAP, CELL + TITLE
    page = Image.new("RGB", (2 * row_width + 4 * GAP, -(-len(SHOWN) // 2) * row_height), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    for n, (name, title) in enumerate(SHOWN.items()):
        left, top = n % 2 * (row_width + 4 * GAP), n // 2 * row_height
        for i, image in enumerate(results[name]):
            page.paste(on_squares(image), (left + i * (CELL + GAP), top + TITLE))
        draw.text((left, top + TITLE // 2), title, "black", font, anchor="lm")
    page.save(path, quality=86, optimize=True)


def read(folder, manifest, results):
    """Id to init image, mask and result of the rows that have one."""
    with open(os.path.join(folder, manifest)) as f:
        rows = list(map(json.loads, f))
    found = {row["id"]: glob.glob(os.path.join(results, "images", "*", f"{row['id']}-0.png")) for row in rows}
    return {row["id"]: [Image.open(os.path.join(folder, row["init_image"])),
                        Image.open(os.path.join(folder, row["mask_image"])), Image.open(found[row["id"]][0])]
            for row in rows if found[row["id"]]}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--rows", default="../../conf/demo")
    p.add_argument("--results", default="../../target/demo")
    p.add_argument("--recoloured", default="../../target/demo-recolour")
    p.add_argument("--to", default="../../docs/demo.jpg")
    a = p.parse_args()
    results = {**read(a.rows, "manifest.jsonl", a.results), **read(a.rows, "recolour.jsonl", a.recoloured)}
    print(f"{'id':14}{'sharpness':>10}{'edge':>7}{'error':>7}")
    for name, (_, mask, photo) in demo.images(demo.test_photos(a.photos, a.work)).items():
        before, _, after = (np.asarray(image.convert("RGB")) for image in results[name])
        sharp, edge, error = figures(before, mask, after, photo)
        print(f"{name:14}{sharp:10.2f}{edge:7.2f}{error:>7}")
    sheet(results, a.to)


if __name__ == "__main__":
    main()
