"""Colour words: measuring them in an image and recolouring with them. Lab as OpenCV defines it for float images."""
import cv2
import numpy as np

# Lightness, a, b of what people call by the word.
LAB = {
    "red": (45, 62, 42), "orange": (65, 40, 62), "yellow": (82, 2, 72), "green": (48, -42, 34), "blue": (42, 12, -52),
    "purple": (40, 42, -42), "pink": (72, 40, -4), "brown": (36, 14, 22), "beige": (80, 4, 16),
    "black": (12, 0, 0), "grey": (55, 0, 0), "white": (94, 0, 0)}
# The eight that the evaluation asks for.
EIGHT = ("red", "orange", "yellow", "green", "blue", "purple", "black", "white")


def to_lab(rgb):
    """uint8 (..., 3) to float Lab."""
    flat = np.ascontiguousarray(rgb, np.uint8).reshape(-1, 1, 3).astype(np.float32) / 255
    return cv2.cvtColor(flat, cv2.COLOR_RGB2LAB).reshape(np.shape(rgb))


def to_rgb(lab):
    """Float Lab (..., 3) to uint8."""
    flat = np.ascontiguousarray(lab, np.float32).reshape(-1, 1, 3)
    return (cv2.cvtColor(flat, cv2.COLOR_LAB2RGB).clip(0, 1) * 255).round().astype(np.uint8).reshape(np.shape(lab))


def rgb(word):
    return tuple(int(v) for v in to_rgb(np.array(LAB[word], np.float32)))


def word(lab):
    """The nearest colour word, lightness counting half."""
    return min(LAB, key=lambda k: np.linalg.norm((np.asarray(LAB[k]) - lab) * (0.5, 1, 1)))


def nearest_of_eight(lab):
    """By lightness where there is hardly any colour, else by hue: black or white, or one of six hues."""
    if np.hypot(lab[1], lab[2]) < 14:
        return "white" if lab[0] > 53 else "black"
    hue = np.arctan2(lab[2], lab[1])
    return min(EIGHT[:6], key=lambda k: abs(np.angle(np.exp(1j * (hue - np.arctan2(LAB[k][2], LAB[k][1]))))))


def recolour(image, alpha, name, rng):
    """The image with the area alpha (0..1) in another colour; folds, prints and shading stay, weaker."""
    lab = to_lab(image)
    area = alpha > 0.5
    if area.sum() < 50:
        return image
    mean = np.median(lab[area], 0)
    target = np.array(LAB[name], np.float32) + rng.normal(0, (5, 4, 4))
    if name in ("black", "grey", "white"):
        target[1:] = rng.normal(0, 1.5, 2)
    contrast = np.array([rng.uniform(0.5, 0.9), 0.25, 0.25], np.float32)
    new = lab * contrast + (target - mean * contrast).astype(np.float32)
    new[..., 0] = new[..., 0].clip(2, 99)
    blended = image + alpha[..., None].astype(np.float32) * (to_rgb(new).astype(np.float32) - image)
    return blended.clip(0, 255).round().astype(np.uint8)
