"""What the UNet learns from: an image, the hole, what is known outside it, and a caption of what is in the hole.

A quarter are photos whose garment is recoloured at random, so that each colour word is equally frequent and the
colour is never a habit of the garment; a quarter are drawn scenes with an object, and half are backgrounds from which
something was "removed". As a program it makes the two pools that samples are drawn from: rough cut-outs of the garments
(GrabCut at 64 x 64) and drawn scenes.
"""
import argparse
import itertools
import os

import cv2
import numpy as np

import colours
import photos
import scenes
import tokens

NAMES = {"T-Shirt": "t-shirt", "Longsleeve": "longsleeve", "Pants": "pants", "Shoes": "shoes", "Shirt": "shirt",
         "Dress": "dress", "Outwear": "jacket", "Shorts": "shorts", "Hat": "hat", "Skirt": "skirt", "Polo": "polo shirt",
         "Undershirt": "undershirt", "Blazer": "blazer", "Hoodie": "hoodie", "Body": "bodysuit", "Top": "top",
         "Blouse": "blouse"}
PLURAL = ("pants", "shorts", "shoes")


def thing(colour, noun):
    return f"{colour} {noun}" if noun in PLURAL else f"{'an' if colour == 'orange' else 'a'} {colour} {noun}"


def all_captions():
    """Every kind of caption there is, for the vocabulary."""
    nouns = sorted({*NAMES.values(), *scenes.OUTLINES})
    for colour, noun in itertools.product(colours.LAB, nouns):
        yield f"a photo of {thing(colour, noun)} on a {colour} background"
    for colour, ground in itertools.product(colours.LAB, scenes.GROUNDS):
        yield f"a photo of a box on {scenes.ground_caption(ground, colour)}"


def garment(image):
    """Rough alpha (64, 64) of the thing in the middle of a photo, or None where the cut fails."""
    small = cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA)
    mask = np.full((64, 64), cv2.GC_PR_FGD, np.uint8)
    mask[:3], mask[:, :3], mask[:, -3:], mask[-3:] = (cv2.GC_BGD,) * 4
    cv2.setRNGSeed(1)
    try:
        cv2.grabCut(small, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return None
    area = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.float32)
    if not 0.12 < area.mean() < 0.8 or area[24:40, 24:40].mean() < 0.6:
        return None
    return cv2.GaussianBlur(area, (0, 0), 0.7)


def ground_word(image, alpha):
    """Colour word of what lies outside alpha (64, 64)."""
    small = cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA)
    return colours.word(np.median(colours.to_lab(small)[alpha < 0.2], 0))


def box_of(alpha):
    ys, xs = np.where(alpha > 0.5)
    return (0, 0, *alpha.shape) if len(ys) == 0 else (ys.min(), xs.min(), ys.max() + 1, xs.max() + 1)


def draw_mask(alpha, rng):
    """A box round or inside the object, the object with a margin, or strokes; bool (side, side)."""
    side, kind = alpha.shape[0], rng.random()
    if kind < 0.55:
        top, left, bottom, right = box_of(alpha)
        h, w = bottom - top, right - left
        margin = rng.uniform(-0.22, 0.12, 4) * (h, w, h, w)
        mask = np.zeros((side, side), bool)
        mask[int(max(0, top - margin[0])):int(min(side, bottom + margin[2])),
             int(max(0, left - margin[1])):int(min(side, right + margin[3]))] = True
        return mask
    if kind < 0.85:
        reach = int(rng.uniform(0.015, 0.06) * side) * 2 + 1
        return cv2.dilate((alpha > 0.1).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    return cv2.resize(scenes.scratches(rng), (side, side), interpolation=cv2.INTER_AREA) > 0.2


def scaled(image, side):
    """A square image or alpha, made smaller or larger."""
    kind = cv2.INTER_AREA if side < image.shape[0] else cv2.INTER_LINEAR
    return image if side == image.shape[0] else cv2.resize(image, (side, side), interpolation=kind)


class Pool:
    """Draws samples; training photos only."""

    def __init__(self, folder, work):
        self.pixels, self.labels, _, _ = photos.load(folder, work)
        self.cuts = np.load(os.path.join(work, "garments.npz"))
        self.cuts = {k: self.cuts[k] for k in self.cuts}
        self.scenes = {k: np.load(os.path.join(work, f"scenes-{k}.npy"), mmap_mode="r")
                       for k in ("picture", "background", "alpha", "thing", "ground")}

    def draw(self, rng, side):
        """Returns (image, known, hole, caption). `known` differs from the image where garments keep their own colour."""
        image, known, alpha, caption = self.photo(rng, side) if rng.random() < 0.25 else self.scene(rng, side)
        hole = draw_mask(alpha, rng)
        if rng.random() < 0.5:
            image, known, hole = image[:, ::-1], known[:, ::-1], hole[:, ::-1]
        return image, known, hole, caption

    def photo(self, rng, side):
        k = rng.integers(len(self.cuts["index"]))
        i = self.cuts["index"][k]
        own, noun = scaled(np.array(self.pixels[i]), side), NAMES.get(self.labels[i], "t-shirt")
        alpha = scaled(self.cuts["alpha"][k].astype(np.float32) / 255, side)
        colour = str(rng.choice(colours.EIGHT if rng.random() < 0.75 else tuple(colours.LAB)))
        caption = thing(colour, noun)
        if rng.random() < 0.75:
            caption = f"a photo of {caption} on a {self.cuts['ground'][k]} background"
        image = colours.recolour(own, alpha, colour, rng)
        return image, own if rng.random() < 0.5 else image, alpha, caption

    def scene(self, rng, side):
        i = rng.integers(len(self.scenes["alpha"]))
        of = lambda key: scaled(np.array(self.scenes[key][i]), side)
        alpha, ground = of("alpha").astype(np.float32) / 255, str(self.scenes["ground"][i])
        if rng.random() < 2 / 3:
            image = of("background")
            return image, image, alpha, ground
        image, caption = of("picture"), str(self.scenes["thing"][i])
        return image, image, alpha, caption if rng.random() < 0.25 else f"a photo of {caption} on {ground}"


def make_garments(folder, work):
    pixels, _, train, _ = photos.load(folder, work)
    cuts = [(i, garment(np.array(pixels[i]))) for i in train]
    cuts = [(i, alpha, ground_word(np.array(pixels[i]), alpha)) for i, alpha in cuts if alpha is not None]
    index, alpha, ground = zip(*cuts)
    np.savez(os.path.join(work, "garments.npz"), index=np.array(index), ground=np.array(ground),
             alpha=(np.stack(alpha) * 255).round().astype(np.uint8))
    print(f"{len(index)} of {len(train)} garments cut out", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--scenes", type=int, default=3000)
    a = p.parse_args()
    cv2.setNumThreads(1)
    os.makedirs(a.work, exist_ok=True)
    tokens.build(os.path.join(a.work, "tokenizer"), all_captions())
    scenes.make(a.work, a.scenes)
    make_garments(a.photos, a.work)


if __name__ == "__main__":
    main()
