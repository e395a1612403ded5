"""Writes decoder-corpus.zip.gz: small files of every kind of each format, and what the formats' own libraries decode.

    decoder_corpus.py FOLDER [FORMAT ...]

Needs Pillow, tifffile, imagecodecs, and the tools of Debian's libjpeg-turbo-progs, webp and libtiff-tools.

The archive is not compressed, so that gzip finds what files have in common. cases.json lists the cases. `file` is refused with `reason` and `message`, or decodes to `width`, `height` and these files:

    pixels  8-bit RGBA as stored: not turned by an orientation, not converted with a profile
    deep    16-bit samples, big-endian, of a file with more than 8 bits: grey or RGB, then alpha if there is one

`levels` is the difference allowed where libraries round differently, else 0.
"""

import gzip
import importlib
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy
from PIL import Image, ImageCms

FORMATS = ("webp", "gif", "tiff", "jpeg", "png", "bmp")
STAMP = (2026, 1, 1, 0, 0, 0)  # equal archives for equal content


def scene(width=24, height=20):
    """Soft bands with hard coloured edges, (height, width, 3)."""
    y, x = numpy.mgrid[0:height, 0:width]
    bands = numpy.stack([x * 255 // width, y * 255 // height, 255 - (x + y) * 255 // (width + height)], -1)
    bands[(x - 5) ** 2 + (y - 6) ** 2 < 16] = (230, 30, 40)
    bands[(x > width // 2) & (y > height // 2) & ((x + y) % 5 < 2)] = (20, 60, 210)
    return bands.astype(numpy.uint8)


def alpha(width=24, height=20):
    """A soft ramp with opaque and transparent parts, (height, width)."""
    y, x = numpy.mgrid[0:height, 0:width]
    return ((x * 16 - 60).clip(0, 255) * (y > 2)).astype(numpy.uint8)


def scene_alpha(width=24, height=20):
    return numpy.dstack([scene(width, height), alpha(width, height)])


def deep(image):
    """16-bit samples whose low bytes matter."""
    return (image.astype(numpy.uint16) * 257) ^ 0x00A5


def rgba(image):
    """8-bit RGBA of grey, grey with alpha, RGB or RGBA; 16-bit samples are scaled and rounded."""
    image = numpy.atleast_3d(image)
    if image.dtype == numpy.uint16:
        image = ((image.astype(numpy.uint32) * 255 + 32767) // 65535).astype(numpy.uint8)
    colours = image[..., : image.shape[2] - (image.shape[2] % 2 == 0)]
    opaque = numpy.full(image.shape[:2] + (1,), 255, numpy.uint8)
    last = image[..., -1:] if image.shape[2] % 2 == 0 else opaque
    return numpy.concatenate([numpy.broadcast_to(colours, image.shape[:2] + (3,)), last], -1)


def profile():
    """A valid RGB profile other than sRGB: its red and green are exchanged."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)


def pillow(data):
    """What Pillow decodes: libwebp, libjpeg-turbo, libtiff."""
    return numpy.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


class Corpus:
    def __init__(self, archive):
        self.archive = archive
        self.cases = []
        self.samples = {}

    def write(self, name, data):
        self.archive.writestr(zipfile.ZipInfo(name, STAMP), data)

    def shared(self, samples):
        """The name of a file of samples, which cases share."""
        if samples not in self.samples:
            self.samples[samples] = f"samples/{len(self.samples)}"
            self.write(self.samples[samples], samples)
        return self.samples[samples]

    def pixels(self, name, data, expected=None, levels=0):
        """A file that decodes to the expected samples, by default Pillow's."""
        expected = pillow(data) if expected is None else numpy.atleast_3d(expected)
        height, width = expected.shape[:2]
        case = {"file": name, "levels": levels, "width": width, "height": height}
        case["pixels"] = self.shared(rgba(expected).tobytes())
        if expected.dtype == numpy.uint16:
            case["deep"] = self.shared(expected.astype(">u2").tobytes())
        self.cases.append(case)
        self.write(name, data)

    def refused(self, name, data, message, ended=False):
        """A file that is refused with a message about its cause; if it ends too early, another fetch may help."""
        self.cases.append({"file": name, "message": message, "reason": "TRUNCATED" if ended else "UNSUPPORTED_FORMAT"})
        self.write(name, data)


def main(folder, formats):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        corpus = Corpus(archive)
        for name in formats:
            importlib.import_module(f"corpus.{name}_files").add(corpus)
        corpus.write("cases.json", json.dumps(corpus.cases))
    packed = gzip.compress(stored.getvalue(), mtime=0)
    (folder / "decoder-corpus.zip.gz").write_bytes(packed)
    print(len(corpus.cases), "cases,", len(packed), "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or FORMATS)
