"""Photos with drawn captions, prices and see-through watermarks, and how well masks of text cover them.

    python captions.py make PHOTOS WORK          # WORK/images, WORK/truth and the manifest WORK/rows.csv
    ./spackle run WORK/job.conf                  # its masks are written beside the images
    python captions.py score WORK WORK/out       # the shares of docs/measurements.md

Images of more than 512 pixels are composed of several photos. Some photos have prints: once the masks of images without
drawn text have been looked at, WORK/printed.txt names those with letters that a person can read; they do not count.

Needs the fonts DejaVu, Liberation, FreeFont and Noto Sans CJK, numpy and Pillow. Photos are taken in the order of their
names, so that the same folder gives the same images.
"""
import argparse
import csv
import json
import pathlib
import random
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FAMILIES = ["DejaVu Sans", "DejaVu Serif:bold", "DejaVu Sans Mono", "Liberation Sans", "Liberation Serif:italic",
            "Liberation Sans Narrow:bold", "FreeSans", "FreeSerif", "Noto Sans CJK SC", "Noto Sans CJK SC:bold",
            "Noto Serif CJK SC"]
LATIN = ["SUMMER SALE", "Only 29.99 $", "-50% today", "Free shipping", "New arrival", "Size M / L / XL", "www.shop.example",
         "Limited offer!", "Made in Italy", "ORDER NOW 0800 555", "Best price: 14,90 EUR", "2024-05-17 18:22"]
CHINESE = ["新品上市", "限时优惠", "包邮 59元", "夏季清仓", "品质保证", "官方旗舰店", "立即购买"]
WATERMARKS = ["SAMPLE", "© stock photo", "preview", "样品水印"]
ANGLES = [0, 0, 0, 10, -20, 30, 90]
OPACITIES = [0.15, 0.3, 0.5]
# Photos in a row and in a column of one image, and the side of each in pixels: images of 256, 768, 512, 1024, 1536.
LAYOUTS = [(1, 256), (3, 256), (2, 256), (2, 512), (1, 512), (2, 384), (1, 256), (3, 512)]
OPAQUE = 128
SEED = 9000
LABELS = {"Pants", "Skirt", "Dress", "Shirt", "Blazer", "Blouse"}
WITH_TEXT = {"0976f46d"}  # by the first eight letters of their names


def fonts():
    found = {}
    for family in FAMILIES:
        line = subprocess.run(["fc-match", "-f", "%{file}|%{index}", family], capture_output=True, text=True, check=True)
        file, index = line.stdout.split("|")
        found[family] = (file, int(index) & 0xFFFF)
    return found


def ink(text, font, outline, column):
    """A text as fill and outline levels, on its own canvas."""
    lines = list(text) if column else [text]
    boxes = [font.getbbox(line, stroke_width=outline) for line in lines]
    width = max(box[2] - box[0] for box in boxes) + 4
    height = sum(box[3] - box[1] + 2 for box in boxes) + 4
    fill, edge = Image.new("L", (width, height)), Image.new("L", (width, height))
    y = 2
    for line, box in zip(lines, boxes):
        at = (2 - box[0], y - box[1])
        ImageDraw.Draw(fill).text(at, line, 255, font)
        ImageDraw.Draw(edge).text(at, line, 255, font, stroke_width=outline, stroke_fill=255)
        y += box[3] - box[1] + 2
    return fill, edge


def draw(image, taken, rng, files, opacity=None):
    """Draws one text where none is taken and returns where it is, as levels; None if there is no room."""
    chinese = rng.random() < 0.35
    family = rng.choice([name for name in files if ("CJK" in name) == chinese])
    text = rng.choice(WATERMARKS[3:] if chinese else WATERMARKS[:3]) if opacity else rng.choice(CHINESE if chinese else LATIN)
    width, height = image.size
    file, index = files[family]
    outline = 0 if opacity else rng.choice([0, 0, 1, 2])
    size = int(min(width, height) * rng.uniform(0.045, 0.09) + 4)
    column = chinese and not opacity and rng.random() < 0.4
    angle = 0 if column else rng.choice(ANGLES)
    while True:
        fill, edge = ink(text, ImageFont.truetype(file, size, index=index), outline, column)
        fill, edge = (part.rotate(angle, Image.BICUBIC, expand=True) for part in (fill, edge))
        if fill.width < 0.96 * width and fill.height < 0.96 * height:
            break
        size = int(size * 0.85)
    at = rng.randint(0, width - fill.width), rng.randint(0, height - fill.height)
    local = np.asarray(image.crop((*at, at[0] + fill.width, at[1] + fill.height)).convert("L"))
    bright = local.mean() < 128
    colour = rng.choice([(255, 255, 255), (255, 240, 120), (255, 210, 230)] if bright else [(0, 0, 0), (150, 0, 0), (20, 30, 120)])
    place = Image.new("L", image.size)
    place.paste(edge, at)
    if (np.asarray(place.filter(ImageFilter.MaxFilter(5))) & taken).any():
        return None
    level = opacity or 1
    image.paste((0, 0, 0) if bright else (255, 255, 255), at, edge.point(lambda v: int(v * level)))
    image.paste(colour, at, fill.point(lambda v: int(v * level)))
    return np.asarray(place)


