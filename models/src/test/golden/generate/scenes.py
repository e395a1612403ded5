"""Draws the scenes and masks that stand in for photos: scenes.py FOLDER"""

import argparse
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter


def ramp(width, height, top, bottom):
    """A vertical gradient as float RGB."""
    t = numpy.linspace(0, 1, height)[:, None, None]
    return numpy.broadcast_to((1 - t) * numpy.array(top) + t * numpy.array(bottom), (height, width, 3)).copy()


def clouds(rng, width, height, cell):
    """Smooth noise in -1..1: a coarse random grid, enlarged."""
    grid = rng.uniform(-1, 1, (height // cell + 2, width // cell + 2)).astype(numpy.float32)
    return numpy.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC))[..., None]


def finish(rng, pixels, grain):
    return Image.fromarray(numpy.clip(pixels + rng.normal(0, grain, pixels.shape), 0, 255).round().astype(numpy.uint8))


def over(pixels, shape, colour, shade=None, soft=0.7):
    """Blends colour (times shade) in where shape, an L image, is white."""
    alpha = numpy.asarray(shape.filter(ImageFilter.GaussianBlur(soft)), dtype=float)[..., None] / 255
    layer = numpy.array(colour, dtype=float) * (1 if shade is None else shade)
    pixels[:] = pixels * (1 - alpha) + layer * alpha


def shape(size, draw):
    image = Image.new("L", size, 0)
    draw(ImageDraw.Draw(image))
    return image


def bottle(rng):
    """A product on a plain studio ground. Mask: the ground around it, grey edges (L)."""
    size = w, h = 256, 256
    pixels = ramp(w, h, (236, 234, 228), (204, 200, 196)) + 3 * clouds(rng, w, h, 64)
    shadow = shape(size, lambda d: d.ellipse((70, 214, 214, 242), fill=150))
    over(pixels, shadow, (120, 112, 106), soft=9)
    body = shape(size, lambda d: (
        d.rounded_rectangle((92, 88, 164, 230), 14, fill=255),
        d.polygon([(92, 102), (116, 62), (140, 62), (164, 102)], fill=255),
        d.rectangle((116, 34, 140, 70), fill=255),
    ))  # fmt: skip
    light = 0.72 + 0.5 * numpy.exp(-(((numpy.arange(w) - 112) / 20.0) ** 2))[None, :, None]
    over(pixels, body, (38, 122, 96), light)
    over(pixels, shape(size, lambda d: d.rectangle((112, 22, 144, 44), fill=255)), (188, 60, 44), light)
    label = shape(size, lambda d: d.rounded_rectangle((97, 128, 159, 196), 4, fill=255))
    over(pixels, label, (240, 232, 206), 0.8 + 0.25 * light)
    for y in range(138, 190, 9):
        over(pixels, shape(size, lambda d: d.line((104, y, 104 + 18 + (y * 7) % 32, y), fill=230, width=2)), (70, 62, 58))
    mask = Image.eval(body.filter(ImageFilter.MaxFilter(9)), lambda v: 255 - v).filter(ImageFilter.GaussianBlur(3))
    return finish(rng, pixels, 1.5), mask


