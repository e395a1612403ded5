"""Compares io.spackle.patchmatch with other fills: patchmatch_compare.py OUT CLASSPATH PHOTO [PHOTO ...]

Needs numpy, pillow, opencv-python-headless and pypatchmatch. Cuts crops out of the photos, draws textures and holes,
fills them with the Java main io.spackle.patchmatch.PatchMatchCli and with the others, prints a table and writes
contact sheets to OUT. Figures, each a mean over the images (for ratios the median):

  sharpness  mean absolute Laplacian inside the hole over that of a ring around it
  edge       difference between neighbours across the hole's edge over the original's there
  error      mean absolute difference to the original inside the hole, in levels of 0 to 255
"""

import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy
import patchmatch
from PIL import Image, ImageDraw

SIDE = 256
CROPS = 100


# textures: functions of (x, y) in pixels and a random generator, colours of 0 to 255 per pixel


def mix(low, high, share):
    return numpy.asarray(low, float) + (numpy.asarray(high, float) - low) * share[..., None]


def rotate(x, y, degrees):
    turn = numpy.deg2rad(degrees)
    return x * numpy.cos(turn) + y * numpy.sin(turn), y * numpy.cos(turn) - x * numpy.sin(turn)


def bricks(x, y, rng, width=42, height=18):
    row = numpy.floor(y / height)
    across = x + row % 2 * width / 2
    column = numpy.floor(across / width)
    mortar = (across % width < 3) | (y % height < 3)
    shade = rng.uniform(-14, 14, (64, 64))[row.astype(int) % 64, column.astype(int) % 64]
    colour = numpy.stack([168 + shade, 84 + shade, 66 + shade], -1)
    return numpy.where(mortar[..., None], [205.0, 198, 188], colour)


def plaid(x, y, rng, period=46):
    across, down = x % period, y % period
    base = mix([40, 70, 130], [200, 60, 60], ((across < period * 0.3) + (down < period * 0.3)) / 2.0)
    thin = (abs(across - period * 0.65) < 1.5) | (abs(down - period * 0.65) < 1.5)
    return numpy.where(thin[..., None], [240.0, 230, 150], base) + 6 * ((x + y) % 4 < 2)[..., None]


def fence(x, y, rng, period=28, degrees=45):
    u, v = rotate(x, y, degrees)
    wire = numpy.minimum(abs(u % period - period / 2), abs(v % period - period / 2))
    back = mix([60, 95, 50], [120, 150, 90], 0.5 + 0.5 * numpy.sin(x / 31.0) * numpy.cos(y / 23.0))
    return mix([205, 205, 210], back, numpy.clip(wire - 1.5, 0, 1))


def knit(x, y, rng, width=12, height=10):
    column = x % width - width / 2
    lean = (y + abs(column) * 0.8) % height / height
    share = 0.5 + 0.5 * numpy.cos(2 * numpy.pi * lean)
    return mix([90, 40, 60], [190, 120, 140], share * (0.6 + 0.4 * numpy.cos(numpy.pi * column / width) ** 2))


def boards(x, y, rng, width=36):
    board = numpy.floor(x / width)
    grain = numpy.sin(x * 1.3 + 3 * numpy.sin(y / 40.0 + board * 2)) * 8
    shade = rng.uniform(-16, 16, 64)[board.astype(int) % 64]
    colour = numpy.stack([150 + shade + grain, 108 + shade + grain, 70 + shade + grain], -1)
    return numpy.where((x % width < 2)[..., None], [45.0, 30, 20], colour)


def checker(x, y, rng, period=24, degrees=0):
    u, v = rotate(x, y, degrees)
    return mix([30, 30, 40], [225, 220, 205], (numpy.floor(u / period) + numpy.floor(v / period)) % 2)


def dots(x, y, rng, period=22):
    row = numpy.floor(y / period)
    u, v = (x + row % 2 * period / 2) % period - period / 2, y % period - period / 2
    return mix([250, 240, 230], [180, 30, 60], numpy.clip(period * 0.28 - numpy.hypot(u, v) + 0.5, 0, 1))


def stripes(x, y, rng, period=20, degrees=0):
    u, _ = rotate(x, y, degrees)
    share = numpy.clip(2 * abs(u % period - period / 2) - period * 0.5 + 0.5, 0, 1)
    return mix([245, 245, 245], [30, 50, 110], share)


