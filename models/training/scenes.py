"""Drawn scenes: a background, an object on it, the object's mask and captions. Everything comes from a seed."""
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import colours

SIDE = 256
# Outlines in -1..1, x to the right, y down.
SHIRT = [(-.28, -.8), (-.55, -.72), (-1, -.2), (-.72, .02), (-.52, -.22), (-.52, .85), (.52, .85), (.52, -.22), (.72, .02),
         (1, -.2), (.55, -.72), (.28, -.8), (.12, -.66), (-.12, -.66)]
OUTLINES = {
    "t-shirt": SHIRT,
    "longsleeve": [(-.28, -.8), (-.55, -.72), (-.95, .55), (-.72, .62), (-.5, -.15), (-.52, .85), (.52, .85), (.5, -.15),
                   (.72, .62), (.95, .55), (.55, -.72), (.28, -.8), (.1, -.68), (-.1, -.68)],
    "hoodie": [(-.22, -.75), (0, -1), (.22, -.75), (.58, -.62), (.98, .6), (.7, .66), (.55, -.05), (.56, .9), (-.56, .9),
               (-.55, -.05), (-.7, .66), (-.98, .6), (-.58, -.62)],
    "pants": [(-.45, -.95), (.45, -.95), (.58, .95), (.14, .95), (0, -.35), (-.14, .95), (-.58, .95)],
    "shorts": [(-.6, -.6), (.6, -.6), (.82, .55), (.12, .6), (0, -.05), (-.12, .6), (-.82, .55)],
    "dress": [(-.3, -.95), (-.14, -.95), (0, -.75), (.14, -.95), (.3, -.95), (.34, -.5), (.27, -.1), (.75, .92), (-.75, .92),
              (-.27, -.1), (-.34, -.5)],
    "skirt": [(-.42, -.6), (.42, -.6), (.85, .65), (.4, .74), (-.4, .74), (-.85, .65)],
    "hat": [(-1, .3), (-.5, .2), (-.42, -.4), (-.2, -.6), (.2, -.6), (.42, -.4), (.5, .2), (1, .3), (.6, .45), (-.6, .45)],
    "box": [(-.7, -.5), (.7, -.5), (.7, .6), (-.7, .6)],
    "bottle": [(-.14, -.95), (.14, -.95), (.14, -.5), (.36, -.2), (.36, .9), (-.36, .9), (-.36, -.2), (-.14, -.5)],
    "bag": [(-.6, -.2), (-.3, -.2), (-.3, -.6), (.3, -.6), (.3, -.2), (.6, -.2), (.75, .8), (-.75, .8)],
    "star": [(np.sin(i * np.pi / 5) * (1, .42)[i % 2], -np.cos(i * np.pi / 5) * (1, .42)[i % 2]) for i in range(10)],
    "ball": [(np.cos(i * np.pi / 20), np.sin(i * np.pi / 20)) for i in range(40)],
}
GARMENTS = ("t-shirt", "longsleeve", "hoodie", "pants", "shorts", "dress", "skirt", "hat")


