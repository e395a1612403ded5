"""Makes the images, masks and manifests of conf/demo from test photos: something to erase, or a garment to recolour.

Caption, price, watermark, stain and scratches are drawn on the photos, and the cap is laid into one. Everything else is
in the photos as they are.
"""
import argparse
import json
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import photos

WHITE, INK = (255, 255, 255), (24, 24, 30)


def garment(photo, margin=6):
    """Coverage 0..1 of the largest thing in a photo (GrabCut at twice the size)."""
    h, w = photo.shape[:2]
    big = cv2.resize(photo, (2 * w, 2 * h), interpolation=cv2.INTER_CUBIC)
    area = np.full(big.shape[:2], cv2.GC_BGD, np.uint8)
    inner = slice(2 * margin, -2 * margin)
    area[inner, inner] = cv2.GC_PR_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(big, area, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    thing = np.isin(area, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    thing = cv2.morphologyEx(thing, cv2.MORPH_OPEN, disc(4))
    outlines, _ = cv2.findContours(thing, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    thing = cv2.drawContours(np.zeros_like(thing), [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return cv2.resize(thing.astype(np.float32), (w, h), interpolation=cv2.INTER_AREA)


def disc(radius):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def grown(area, radius):
    return cv2.dilate(area.astype(np.uint8), disc(radius)) > 0


def inside(*polygons):
    """Area of polygons given by their corners, bool (256, 256)."""
    page = Image.new("L", (256, 256))
    for polygon in polygons:
        ImageDraw.Draw(page).polygon(polygon, fill=255)
    return np.asarray(page) > 0


def printed(photo, area, distance, margin=5):
    """What differs in colour from the cloth around it, within an area; narrow gaps included."""
    lab = cv2.cvtColor(photo.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    cloth = np.median(lab[grown(area, 8) & ~area], 0)
    ink = (area & (np.linalg.norm(lab - cloth, axis=2) > distance)).astype(np.uint8)
    return grown(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, disc(6)), margin)


def overlaid(photo, draw, margin=3):
    """The photo with something drawn on it, at four times the size for smooth edges, and what it covers."""
    layer = Image.new("RGBA", (1024, 1024))
    draw(ImageDraw.Draw(layer))
    layer = layer.resize((256, 256), Image.BOX)
    page = Image.fromarray(photo).convert("RGBA")
    page.alpha_composite(layer)
    return np.asarray(page.convert("RGB")), grown(np.asarray(layer)[..., 3] > 4, margin)


def caption(photo):
    def draw(d):
        d.text((512, 900), "SUMMER  SALE", WHITE, ImageFont.load_default(112), anchor="mm", stroke_width=7, stroke_fill=INK)
    return overlaid(photo, draw)


def price(photo):
    def draw(d):
        d.ellipse((706, 390, 994, 678), fill=(214, 32, 44, 255))
        d.text((850, 490), "NOW", WHITE, ImageFont.load_default(60), anchor="mm")
        d.text((850, 570), "19.90", WHITE, ImageFont.load_default(92), anchor="mm")
    return overlaid(photo, draw)


def watermark(photo):
    def draw(d):
        for y in (370, 610, 850):
            d.text((512, y), "sample  photo", (255, 255, 255, 150), ImageFont.load_default(120), anchor="mm")
    return overlaid(photo, draw)


def stain(photo):
    """A drop of coffee: a smooth blot that darkens the cloth, with a darker rim."""
    y, x = np.mgrid[0:256, 0:256].astype(np.float32)
    angle = np.arctan2(y - 150, x - 95)
    edge = 21 + 3 * np.sin(3 * angle + 1) + 2 * np.sin(7 * angle)
    away = np.hypot(y - 150, x - 95) - edge
    strength = np.clip(0.5 - away, 0, 1) * (0.55 + 0.3 * np.exp(-(away / 2.5) ** 2))
    tint = np.array((150, 92, 45), np.float32) / 255
    stained = photo * (1 - strength[..., None] * (1 - tint))
    return stained.round().astype(np.uint8), away < 3


def scratches(photo):
    rng = np.random.default_rng(5)

    def draw(d):
        for _ in range(9):
            start, angle = rng.uniform(120, 900, 2), rng.uniform(0.9, 2.0)
            steps = np.cumsum(rng.normal(0, 7, (40, 2)) + 15 * np.array((np.cos(angle), np.sin(angle))), 0)
            d.line([tuple(p) for p in start - steps[20] + steps], (244, 240, 230, 255), int(rng.integers(5, 11)), "curve")
    return overlaid(photo, draw, margin=2)


def with_cap(photo, cap, left=100, top=178, side=76):
    """The cap of another photo laid beside the garment."""
    layer = Image.fromarray(np.dstack((cap, 255 * garment(cap))).round().astype(np.uint8))
    layer = layer.resize((side, side), Image.LANCZOS)
    page = Image.fromarray(photo)
    page.paste(layer, (left, top), layer)
    covered = np.zeros((256, 256), bool)
    covered[top:top + side, left:left + side] = np.asarray(layer)[..., 3] > 8
    return np.asarray(page), grown(covered, 3)


def cut_out(photo):
    """The photo with everything transparent but the garment, a pixel of its outline included: that has the ground's hue."""
    alpha = cv2.GaussianBlur(cv2.erode(garment(photo), disc(2)), (0, 0), 0.7)
    return np.dstack((photo, (255 * alpha).round().astype(np.uint8)))


# Corners of what the colour does not tell from the cloth.
TAG = [[(104, 109), (137, 106), (143, 179), (110, 182)],      # the card
       [(115, 81), (140, 79), (140, 112), (114, 112)],        # its string
       [(132, 96), (154, 95), (156, 156), (136, 156)]]        # its reflection
HANGER = [[(73, 33), (108, 9), (116, 0), (161, 0), (170, 9), (192, 21), (190, 30), (181, 32), (158, 14), (122, 14),
           (90, 35), (82, 39)]]

# Id to the test photo and what is drawn on it.
DRAWN = {"no-caption": (109, caption), "no-price": (186, price), "no-watermark": (241, watermark), "no-stain": (36, stain),
         "no-scratches": (366, scratches)}
# Id to the test photo and the mask of what is in it.
FOUND = {
    "no-print": (391, lambda p: printed(p, inside([(70, 40), (175, 40), (175, 165), (70, 165)]), 14)),
    "no-logo": (44, lambda p: printed(p, inside([(92, 105), (172, 105), (172, 148), (92, 148)]), 16, 4)),
    "no-tag": (225, lambda p: inside(*TAG)),
    "no-hanger": (226, lambda p: inside(*HANGER)),
    "no-polo": (60, lambda p: grown(garment(p) > 0.02, 6))}

# Id to the test photo of a garment and the prompt for its new colour.
RECOLOURED = {"blue-top": (372, "a photo of a blue t-shirt"), "green-shirt": (22, "a photo of a green shirt"),
              "red-vest": (3, "a photo of a red jacket"), "yellow-hoodie": (37, "a photo of a yellow hoodie")}


def recoloured(photo):
    """The garments to recolour: id to image, mask by outline, and prompt. A sleeve may end near the photo's border."""
    return {name: (photo(k), garment(photo(k), margin=2) > 0.5, prompt) for name, (k, prompt) in RECOLOURED.items()}


def images(photo):
    """The demo: id to image, mask, and the photo that the image was made from, or None where there is no such photo.

    photo(k) is the test photo k.
    """
    drawn = {name: (*draw(photo(k)), photo(k)) for name, (k, draw) in DRAWN.items()}
    drawn["no-cap"] = (*with_cap(photo(33), photo(168)), photo(33))
    found = {name: (photo(k), mask(photo(k)), None) for name, (k, mask) in FOUND.items()}
    slogan = printed(photo(17), inside([(70, 45), (190, 45), (190, 150), (70, 150)]), 10)
    return {**drawn, **found, "cut-out": (cut_out(photo(17)), slogan, None)}


def test_photos(folder, cache):
    """The function from k to the test photo k."""
    pixels, _, _, test = photos.load(folder, cache)
    return lambda k: np.array(pixels[test[k]])


BAD_ROWS = [
    {"id": "lost", "init_image": "lost.jpg", "mask_image": "no-stain-mask.png"},
    {"id": "eager", "init_image": "no-stain.jpg", "mask_image": "no-stain-mask.png", "num_inference_steps": 500}]


def write(folder, name, image, mask):
    """Writes the files of a row and returns it."""
    row = {"id": name, "init_image": name + (".jpg" if image.shape[2] == 3 else ".png"), "mask_image": f"{name}-mask.png"}
    Image.fromarray(image).save(os.path.join(folder, row["init_image"]), quality=95, subsampling=0, optimize=True)
    Image.fromarray(mask.astype(np.uint8) * 255).convert("1").save(os.path.join(folder, row["mask_image"]), optimize=True)
    return row


def write_manifest(path, rows):
    with open(path, "w") as f:
        f.writelines(json.dumps(row) + "\n" for row in rows)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--to", default="../../conf/demo", help="the folder with the demo's README")
    a = p.parse_args()
    os.makedirs(a.to, exist_ok=True)
    made = images(test_photos(a.photos, a.work))
    rows = [write(a.to, name, image, mask) for name, (image, mask, _) in made.items()]
    write_manifest(os.path.join(a.to, "manifest.jsonl"), rows + BAD_ROWS)
    garments = recoloured(test_photos(a.photos, a.work))
    write_manifest(os.path.join(a.to, "recolour.jsonl"),
                   [{**write(a.to, name, image, mask), "prompt": prompt} for name, (image, mask, prompt) in garments.items()])


if __name__ == "__main__":
    main()
