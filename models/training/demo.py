"""Draws the images, masks and manifest of conf/demo: scenes that training never saw, with something to change in each."""
import argparse
import json
import os

import numpy as np
from PIL import Image

import evaluate
import samples
import scenes

SEED = 30_000_000
REMOVAL = {"num_inference_steps": 1, "guidance_scale": 1}   # generates the mean of what may be there


def recoloured(seed, kind, before, after, ground, colour):
    """The same garment in another colour: its own outline is the mask."""
    s = scenes.scene(SEED + seed, ground, colour, kind=kind, name=before, size=98)
    return s, evaluate.around(s["alpha"]), f"a photo of {samples.thing(after, kind)} on {s['ground']}"


def replaced(seed, kind, before, other, after, ground, colour):
    """Another garment in the place of one: the outlines of both are the mask."""
    draw = lambda noun, name: scenes.scene(SEED + seed, ground, colour, kind=noun, name=name, size=98)
    s, wanted = draw(kind, before), draw(other, after)
    mask = evaluate.around(np.maximum(s["alpha"], wanted["alpha"]))
    return s, mask, f"a photo of {samples.thing(after, other)} on {s['ground']}"


def removed(seed, kind, before, ground, colour):
    """The bare ground in the place of a thing."""
    s = scenes.scene(SEED + seed, ground, colour, kind=kind, name=before)
    return s, evaluate.around(s["alpha"]), s["ground"]


def scratched(seed, ground, colour):
    """A ground with white scratches, to be mended."""
    s = scenes.scene(SEED + seed, ground, colour)
    lines = scenes.scratches(np.random.default_rng(seed))
    image = s["background"] + lines[..., None] * (np.float32(255) - s["background"])
    return {**s, "picture": scenes.eight_bit(image)}, evaluate.around(lines), s["ground"]


DEMO = {
    "blue-t-shirt": recoloured(1, "t-shirt", "red", "blue", "plain", "white"),
    "yellow-dress": recoloured(2, "dress", "green", "yellow", "wood", None),
    "orange-hoodie": recoloured(3, "hoodie", "purple", "orange", "plain", "grey"),
    "black-longsleeve": recoloured(4, "longsleeve", "white", "black", "plain", "beige"),
    "green-pants": recoloured(13, "pants", "orange", "green", "cloth", "beige"),
    "red-dress": replaced(5, "t-shirt", "blue", "dress", "red", "plain", "white"),
    "purple-skirt": replaced(7, "shorts", "yellow", "skirt", "purple", "plain", "grey"),
    "no-ball": removed(8, "ball", "red", "wood", None),
    "no-bottle": removed(102, "bottle", "green", "plain", "blue"),
    "no-bag": removed(102, "bag", "red", "cloth", "beige"),
    "no-star": removed(11, "star", "yellow", "plain", "pink"),
    "mended": scratched(12, "cloth", "green"),
}
BAD_ROWS = [
    {"id": "lost", "init_image": "lost.png", "mask_image": "no-ball_mask.png", "prompt": "a lost file"},
    {"id": "eager", "init_image": "no-ball.png", "mask_image": "no-ball_mask.png", "prompt": "a plain wooden table",
     "num_inference_steps": 500}]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--to", default="../../conf/demo")
    a = p.parse_args()
    os.makedirs(a.to, exist_ok=True)
    rows = []
    for name, (scene, mask, prompt) in DEMO.items():
        Image.fromarray(scene["picture"]).save(os.path.join(a.to, f"{name}.png"), optimize=True)
        Image.fromarray(mask.astype(np.uint8) * 255).save(os.path.join(a.to, f"{name}_mask.png"), optimize=True)
        row = {"id": name, "init_image": f"{name}.png", "mask_image": f"{name}_mask.png", "prompt": prompt}
        rows.append(row if prompt.startswith("a photo of") else {**row, **REMOVAL})
    with open(os.path.join(a.to, "manifest.jsonl"), "w") as f:
        f.writelines(json.dumps(row) + "\n" for row in rows + BAD_ROWS)


if __name__ == "__main__":
    main()