TEXTURES = {
    "bricks": lambda *at: bricks(*at),
    "bricks-small": lambda *at: bricks(*at, width=27, height=11),
    "bricks-large": lambda *at: bricks(*at, width=61, height=26),
    "bricks-fraction": lambda *at: bricks(*at, width=37.4, height=15.3),
    "plaid": lambda *at: plaid(*at),
    "plaid-small": lambda *at: plaid(*at, period=26),
    "plaid-large": lambda *at: plaid(*at, period=63),
    "plaid-fraction": lambda *at: plaid(*at, period=34.6),
    "fence": lambda *at: fence(*at),
    "fence-small": lambda *at: fence(*at, period=17),
    "fence-large": lambda *at: fence(*at, period=44),
    "fence-steep": lambda *at: fence(*at, period=31, degrees=30),
    "knit": lambda *at: knit(*at),
    "knit-large": lambda *at: knit(*at, width=19, height=15),
    "knit-fraction": lambda *at: knit(*at, width=14.3, height=11.7),
    "boards": lambda *at: boards(*at),
    "boards-narrow": lambda *at: boards(*at, width=19),
    "boards-wide": lambda *at: boards(*at, width=58),
    "checker": lambda *at: checker(*at),
    "checker-small": lambda *at: checker(*at, period=9),
    "checker-turned": lambda *at: checker(*at, period=21, degrees=27),
    "checker-large": lambda *at: checker(*at, period=40),
    "dots": lambda *at: dots(*at),
    "dots-small": lambda *at: dots(*at, period=13),
    "dots-large": lambda *at: dots(*at, period=38),
    "stripes": lambda *at: stripes(*at),
    "stripes-flat": lambda *at: stripes(*at, period=15, degrees=90),
    "stripes-20": lambda *at: stripes(*at, period=18, degrees=20),
    "stripes-45": lambda *at: stripes(*at, period=26, degrees=45),
    "stripes-70": lambda *at: stripes(*at, period=11, degrees=70),
}


def texture(name):
    rng = numpy.random.default_rng(len(name))
    y, x = numpy.mgrid[0:SIDE, 0:SIDE].astype(float)
    drawn = TEXTURES[name](x, y, rng) + rng.normal(0, 3, (SIDE, SIDE, 1))
    return numpy.clip(numpy.rint(drawn), 0, 255).astype(numpy.uint8)


def hole(index):
    """A drawn hole that covers about a tenth of the image, (SIDE, SIDE) booleans."""
    rng = numpy.random.default_rng(index)
    mask = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(mask)
    x, y = rng.integers(60, SIDE - 60, 2)
    if index % 4 == 0:
        draw.rectangle([x - 45, y - 36, x + 45, y + 36], fill=255)
    elif index % 4 == 1:
        draw.ellipse([x - 50, y - 42, x + 50, y + 42], fill=255)
    elif index % 4 == 2:
        draw.line([tuple(each) for each in rng.integers(20, SIDE - 20, (4, 2))], fill=255, width=16, joint="curve")
    else:
        for left, top in rng.integers(10, SIDE - 50, (6, 2)):
            draw.ellipse([left, top, left + 36, top + 30], fill=255)
    return numpy.asarray(mask) > 0