def mosaic(photos, count, side):
    image = Image.new("RGB", (side * count, side * count))
    for i, photo in enumerate(photos):
        image.paste(Image.open(photo).convert("RGB").resize((side, side), Image.BICUBIC), (i % count * side, i // count * side))
    return image


def plain(folder):
    """Photos of garments that rarely have prints, without those on which text can be seen."""
    with open(folder.parent / "labels.csv", newline="") as file:
        labels = {row["image"]: row["label"] for row in csv.DictReader(file)}
    kept = [name for name in sorted(labels) if labels[name] in LABELS and name[:8] not in WITH_TEXT]
    return [path for path in (folder / f"{name}.jpg" for name in kept) if path.exists()]


def make(photos, work, count, first):
    files = fonts()
    paths = plain(pathlib.Path(photos))
    for name in ("images", "truth"):
        (work / name).mkdir(parents=True, exist_ok=True)
    rows = []
    used = first
    for i in range(count):
        rng = random.Random(SEED + i)
        grid, side = LAYOUTS[i % len(LAYOUTS)]
        image = mosaic(paths[used:used + grid * grid], grid, side)
        used += grid * grid
        number = f"{i:03}-{grid * side}"
        image.save(work / "images" / f"plain-{number}.png")
        rows.append((f"plain-{number}", f"images/plain-{number}.png"))
        levels = np.zeros(image.size[::-1], np.uint8)
        opacity = OPACITIES[i // 4 % len(OPACITIES)] if (i // 8 + i) % 4 == 3 else None
        for _ in range(1 if opacity else rng.randint(1, 2)):
            place = draw(image, levels, rng, files, opacity)
            levels = levels if place is None else np.maximum(levels, place)
        name = f"{'mark-%02d' % (opacity * 100) if opacity else 'text'}-{number}"
        image.save(work / "images" / f"{name}.png")
        Image.fromarray(levels).save(work / "truth" / f"{name}.png")
        rows.append((name, f"images/{name}.png"))
    with open(work / "rows.csv", "w", newline="") as file:
        csv.writer(file).writerows([("id", "init_image"), *rows])
    (work / "job.conf").write_text(
        'include "profiles/remove-text.conf"\n'
        'spackle { manifest { path = rows.csv, base = "." }\n'
        '  output { path = out, masks = true }\n  fetch.allow-files = [.] }\n')


def score(work, masks):
    files = {path.name.removesuffix("-mask.png"): path for path in pathlib.Path(masks).rglob("*-mask.png")}
    covered, others, marks, alone, masked = [], [], {}, {}, []
    printed = set((work / "printed.txt").read_text().split()) if (work / "printed.txt").exists() else set()
    for path in sorted((work / "images").glob("*.png")):
        name = path.stem
        size = Image.open(path).size[::-1]
        mask = np.asarray(Image.open(files[name]).convert("L")) > 127 if name in files else np.zeros(size, bool)
        if name.startswith("plain"):
            if name not in printed:
                alone.setdefault(name.split("-")[-1], []).append(bool(not mask.any()))
                masked.extend([name] if mask.any() else [])
            continue
        truth = np.asarray(Image.open(work / "truth" / f"{name}.png"))
        text = truth >= OPAQUE
        share = (mask & text).sum() / max(1, text.sum())
        if name.startswith("mark"):
            marks.setdefault(name.split("-")[1], []).append(share)
        else:
            covered.append(((mask & text).sum(), text.sum(), name))
            others.append((mask & (truth == 0)).sum() / (truth == 0).sum())
    worst = sorted(covered, key=lambda c: c[0] / max(1, c[1]))[:12]
    print(json.dumps({
        "opaque text covered": round(sum(c[0] for c in covered) / sum(c[1] for c in covered), 4),
        "images with at least 0.98 covered": round(float(np.mean([c[0] >= 0.98 * c[1] for c in covered])), 4),
        "other pixels masked": round(float(np.mean(others)), 4),
        "watermarks covered, by opacity": {k: round(float(np.mean(v)), 3) for k, v in sorted(marks.items())},
        "images without text left alone, by side": {k: f"{sum(v)} of {len(v)}" for k, v in sorted(alone.items())},
        "masked though without text": masked,
        "worst": [f"{c[2]} {c[0] / max(1, c[1]):.3f}" for c in worst]}, indent=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make")
    maker.add_argument("photos")
    maker.add_argument("work", type=pathlib.Path)
    maker.add_argument("--count", type=int, default=200)
    maker.add_argument("--first", type=int, default=690, help="the first photo: the rules were tuned on those before it")
    scorer = commands.add_parser("score")
    scorer.add_argument("work", type=pathlib.Path)
    scorer.add_argument("masks", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "make":
        make(arguments.photos, arguments.work, arguments.count, arguments.first)
    else:
        score(arguments.work, arguments.masks)
