"""What the segmenter learns from: an image with garments, and where they are.

A third are training photos with their own cut. The others are composites: garments cut out of training photos, turned,
scaled, recoloured and lit anew, on grounds that they were not photographed on, among drawn things, text and figures.
Grounds are drawn, made of gradients or noise, or come from other photos, beside the garment.
"""
import os

import cv2
import numpy as np

import photos
import scenes

SIDE = 256
GROUNDS = 500           # drawn grounds, and as many from photos
TOP = {"T-Shirt", "Longsleeve", "Shirt", "Outwear", "Polo", "Undershirt", "Blazer", "Hoodie", "Body", "Top", "Blouse", "Dress"}


def colour(rng):
    """A muted colour more often than a strong one."""
    grey, spread = rng.uniform(15, 245), rng.choice((8, 30, 80))
    return (grey + rng.normal(0, spread, 3)).clip(0, 255).astype(np.float32)


def gradient(rng, side):
    y, x = np.mgrid[0:1:side * 1j, 0:1:side * 1j].astype(np.float32)
    angle, one, other = rng.uniform(0, 2 * np.pi), colour(rng), colour(rng)
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    return one + along[..., None].clip(0, 1) * (other - one)


def noise(rng, side):
    """Clouds or grain in two colours."""
    cells = int(rng.choice((4, 8, 16, 48, side)))
    weight = cv2.resize(rng.random((cells, cells)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    one = colour(rng)
    return one + weight[..., None] * (colour(rng) - one) * rng.uniform(0.2, 1)


def beside(image, area, rng):
    """A ground from a photo: the largest of a few corners without the garment, mirrored over the whole; None without one."""
    busy = cv2.dilate(cv2.resize(area, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.ones((9, 9), np.uint8)) > 0
    for size in (150, 120, 96, 72, 56, 44):
        corners = [(y, x) for y in (0, SIDE - size) for x in (0, SIDE - size)]
        free = [(y, x) for y, x in corners if not busy[y:y + size, x:x + size].any()]
        if free:
            y, x = free[rng.integers(len(free))]
            patch = image[y:y + size, x:x + size]
            return cv2.copyMakeBorder(patch, 0, SIDE - size, 0, SIDE - size, cv2.BORDER_REFLECT)
    return None


def filled(image, area):
    """A ground from a photo: the garment painted over from its surroundings, with grain."""
    hole = cv2.dilate(area, np.ones((9, 9), np.uint8))
    small = cv2.resize(image, hole.shape[::-1], interpolation=cv2.INTER_AREA)
    fill = cv2.resize(cv2.inpaint(small, hole, 3, cv2.INPAINT_TELEA), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(cv2.resize(hole * 255, (SIDE, SIDE)).astype(np.float32) / 255, (0, 0), 2)[..., None]
    return (image + soft * (fill.astype(np.float32) - image)).clip(0, 255).astype(np.uint8)


def affine(rng, side, scale, turn, place, flip, source=SIDE):
    """A random map of a square of `source` pixels into one of `side` pixels."""
    angle, zoom = rng.uniform(-turn, turn), rng.uniform(*scale) * side / source
    stretch = np.exp(rng.normal(0, 0.08))
    mirror = -1 if flip else 1
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turned @ np.diag([zoom * stretch * mirror, zoom / stretch])
    centre = side / 2 + rng.uniform(-place, place, 2) * side
    return np.hstack([matrix, (centre - matrix @ np.full(2, source / 2))[:, None]]).astype(np.float32)


def warp(image, matrix, side, border):
    return cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)


def tinted(image, rng):
    """Other colours and another light, RGB floats."""
    gains, gamma = np.exp(rng.normal(0, 0.12, 3)), np.exp(rng.normal(0, 0.15))
    image = 255 * (image.astype(np.float32) / 255) ** np.float32(gamma) * gains.astype(np.float32)
    if rng.random() < 0.35:
        hsv = cv2.cvtColor((image.clip(0, 255) / 255).astype(np.float32), cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + rng.uniform(0, 360)) % 360
        hsv[..., 1] = (hsv[..., 1] * rng.uniform(0.3, 1.6)).clip(0, 1)
        image = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255
    if rng.random() < 0.15:
        image = colour(rng) * (0.35 + 0.65 * image.mean(2, keepdims=True) / 160)
    return image


def shape(rng, side, size):
    """Coverage of a drawn thing: a polygon, an ellipse, a line or text."""
    cover = np.zeros((side, side), np.uint8)
    kind, centre = rng.random(), rng.uniform(0, side, 2)
    point = lambda: tuple(int(v) for v in centre + rng.normal(0, size / 2, 2))
    if kind < 0.3:
        corners = cv2.convexHull(np.array([point() for _ in range(rng.integers(3, 7))], np.int32))
        cv2.fillPoly(cover, [corners], 255, cv2.LINE_AA)
    elif kind < 0.55:
        axes = tuple(int(v) for v in rng.uniform(0.15, 0.6, 2) * size + 1)
        cv2.ellipse(cover, point(), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    elif kind < 0.75:
        cv2.line(cover, point(), point(), 255, int(rng.uniform(0.01, 0.08) * size) + 1, cv2.LINE_AA)
    else:
        word = "".join(rng.choice(list("ABCDEFGHKLMNOPRSTUVXYZ0123456789"), rng.integers(2, 9)))
        cv2.putText(cover, word, point(), int(rng.integers(0, 5)), size / 60, 255, int(rng.integers(1, 5)), cv2.LINE_AA)
    return cover


def blend(image, cover, paint):
    weight = cover.astype(np.float32)[..., None] / 255
    image += weight * (paint - image)


def figure(image, rng):
    """A drawn figure in the middle: head, neck, arms and legs in a tone of skin, where a top may go on."""
    side = image.shape[0]
    skin = np.array([235, 195, 170], np.float32) * rng.uniform(0.3, 1.05) + rng.normal(0, 6, 3).astype(np.float32)
    cover = np.zeros((side, side), np.uint8)
    at = lambda x, y: (int(x * side), int(y * side))
    cv2.ellipse(cover, at(0.5, 0.12), at(0.07, 0.1), 0, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.line(cover, at(0.5, 0.15), at(0.5, 0.3), 255, int(0.08 * side), cv2.LINE_AA)
    bend = rng.uniform(0, 0.15, 2)
    for sign, reach in ((-1, bend[0]), (1, bend[1])):
        elbow, hand = (0.5 + sign * (0.25 + reach), 0.5), (0.5 + sign * (0.24 + reach * rng.uniform(-1, 2)), 0.78)
        cv2.polylines(cover, [np.array([at(0.5 + sign * 0.15, 0.3), at(*elbow), at(*hand)])], False, 255,
                      int(0.065 * side), cv2.LINE_AA)
        cv2.line(cover, at(0.5 + sign * 0.08, 0.7), at(0.5 + sign * 0.1, 1.05), 255, int(0.11 * side), cv2.LINE_AA)
    light = cv2.GaussianBlur(cover, (0, 0), side / 40).astype(np.float32)[..., None] / 255
    blend(image, cover, skin * (0.75 + 0.3 * light))
    hair = np.zeros((side, side), np.uint8)
    cv2.ellipse(hair, at(0.5, 0.09), at(0.08, 0.09), 0, 180, 360, 255, -1, cv2.LINE_AA)
    blend(image, hair, colour(rng) * 0.5)


def camera(image, rng):
    """Light from one side, exposure, blur, grain and JPEG; uint8."""
    side = image.shape[0]
    if rng.random() < 0.5:
        light = 1 + (gradient(rng, side).mean(2, keepdims=True) / 255 - 0.5) * rng.uniform(0, 0.7)
        image = image * light
    image = (image - 128) * np.float32(np.exp(rng.normal(0, 0.12))) + 128 + np.float32(rng.normal(0, 12))
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.4) * side / 256)
    if rng.random() < 0.5:
        image = image + rng.normal(0, rng.uniform(1, 8), (side, side, 1)).astype(np.float32)
    image = image.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        image = cv2.imdecode(cv2.imencode(".jpg", image, [1, int(rng.integers(35, 95))])[1], 1)
    return image


class Composites:
    """Draws samples from the cut-outs; those of every tenth garment are kept for `unseen`."""

    def __init__(self, folder, work, unseen=False):
        self.pixels, labels, _, _ = photos.load(folder, work)
        cuts = np.load(os.path.join(work, "cutouts.npz"))
        keep = (np.arange(len(cuts["index"])) % 10 == 0) == unseen
        self.index, self.area = cuts["index"][keep], cuts["area"][keep]
        self.tops = [k for k, i in enumerate(self.index) if labels[i] in TOP]
        self.grounds = self.make_grounds(np.random.default_rng(77 + unseen))

    def make_grounds(self, rng):
        drawn = [scenes.eight_bit(scenes.background(rng)[0]) for _ in range(GROUNDS)]
        taken = []
        for k in rng.permutation(len(self.index))[:GROUNDS]:
            image = np.array(self.pixels[self.index[k]])
            ground = beside(image, self.area[k], rng) if rng.random() < 0.6 else None
            taken.append(filled(image, self.area[k]) if ground is None else ground)
        return drawn, taken

    def ground(self, rng, side):
        kind = rng.random()
        if kind < 0.12:
            return gradient(rng, side)
        if kind < 0.24:
            return noise(rng, side)
        pool = self.grounds[kind > 0.5]
        image = pool[rng.integers(len(pool))]
        matrix = affine(rng, side, (1, 2.2), np.pi, 0.2, rng.random() < 0.5)
        return tinted(warp(image, matrix, side, cv2.BORDER_REFLECT), rng)

    def garment(self, rng, k, matrix, side):
        """A garment's colours and its coverage (side, side, 1)."""
        image = warp(np.array(self.pixels[self.index[k]]), matrix, side, cv2.BORDER_REFLECT)
        area = cv2.resize(self.area[k].astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        cover = warp(area, matrix, side, cv2.BORDER_CONSTANT)
        cover = ((cv2.GaussianBlur(cover, (0, 0), 0.8) - 0.5) * 2.5 + 0.35).clip(0, 1)[..., None]
        return tinted(image, rng), cover

    def own(self, rng, side):
        """A photo with its own cut."""
        k = rng.integers(len(self.index))
        matrix = affine(rng, side, (0.75, 1.5), 0.35, 0.1, rng.random() < 0.5)
        image = warp(np.array(self.pixels[self.index[k]]), matrix, side, cv2.BORDER_REFLECT)
        area = cv2.resize(self.area[k].astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        return tinted(image, rng), warp(area, matrix, side, cv2.BORDER_REFLECT)

    def composite(self, rng, side):
        image = np.ascontiguousarray(self.ground(rng, side), np.float32)
        for _ in range(rng.choice((0, 1, 3, 6), p=(0.4, 0.25, 0.2, 0.15))):
            paint = colour(rng) if rng.random() < 0.6 else self.ground(rng, side)
            blend(image, shape(rng, side, rng.uniform(0.1, 0.6) * side), paint)
        dressed = rng.random() < 0.2
        if dressed:
            figure(image, rng)
        total = np.zeros((side, side, 1), np.float32)
        for _ in range(rng.choice((0, 1, 2, 3), p=(0.05, 0.65, 0.2, 0.1))):
            k = rng.choice(self.tops) if dressed else rng.integers(len(self.index))
            scale, place, turn = ((0.45, 0.65), 0.03, 0.15) if dressed else ((0.4, 1.25), 0.25, np.pi * rng.choice((0.1, 1)))
            paint, cover = self.garment(rng, k, affine(rng, side, scale, turn, place, rng.random() < 0.5), side)
            if rng.random() < 0.6:
                shadow = cv2.GaussianBlur(np.roll(cover, rng.integers(-6, 7, 2), (0, 1)), (0, 0), rng.uniform(2, 8))
                image *= 1 - rng.uniform(0, 0.5) * shadow[..., None]
            image += cover * (paint - image)
            total = np.maximum(total, cover)
            dressed = False
        return image, total[..., 0]

    def draw(self, rng, side):
        """Returns (uint8 image (side, side, 3), bool area (side, side))."""
        image, area = self.own(rng, side) if rng.random() < 1 / 3 else self.composite(rng, side)
        return camera(image, rng), area > 0.5
