"""Writes images/: JPEG files that the tests cannot make by themselves. images.py FOLDER"""

import io
import sys
from pathlib import Path

import numpy
from PIL import Image

ADOBE = b"Adobe"
TRANSFORM = 11  # bytes from the marker's name to the number of the colour transform


def scene():
    y, x = numpy.mgrid[0:24, 0:40]
    bands = [x * 6, y * 10, 255 - x * 3 - y * 4]
    return Image.fromarray(numpy.stack(bands, -1).clip(0, 255).astype(numpy.uint8))


def jpeg(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()


def cmyk(image):
    """Adobe's kind: inverted, transform 0."""
    return jpeg(image.convert("CMYK"))


def inverted(image):
    return image.point(lambda level: 255 - level)


def ycck(image):
    """The same after Adobe's transform 2: C, M, Y are stored as Y, Cb, Cr, not inverted; K is, as before."""
    inks = inverted(image).convert("YCbCr").split()
    black = Image.new("L", image.size, 0)
    data = bytearray(jpeg(Image.merge("CMYK", [*map(inverted, inks), black])))  # Pillow inverts as it saves
    data[data.index(ADOBE) + TRANSFORM] = 2
    return bytes(data)


def main(folder):
    image = scene()
    image.save(folder / "scene.png", optimize=True)
    for name, write in (("cmyk", cmyk), ("ycck", ycck)):
        (folder / f"{name}.jpg").write_bytes(write(image))
        back = numpy.asarray(Image.open(folder / f"{name}.jpg").convert("RGB")).astype(int)
        print(name, "differs by", abs(back - numpy.asarray(image)).max())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