def meadow(rng):
    """Textured ground under a sky with a ball on it. Mask: brush strokes over the ball (RGB, faintly tinted grey edges)."""
    size = w, h = 320, 240
    pixels = ramp(w, h, (96, 150, 214), (214, 226, 236)) + 14 * clouds(rng, w, h, 40)
    grass = ramp(w, h, (92, 124, 52), (56, 92, 30)) + 26 * clouds(rng, w, h, 6) + 18 * clouds(rng, w, h, 3)
    pixels[118:] = grass[118:]
    hills = shape(size, lambda d: (d.ellipse((-60, 84, 150, 170), fill=255), d.ellipse((120, 96, 400, 190), fill=255)))
    hills.paste(0, (0, 132, w, h))
    over(pixels, hills, (74, 104, 84), 1 + 0.12 * clouds(rng, w, h, 20))
    yy, xx = numpy.mgrid[0:h, 0:w]
    glow = 0.55 + 0.65 * numpy.exp(-((xx - 190) ** 2 + (yy - 148) ** 2) / 900.0)[..., None]
    over(pixels, shape(size, lambda d: d.ellipse((158, 196, 262, 218), fill=150)), (30, 46, 18), soft=6)
    over(pixels, shape(size, lambda d: d.ellipse((164, 128, 244, 208), fill=255)), (232, 92, 40), glow)
    over(pixels, shape(size, lambda d: d.arc((164, 100, 244, 190), 20, 160, fill=255, width=6)), (246, 240, 226), glow)
    strokes = shape(size, lambda d: (
        d.line([(160, 150), (206, 138), (250, 156)], fill=255, width=34, joint="curve"),
        d.line([(164, 188), (210, 194), (252, 182)], fill=255, width=40, joint="curve"),
        d.line([(168, 168), (246, 170)], fill=255, width=30),
    )).filter(ImageFilter.GaussianBlur(1.5))  # fmt: skip
    tinted = Image.merge("RGB", [strokes, strokes.point(lambda v: v * 250 // 255), strokes.point(lambda v: v * 244 // 255)])
    return finish(rng, pixels, 2.5), tinted


def facade(rng):
    """Windows in a brick wall, crossed by wires. Mask: the wires, 2 to 4 pixels wide (L, hard edges)."""
    size = w, h = 256, 192
    pixels = ramp(w, h, (168, 96, 74), (136, 72, 58)) + 9 * clouds(rng, w, h, 8)
    for row, y in enumerate(range(0, h, 8)):
        pixels[y] = pixels[y] * 0.6 + 74
        for x in range(8 * (row % 2), w, 16):
            pixels[y : y + 8, x] = pixels[y : y + 8, x] * 0.6 + 74
            pixels[y + 1 : y + 8, x + 1 : x + 16] += rng.normal(0, 7)
    for top in (18, 104):
        for left in (22, 102, 182):
            over(pixels, shape(size, lambda d: d.rectangle((left - 4, top - 4, left + 54, top + 68), fill=255)), (226, 218, 202))
            sky = ramp(w, h, (62, 82, 110), (150, 176, 196)) * (1 + 0.1 * clouds(rng, w, h, 24))
            over(pixels, shape(size, lambda d: d.rectangle((left, top, left + 50, top + 64), fill=255)), (1, 1, 1), sky)
            over(pixels, shape(size, lambda d: d.line((left + 25, top, left + 25, top + 64), fill=255, width=3)), (226, 218, 202))
    wires = [((0, 40), (255, 84), 3), ((0, 131), (255, 97), 2), ((203, 0), (177, 191), 4), ((37, 0), (37, 191), 2)]
    for a, b, width in wires:
        over(pixels, shape(size, lambda d: d.line((a, b), fill=255, width=width)), (28, 26, 30))
    mask = shape(size, lambda d: [d.line((a, b), fill=255, width=width) for a, b, width in wires])
    return finish(rng, pixels, 2.0), mask


def lamp(rng):
    """A lamp on a table beside a wall. Mask: an off-centre box (L)."""
    size = w, h = 192, 288
    yy, xx = numpy.mgrid[0:h, 0:w]
    glow = numpy.exp(-((xx - 66) ** 2 + (yy - 104) ** 2) / 6000.0)[..., None]
    pixels = ramp(w, h, (70, 66, 92), (92, 78, 88)) + glow * numpy.array([150, 116, 58]) + 4 * clouds(rng, w, h, 16)
    wood = numpy.array([118, 74, 42]) * (1 + 0.16 * numpy.sin(yy / 2.1 + 3 * clouds(rng, w, h, 48)[..., 0])[..., None])
    pixels[226:] = wood[226:] * (0.6 + 0.6 * glow[226:])
    over(pixels, shape(size, lambda d: d.rectangle((62, 132, 70, 224), fill=255)), (52, 48, 46), 0.7 + 0.8 * glow)
    over(pixels, shape(size, lambda d: d.ellipse((38, 216, 94, 236), fill=255)), (60, 54, 50), 0.7 + 0.5 * glow)
    over(pixels, shape(size, lambda d: d.polygon([(46, 74), (86, 74), (112, 140), (20, 140)], fill=255)), (250, 226, 170), 0.75 + 0.3 * glow)
    over(pixels, shape(size, lambda d: d.rectangle((126, 170, 178, 232), fill=255)), (150, 40, 58), 0.8 + 0.6 * glow)
    over(pixels, shape(size, lambda d: d.rectangle((122, 156, 172, 169), fill=255)), (44, 96, 132), 0.8 + 0.6 * glow)
    mask = shape(size, lambda d: d.rectangle((108, 141, 187, 243), fill=255))
    return finish(rng, pixels, 2.0), mask


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for seed, scene in enumerate((bottle, meadow, facade, lamp)):
        image, mask = scene(numpy.random.default_rng(seed))
        image.save(folder / f"{scene.__name__}.png", optimize=True)
        mask.save(folder / f"{scene.__name__}_mask.png", optimize=True)


if __name__ == "__main__":
    main()