def shade(base, rng, amount):
    """A slow change of light over the image, (SIDE, SIDE, 1)."""
    y, x = np.mgrid[-1:1:SIDE * 1j, -1:1:SIDE * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    light = (np.cos(angle) * x + np.sin(angle) * y) * rng.uniform(0, amount) - (x * x + y * y) * rng.uniform(0, amount) / 2
    return base + light[..., None].astype(np.float32)


def tone(name, rng, spread=6.0):
    """A shade of a colour word, RGB floats."""
    lab = np.array(colours.LAB[name], np.float32) + rng.normal(0, spread, 3) * (1, .5, .5)
    return colours.to_rgb(lab).astype(np.float32)


def plain(base, x, y, rng):
    return base


def wood(base, x, y, rng):
    colour = tone("brown", rng, 4) * rng.uniform(1.0, 1.9)
    width, offset = rng.uniform(28, 64), rng.uniform(0, 64)
    plank = ((y + offset) // width).astype(int)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), sigmaX=14, sigmaY=1)
    base = colour + (rng.normal(0, 9, 20)[plank % 20] + grain * 60)[..., None]
    base[(y + offset) % width < 2] *= 0.62
    return np.ascontiguousarray(base.transpose(1, 0, 2)) if rng.random() < 0.4 else base


def stripes(base, x, y, rng, crossed=False):
    period, angle = rng.uniform(22, 60), rng.choice([0, np.pi / 2, np.pi / 4])
    dark = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period + rng.uniform(0, 6)) > 0
    if crossed:
        dark = dark ^ (np.sin(2 * np.pi * (y * np.cos(angle) - x * np.sin(angle)) / period + rng.uniform(0, 6)) > 0)
    soft = cv2.GaussianBlur(dark.astype(np.float32), (0, 0), 0.8)[..., None]
    return base + soft * (base * rng.uniform(0.6, 0.85) - base if base.mean() > 60 else 50.0)


def checks(base, x, y, rng):
    return stripes(base, x, y, rng, crossed=True)


def tiles(base, x, y, rng, shifted=False):
    w, h = (rng.uniform(40, 64), rng.uniform(20, 30)) if shifted else (rng.uniform(36, 72),) * 2
    row = ((y + 7) // h).astype(int)
    across = x + 11 + (row % 2) * w / 2 * shifted
    column = (across // w).astype(int)
    base = base + rng.normal(0, 5, (30, 30))[row % 30, column % 30][..., None]
    joint = ((y + 7) % h < 2.5) | (across % w < 2.5)
    base[joint] = base[joint] * 0.5 + (60 if base.mean() > 150 else 110)
    return base


def bricks(base, x, y, rng):
    return tiles(base, x, y, rng, shifted=True)


def woven(base, rng, sigma):
    noise = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), sigma)
    return base + (noise / noise.std() * rng.uniform(4, 10))[..., None]


def carpet(base, x, y, rng):
    return woven(base, rng, rng.uniform(0.8, 1.6))


def cloth(base, x, y, rng):
    return woven(base, rng, rng.uniform(8, 16))


# How each ground is drawn, what it is called, and how often it comes.
GROUNDS = {"plain": (plain, "a plain {} background", 3), "wood": (wood, None, 2),
           "stripes": (stripes, "a {} striped cloth", 1), "checks": (checks, "a {} checked cloth", 1), "tiles": (tiles, "a {} tiled floor", 1),
           "bricks": (bricks, "a {} brick wall", 1), "carpet": (carpet, "a {} carpet", 1), "cloth": (cloth, "a {} cloth", 1)}
GROUND_COLOURS = ("white", "white", "grey", "beige", "beige", "blue", "green", "red", "yellow", "pink", "purple", "orange",
                  "brown", "black")


def ground_caption(ground, colour, rng=None):
    if ground == "wood":
        return "a plain wooden table" if rng is None or rng.random() < 0.5 else "a wooden floor"
    caption = GROUNDS[ground][1].format(colour)
    return caption.replace("a orange", "an orange")


def background(rng, ground=None, colour=None):
    """Returns (float image, caption)."""
    weights = np.array([g[2] for g in GROUNDS.values()], float)
    ground = ground or str(rng.choice(list(GROUNDS), p=weights / weights.sum()))
    colour = colour or str(rng.choice(("red", "brown", "white", "grey") if ground == "bricks" else GROUND_COLOURS))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    base = GROUNDS[ground][0](np.tile(tone(colour, rng), (SIDE, SIDE, 1)), x, y, rng)
    noise = rng.normal(0, rng.uniform(0.3, 2), (SIDE, SIDE, 1))
    return shade(base, rng, 22) + noise, ground_caption(ground, colour, rng)


def outline(points, size, centre, angle):
    """The outline as an antialiased mask 0..1."""
    big = Image.new("L", (2 * SIDE, 2 * SIDE))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ImageDraw.Draw(big).polygon([tuple(2 * (turn @ np.array(p) * size + centre)) for p in points], fill=255)
    soft = big.filter(ImageFilter.GaussianBlur(1.2)).resize((SIDE, SIDE), Image.BOX)
    return np.asarray(soft, np.float32) / 255


def place(base, rng, kind=None, name=None, size=None):
    """Draws an object; returns (float image, alpha, caption of the object)."""
    kind = kind or str(rng.choice(GARMENTS if rng.random() < 0.6 else tuple(OUTLINES)))
    name = name or str(rng.choice(colours.EIGHT if rng.random() < 0.75 else tuple(colours.LAB)))
    size = size or (rng.uniform(66, 112) if kind in GARMENTS else rng.uniform(34, 84))
    room = max(0.0, 128 - size)
    centre = 128 + rng.uniform(-room, room, 2)
    alpha = outline(OUTLINES[kind], size * rng.uniform(0.92, 1.05, 2), centre, rng.normal(0, 0.08))
    colour = np.tile(tone(name, rng), (SIDE, SIDE, 1))
    folds = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), sigmaX=6, sigmaY=16)
    colour = shade(colour, rng, 20) + (folds / folds.std() * rng.uniform(1, 6))[..., None]
    if kind == "ball":
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        light = 1.15 - np.hypot(x - centre[0] + size / 3, y - centre[1] + size / 3) / size / 2.2
        colour = colour * light[..., None]
    rim = alpha - cv2.GaussianBlur(alpha, (0, 0), 5)
    colour = colour * (1 - 0.35 * rim.clip(0, 1))[..., None]
    if kind in GARMENTS and rng.random() < 0.2:
        logo = outline(OUTLINES[str(rng.choice(["star", "ball", "box"]))], size * 0.16, centre, 0)[..., None]
        colour = colour + logo * (tone(str(rng.choice(colours.EIGHT)), rng) - colour)
    article = "" if kind in ("pants", "shorts") else "an " if name == "orange" else "a "
    return base + alpha[..., None] * (colour - base), alpha, f"{article}{name} {kind}"


def scratches(rng):
    """Thin strokes across the image as a mask 0..1: scratches, or a brush at work."""
    big = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(big)
    for _ in range(rng.integers(1, 5)):
        p, step = rng.uniform(20, 236, 2), rng.normal(0, 22, 2)
        points = [tuple(p)]
        for _ in range(rng.integers(3, 9)):
            step = step * 0.8 + rng.normal(0, 12, 2)
            p = p + step
            points.append(tuple(p))
        draw.line(points, fill=255, width=int(rng.integers(3, 26)), joint="curve")
    return np.asarray(big, np.float32) / 255


def eight_bit(image):
    return image.clip(0, 255).round().astype(np.uint8)


def scene(seed, ground=None, ground_colour=None, **what):
    """One scene: image and background (both uint8), alpha of the object, captions of the object and of the ground."""
    rng = np.random.default_rng(seed)
    base, caption = background(rng, ground, ground_colour)
    image, alpha, thing = place(base, rng, **what)
    return {"picture": eight_bit(image), "background": eight_bit(base), "alpha": alpha, "thing": thing, "ground": caption}


def make(work, count):
    """The scenes that training draws from, as arrays in the folder `work`."""
    drawn = [scene(10_000_000 + i) for i in range(count)]
    for key in drawn[0]:
        values = np.stack([d[key] for d in drawn])
        if key == "alpha":
            values = (values * 255).round().astype(np.uint8)
        np.save(os.path.join(work, f"scenes-{key}.npy"), values)
    print(f"{count} scenes drawn", flush=True)
