"""Garments cut out of the training photos, for the composites that the segmenter learns from.

GrabCut runs twice at 128 x 128, with a narrow and with a wide border of sure background. A cut is kept if both runs
agree, and if its shape and its edge look like those of a garment. Nobody labelled a photo. `--sheet` draws kept cuts.
"""
import argparse
import multiprocessing
import os

import cv2
import numpy as np
from PIL import Image

import photos

SIDE = 128
BORDERS = (2, 7)        # pixels of sure background at the sides of the photo
AGREE = 0.93            # least intersection over union of the two cuts
AREA = (0.10, 0.80)     # share of the photo
TOUCH = 0.10            # largest share of the photo's border that the garment may touch
EDGE = 9.0              # least mean step of colour across the outline, in levels of Lab
SOLID = 0.60            # least share of the convex hull


def grab(image, border):
    mask = np.full((SIDE, SIDE), cv2.GC_PR_FGD, np.uint8)
    mask[:border], mask[-border:], mask[:, :border], mask[:, -border:] = (cv2.GC_BGD,) * 4
    cv2.setRNGSeed(1)
    cv2.grabCut(image, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    return main_part(((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8))


def main_part(area):
    """The largest piece (two, where the second is as large: shoes) without holes below one percent, with a smooth outline."""
    area = cv2.morphologyEx(area, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(area)
    if count < 2:
        return area
    sizes = stats[1:, cv2.CC_STAT_AREA]
    area = np.isin(pieces, 1 + np.flatnonzero(sizes > 0.4 * sizes.max())).astype(np.uint8)
    count, holes, stats, _ = cv2.connectedComponentsWithStats(1 - area)
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < 0.01 * area.size]
    area[np.isin(holes, small)] = 1
    return (cv2.GaussianBlur(area.astype(np.float32), (0, 0), 1.2) > 0.5).astype(np.uint8)


def overlap(one, other):
    return (one & other).sum() / max(1, (one | other).sum())


def solidity(area):
    """Share of the convex hulls of the pieces that is garment."""
    outlines, _ = cv2.findContours(area, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.zeros_like(area)
    for outline in outlines:
        cv2.fillConvexPoly(hull, cv2.convexHull(outline), 1)
    return area.sum() / max(1, hull.sum())


def edge_step(image, area):
    """Mean distance in Lab between a band inside the outline and a band outside it, smoothed along the outline."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    kernel = np.ones((3, 3), np.uint8)
    inner = area - cv2.erode(area, kernel, iterations=4)
    outer = cv2.dilate(area, kernel, iterations=5) - cv2.dilate(area, kernel, iterations=1)
    mean = lambda band: cv2.GaussianBlur(lab * band[..., None], (0, 0), 4) / (
        cv2.GaussianBlur(band.astype(np.float32), (0, 0), 4)[..., None] + 1e-4)
    outline = (cv2.dilate(area, kernel) - area) > 0
    return float(np.linalg.norm(mean(inner) - mean(outer), axis=2)[outline].mean()) if outline.any() else 0.0


def cut(image):
    """The garment's area at 128 x 128, or None where the cut failed or does not look like a garment."""
    cv2.setNumThreads(1)
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    try:
        area = grab(small, BORDERS[0])
        border = np.concatenate([area[3], area[-4], area[:, 3], area[:, -4]])
        good = (AREA[0] < area.mean() < AREA[1] and border.mean() < TOUCH and solidity(area) > SOLID
                and edge_step(small, area) > EDGE and overlap(area, grab(small, BORDERS[1])) > AGREE)
    except cv2.error:
        return None
    return area if good else None


def sheet(pixels, index, area, path, count=96):
    page = Image.new("RGB", (12 * 128, count // 12 * 128))
    for k, j in enumerate(np.random.default_rng(5).choice(len(index), count, replace=False)):
        image = cv2.resize(np.array(pixels[index[j]]), (126, 126), interpolation=cv2.INTER_AREA)
        inside = cv2.resize(area[j], (126, 126)) > 0
        image[~inside] = image[~inside] // 4 + np.array([0, 140, 0], np.uint8)
        page.paste(Image.fromarray(image), (k % 12 * 128, k // 12 * 128))
    page.save(path)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--sheet", help="a PNG with some of the kept cuts")
    a = p.parse_args()
    pixels, _, train, _ = photos.load(a.photos, a.work)
    path = os.path.join(a.work, "cutouts.npz")
    if not os.path.exists(path):
        with multiprocessing.Pool(a.workers) as pool:
            cuts = pool.map(cut, (np.array(pixels[i]) for i in train), chunksize=20)
        index, area = zip(*[(i, area) for i, area in zip(train, cuts) if area is not None])
        np.savez_compressed(path, index=np.array(index), area=np.stack(area))
    cuts = np.load(path)
    print(f"{len(cuts['index'])} of {len(train)} garments cut out", flush=True)
    if a.sheet:
        sheet(pixels, cuts["index"], cuts["area"], a.sheet)


if __name__ == "__main__":
    main()