def crops(photos):
    cut = {}
    large = [photo for photo in photos if min(Image.open(photo).size) >= 2 * SIDE]
    small = [photo for photo in photos if photo not in large]
    for photo in large:
        image = numpy.asarray(Image.open(photo).convert("RGB"))
        for corner in range(8):
            rng = numpy.random.default_rng(corner)
            top, left = rng.integers(0, image.shape[0] - SIDE), rng.integers(0, image.shape[1] - SIDE)
            cut[f"photo-{len(cut):03}"] = image[top : top + SIDE, left : left + SIDE]
    for photo in small[:: max(1, len(small) // (CROPS - len(cut)))][: CROPS - len(cut)]:
        image = Image.open(photo).convert("RGB")
        cut[f"photo-{len(cut):03}"] = numpy.asarray(image.crop((0, 0, SIDE, SIDE)))
    return cut


# figures


def laplacian(image):
    return numpy.abs(cv2.Laplacian(image.astype(numpy.float32), cv2.CV_32F)).mean(2)


def sharpness(image, mask):
    strength = laplacian(image)
    kernel = numpy.ones((3, 3), numpy.uint8)
    grown = mask.astype(numpy.uint8)
    ring = (cv2.dilate(grown, kernel, iterations=18) > 0) & (cv2.dilate(grown, kernel, iterations=2) == 0)
    inside = cv2.erode(grown, kernel) > 0
    return strength[inside].mean() / max(1e-6, strength[ring].mean())


def edge_step(image, mask):
    pixels = image.astype(float)
    across = mask[:, 1:] != mask[:, :-1]
    down = mask[1:] != mask[:-1]
    steps = numpy.abs(numpy.diff(pixels, axis=1))[across].sum() + numpy.abs(numpy.diff(pixels, axis=0))[down].sum()
    return steps / 3 / (across.sum() + down.sum())


def error(image, original, mask):
    return numpy.abs(image.astype(float) - original)[mask].mean()


# fills


def fill_java(folder, classpath, cases):
    given, results = folder / "in", folder / "java"
    given.mkdir(parents=True, exist_ok=True)
    results.mkdir(exist_ok=True)
    for old in given.glob("*.png"):
        old.unlink()
    for name, (original, mask) in cases.items():
        holed = numpy.where(mask[..., None], 0, original).astype(numpy.uint8)
        Image.fromarray(holed).save(given / f"{name}.png")
        Image.fromarray(numpy.where(mask, 255, 0).astype(numpy.uint8)).save(given / f"{name}.mask.png")
    command = ["java", "-cp", classpath, "io.spackle.patchmatch.PatchMatchCli", given, results, "2"]
    printed = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    seconds = sum(float(line.split()[1]) for line in printed.splitlines())
    return {name: numpy.asarray(Image.open(results / f"{name}.png")) for name in cases}, seconds


def fill_each(fill, cases):
    start = time.perf_counter()
    filled = {}
    for name, (original, mask) in cases.items():
        holed = numpy.where(mask[..., None], 0, original).astype(numpy.uint8)
        filled[name] = fill(holed, mask.astype(numpy.uint8) * 255)
    return filled, time.perf_counter() - start


def fill_pypatchmatch(image, mask):
    patchmatch.set_random_seed(1)
    return patchmatch.inpaint(image, mask, patch_size=3)


METHODS = {
    "pypatchmatch": fill_pypatchmatch,
    "telea": lambda image, mask: cv2.inpaint(image, mask, 5, cv2.INPAINT_TELEA),
    "navier-stokes": lambda image, mask: cv2.inpaint(image, mask, 5, cv2.INPAINT_NS),
}


def table(cases, fills):
    print(f"{'':14} {'sharpness':>9} {'edge':>6} {'error':>6} {'seconds':>8}")
    fills = {"original": ({name: original for name, (original, _) in cases.items()}, 0)} | fills
    for method, (filled, seconds) in fills.items():
        rows = []
        for name, (original, mask) in cases.items():
            image = filled[name]
            step = edge_step(image, mask) / max(0.5, edge_step(original, mask))
            rows.append((sharpness(image, mask), step, error(image, original, mask)))
        sharp, step, wrong = zip(*rows)
        print(
            f"{method:14} {numpy.median(sharp):9.2f} {numpy.median(step):6.2f} {numpy.mean(wrong):6.2f}"
            f" {seconds / len(cases):8.3f}"
        )


def each_texture(cases, fills):
    print(f"{'error':16}" + "".join(f"{method:>14}" for method in fills))
    for name, (original, mask) in cases.items():
        print(f"{name:16}" + "".join(f"{error(done[name], original, mask):14.1f}" for done, _ in fills.values()))


def sheet(path, cases, fills):
    """A row per image: with its hole, filled here, filled by pypatchmatch, the original; two rows side by side."""
    rows = []
    for name, (original, mask) in cases.items():
        holed = numpy.where(mask[..., None], [255, 0, 255], original).astype(numpy.uint8)
        rows.append(numpy.hstack([holed, fills["spackle"][0][name], fills["pypatchmatch"][0][name], original]))
    rows += [numpy.zeros_like(rows[0])] * (len(rows) % 2)
    pairs = [numpy.hstack(rows[i : i + 2]) for i in range(0, len(rows), 2)]
    Image.fromarray(numpy.vstack(pairs)).save(path)


def main(out, classpath, photos):
    out.mkdir(parents=True, exist_ok=True)
    groups = {
        "textures": {name: (texture(name), hole(4 * i + i % 2)) for i, name in enumerate(TEXTURES)},
        "photos": {name: (image, hole(i)) for i, (name, image) in enumerate(crops(photos).items())},
    }
    for group, cases in groups.items():
        fills = {"spackle": fill_java(out / group, classpath, cases)}
        fills |= {method: fill_each(fill, cases) for method, fill in METHODS.items()}
        print(f"\n{group}: {len(cases)} images of {SIDE} x {SIDE}")
        table(cases, fills)
        if group == "textures":
            each_texture(cases, fills)
        items = list(cases.items())
        for page in range(0, len(items), 20):
            sheet(out / f"{group}-{page // 20}.png", dict(items[page : page + 20]), fills)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [Path(each) for each in sys.argv[3:]])
