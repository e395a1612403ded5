"""GIF files: palettes, transparency, interlacing, frames on their canvas, unusual LZW streams."""

import io
import struct

import numpy
from PIL import Image

from decoder_corpus import rgba, scene

PALETTE = numpy.array([[i * 37 % 256, i * 91 % 256, 255 - i] for i in range(256)], numpy.uint8)
OTHER = PALETTE[::-1].copy()
CONTROL = 0xF9


def indices(width, height, colours, seed=7):
    """Runs and noise, so that codes of every length occur."""
    noise = numpy.random.default_rng(seed).integers(0, colours, (height, width))
    y, x = numpy.mgrid[0:height, 0:width]
    return numpy.where((x + y) % 7 < 4, (x // 4 + y // 3) % colours, noise).astype(numpy.uint8)


class Bits:
    def __init__(self):
        self.data, self.value, self.count = bytearray(), 0, 0

    def put(self, code, width):
        self.value |= code << self.count
        self.count += width
        while self.count >= 8:
            self.data.append(self.value & 255)
            self.value >>= 8
            self.count -= 8

    def bytes(self):
        return bytes(self.data) + (bytes([self.value & 255]) if self.count else b"")


def lzw(pixels, bits, deferred=False, clear_first=True, end=True):
    """Codes of the pixels. Deferred: the full table stays in use, without a clear code."""
    clear, out, width = 1 << bits, Bits(), bits + 1
    table = {bytes([i]): i for i in range(clear)}
    following, word = clear + 2, b""
    if clear_first:
        out.put(clear, width)
    for pixel in bytes(pixels):
        longer = word + bytes([pixel])
        if longer in table:
            word = longer
            continue
        out.put(table[word], width)
        if following < 4096:
            table[longer] = following
            width += following == 1 << width and width < 12
            following += 1
        elif not deferred:
            out.put(clear, width)
            table, width, following = {bytes([i]): i for i in range(clear)}, bits + 1, clear + 2
        word = bytes([pixel])
    out.put(table[word], width)
    if end:
        out.put(clear + 1, width)
    return out.bytes()


def blocks(data, size=255):
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def palette_flags(palette):
    return 0 if palette is None else 0x80 | (len(palette) - 1).bit_length() - 1


def screen(width, height, palette, background=0, version=b"GIF89a"):
    header = struct.pack("<HHBBB", width, height, palette_flags(palette), background, 0)
    return version + header + (b"" if palette is None else palette.tobytes())


def control(transparent=None, disposal=0):
    flags = disposal << 2 | (transparent is not None)
    return bytes([0x21, CONTROL, 4, flags, 5, 0, transparent or 0, 0])


def image(pixels, left=0, top=0, palette=None, interlaced=False, bits=8, block=255, **options):
    height, width = pixels.shape
    flags = palette_flags(palette) | interlaced << 6
    rows = [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(start, height, step)]
    data = lzw((pixels[rows] if interlaced else pixels).ravel(), bits, **options)
    header = struct.pack("<BHHHHB", 0x2C, left, top, width, height, flags)
    return header + (b"" if palette is None else palette.tobytes()) + bytes([bits]) + blocks(data, block)


def shown(pixels, palette=PALETTE, transparent=None, canvas=None, left=0, top=0):
    """RGBA of a frame on its canvas, transparent around it."""
    colours = rgba(palette[pixels])
    if transparent is not None:
        colours[pixels == transparent, 3] = 0
    width, height = canvas or pixels.shape[::-1]
    result = numpy.zeros((height, width, 4), numpy.uint8)
    result[top : top + pixels.shape[0], left : left + pixels.shape[1]] = colours
    return result


def palettes(corpus):
    for bits, colours in ((2, 2), (2, 4), (3, 8), (4, 16), (8, 256)):
        pixels = indices(24, 20, colours)
        data = screen(24, 20, PALETTE[:colours]) + image(pixels, bits=bits) + b";"
        corpus.pixels(f"gif/{colours}-colours.gif", data, shown(pixels))
    pixels = indices(24, 20, 16)
    for name, world, local in (("local", None, OTHER[:16]), ("both", PALETTE[:64], OTHER[:16])):
        data = screen(24, 20, world) + image(pixels, palette=local, bits=4) + b";"
        corpus.pixels(f"gif/{name}-palette.gif", data, shown(pixels, OTHER))
    wide = screen(24, 20, PALETTE[:16]) + image(pixels, bits=8) + b";"
    corpus.pixels("gif/wide-codes.gif", wide, shown(pixels))
    old = screen(24, 20, PALETTE[:16], version=b"GIF87a") + image(pixels, bits=4) + b";"
    corpus.pixels("gif/87a.gif", old, shown(pixels))
    for transparent in (0, 5, 15):
        data = screen(24, 20, PALETTE[:16]) + control(transparent) + image(pixels, bits=4) + b";"
        corpus.pixels(f"gif/transparent-{transparent}.gif", data, shown(pixels, transparent=transparent))
    unused = screen(24, 20, PALETTE[:16]) + control(200) + image(pixels, bits=4) + b";"
    corpus.pixels("gif/transparent-beyond-palette.gif", unused, shown(pixels))
    saved = io.BytesIO()
    Image.fromarray(scene()).save(saved, "GIF")
    corpus.pixels("gif/pillow.gif", saved.getvalue())


def frames(corpus):
    pixels = indices(24, 20, 16)
    for height in (1, 2, 3, 4, 5, 8, 9, 20):
        rows = pixels[:height]
        data = screen(24, height, PALETTE[:16]) + image(rows, interlaced=True, bits=4) + b";"
        corpus.pixels(f"gif/interlaced-{height}.gif", data, shown(rows))
    for name, head, transparent in (("opaque", b"", None), ("transparent", control(3), 3)):
        for interlaced in (False, True):
            frame = image(pixels, 6, 4, interlaced=interlaced, bits=4)
            data = screen(40, 33, PALETTE[:16], background=2) + head + frame + b";"
            expected = shown(pixels, transparent=transparent, canvas=(40, 33), left=6, top=4)
            corpus.pixels(f"gif/offset-{name}{'-interlaced' * interlaced}.gif", data, expected)
    local = screen(30, 30, PALETTE[:16]) + image(pixels, 6, 10, OTHER[:16], bits=4) + b";"
    corpus.pixels("gif/offset-local.gif", local, shown(pixels, OTHER, canvas=(30, 30), left=6, top=10))
    corpus.pixels("gif/no-screen.gif", screen(0, 0, PALETTE[:16]) + image(pixels, bits=4) + b";", shown(pixels))
    beyond = screen(20, 10, PALETTE[:16]) + image(pixels, 3, 2, bits=4) + b";"
    corpus.pixels("gif/beyond-screen.gif", beyond, shown(pixels, canvas=(27, 22), left=3, top=2))
    more = image(pixels[:9, :9], 2, 2, OTHER[:16], bits=4)
    for disposal in range(4):
        frame = control(1, disposal) + image(pixels, bits=4)
        data = screen(24, 20, PALETTE[:16]) + frame + control() + more + b";"
        corpus.pixels(f"gif/animated-{disposal}.gif", data, shown(pixels, transparent=1))


def streams(corpus):
    pixels = indices(24, 20, 16)
    frame = image(pixels, bits=4)
    start = screen(24, 20, PALETTE[:16])
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    comment, text = b"\x21\xfe" + blocks(b"a comment"), b"\x21\x01" + blocks(bytes(12)) [:-1] + blocks(b"text")
    corpus.pixels("gif/extensions.gif", start + loop + comment + control() + frame + comment + b";", shown(pixels))
    corpus.pixels("gif/text-before.gif", start + text + frame + b";", shown(pixels))
    corpus.pixels("gif/no-trailer.gif", start + frame, shown(pixels))
    corpus.pixels("gif/trailing-bytes.gif", start + frame + b";\0\0PK", shown(pixels))
    corpus.pixels("gif/small-blocks.gif", start + image(pixels, bits=4, block=3) + b";", shown(pixels))
    corpus.pixels("gif/no-end-code.gif", start + image(pixels, bits=4, end=False) + b";", shown(pixels))
    corpus.pixels("gif/no-clear-code.gif", start + image(pixels, bits=4, clear_first=False) + b";", shown(pixels))
    large = numpy.random.default_rng(3).integers(0, 256, (60, 72)).astype(numpy.uint8)
    for name, deferred in (("full-table", False), ("deferred-clear", True)):
        data = screen(72, 60, PALETTE) + image(large, deferred=deferred) + b";"
        corpus.pixels(f"gif/{name}.gif", data, shown(large))
    taller = numpy.vstack([pixels, pixels])
    surplus = start + image(taller, bits=4).replace(struct.pack("<HH", 24, 40), struct.pack("<HH", 24, 20)) + b";"
    corpus.pixels("gif/surplus-pixels.gif", surplus, shown(pixels))
    corpus.refused("gif/cut.gif", (start + frame)[:-60], "ends at byte", ended=True)
    corpus.refused("gif/no-frame.gif", start + b";", "no frame")


def add(corpus):
    palettes(corpus)
    frames(corpus)
    streams(corpus)
