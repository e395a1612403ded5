"""PNG files: every colour type and bit depth, interlaced or not, transparency, filters, other chunks, animations."""

import struct
import zlib

import numpy

from decoder_corpus import alpha, deep, profile, scene

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(row, bits):
    """The bytes of a row of samples, (width, channels)."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    digits = "".join(format(sample, f"0{bits}b") for sample in row.ravel())
    digits += "0" * (-len(digits) % 8)
    return bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits), 8))


def paeth(left, up, corner):
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def filtered(rows, kind, step):
    """Rows with a filter, or with all five in turn."""
    out, above = b"", bytes(len(rows[0])) if rows else b""
    for y, row in enumerate(rows):
        used = y % 5 if kind == "all" else kind
        left, corner = bytes(step) + row, bytes(step) + above
        guesses = [
            lambda i: 0,
            lambda i: left[i],
            lambda i: above[i],
            lambda i: (left[i] + above[i]) // 2,
            lambda i: paeth(left[i], above[i], corner[i]),
        ]
        out += bytes([used]) + bytes((row[i] - guesses[used](i)) % 256 for i in range(len(row)))
        above = row
    return out


def rows_of(samples, bits, kind="all", interlaced=False):
    step = max(1, samples.shape[2] * bits // 8)
    parts = [samples[y::dy, x::dx] for y, x, dy, dx in PASSES] if interlaced else [samples]
    return b"".join(filtered([packed(row, bits) for row in part], kind, step) for part in parts if part.size)


def png(samples, bits, colour, *chunks, interlaced=False, kind="all", pieces=1, after=b""):
    samples = numpy.atleast_3d(samples)
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    data = zlib.compress(rows_of(samples, bits, kind, interlaced), 9)
    size = -(-len(data) // pieces)
    parts = b"".join(chunk(b"IDAT", data[i : i + size]) for i in range(0, len(data), size))
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks) + parts + after + chunk(b"IEND")


def grey(bits, width=24, height=20):
    levels = scene(width, height)[..., 1]
    return deep(levels) if bits == 16 else levels >> (8 - bits)


def scaled(samples, bits):
    return samples if bits == 16 else (samples.astype(int) * 255 // ((1 << bits) - 1)).astype(numpy.uint8)


def opacity(visible, like):
    top = 65535 if like.dtype == numpy.uint16 else 255
    return (visible * top).astype(like.dtype)


def colour_types(corpus):
    rgb, levels = scene(), alpha()
    for interlaced in (False, True):
        end = "-interlaced.png" if interlaced else ".png"
        for bits in (1, 2, 4, 8, 16):
            samples = grey(bits)
            shown = scaled(samples, bits)
            corpus.pixels(f"png/grey-{bits}{end}", png(samples, bits, GREY, interlaced=interlaced), shown)
            key = int(samples[10, 12])
            data = png(samples, bits, GREY, chunk(b"tRNS", struct.pack(">H", key)), interlaced=interlaced)
            visible = opacity(samples != key, shown)
            corpus.pixels(f"png/grey-{bits}-transparent{end}", data, numpy.dstack([shown, visible]))
            if bits >= 8:
                add_colours(corpus, bits, end, interlaced, rgb if bits == 8 else deep(rgb), levels if bits == 8 else deep(levels))


def add_colours(corpus, bits, end, interlaced, rgb, levels):
    corpus.pixels(f"png/rgb-{bits}{end}", png(rgb, bits, RGB, interlaced=interlaced), rgb)
    key = rgb[6, 5]
    data = png(rgb, bits, RGB, chunk(b"tRNS", key.astype(">u2").tobytes()), interlaced=interlaced)
    visible = opacity((rgb != key).any(-1), rgb)
    corpus.pixels(f"png/rgb-{bits}-transparent{end}", data, numpy.dstack([rgb, visible]))
    both = numpy.dstack([rgb[..., 1], levels])
    corpus.pixels(f"png/grey-alpha-{bits}{end}", png(both, bits, GREY_ALPHA, interlaced=interlaced), both)
    both = numpy.dstack([rgb, levels])
    corpus.pixels(f"png/rgb-alpha-{bits}{end}", png(both, bits, RGB_ALPHA, interlaced=interlaced), both)


def palettes(corpus):
    colours = numpy.array([[i * 37 % 256, i * 91 % 256, 255 - i] for i in range(256)], numpy.uint8)
    for bits in (1, 2, 4, 8):
        for interlaced in (False, True):
            samples, used = grey(bits), colours[: 1 << bits]
            head = chunk(b"PLTE", used.tobytes())
            end = f"{bits}{'-interlaced' * interlaced}.png"
            corpus.pixels(f"png/palette-{end}", png(samples, bits, PALETTE, head, interlaced=interlaced), used[samples])
            levels = numpy.full(1 << bits, 255, numpy.uint8)
            levels[0], levels[1] = 90, 0
            data = png(samples, bits, PALETTE, head, chunk(b"tRNS", bytes(levels[:2])), interlaced=interlaced)
            corpus.pixels(f"png/palette-alpha-{end}", data, numpy.dstack([used[samples], levels[samples]]))
    samples = grey(4)
    short = chunk(b"PLTE", colours[:10].tobytes())
    shown = numpy.where(samples[..., None] < 10, colours[samples], 0).astype(numpy.uint8)
    corpus.pixels("png/palette-beyond.png", png(samples, 4, PALETTE, short), shown)


def sizes(corpus):
    for width, height in ((1, 1), (1, 9), (3, 2), (5, 5), (7, 1), (8, 8)):
        rgb = scene(width, height)
        data = png(rgb, 8, RGB, interlaced=True)
        corpus.pixels(f"png/interlaced-{width}x{height}.png", data, rgb)
        samples = grey(1, width, height)
        corpus.pixels(f"png/interlaced-bits-{width}x{height}.png", png(samples, 1, GREY, interlaced=True), scaled(samples, 1))


def chunks(corpus):
    rgb = scene()
    for kind in range(5):
        corpus.pixels(f"png/filter-{kind}.png", png(rgb, 8, RGB, kind=kind), rgb)
    gamma, chroma = chunk(b"gAMA", struct.pack(">I", 100000)), chunk(b"cHRM", struct.pack(">8I", *[31270, 32900] * 4))
    palette = chunk(b"PLTE", bytes(range(48)))
    ignored = {
        "gamma": [gamma],
        "gamma-chroma": [gamma, chroma],
        "srgb": [chunk(b"sRGB", b"\1")],
        "significant-bits": [chunk(b"sBIT", b"\5\6\5")],
        "background": [chunk(b"bKGD", struct.pack(">3H", 1, 2, 3))],
        "suggested-palette": [palette, chunk(b"hIST", bytes(32))],
        "text": [chunk(b"tEXt", b"a\0b"), chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b")), chunk(b"iTXt", b"a\0\0\0\0\0b")],
        "profile": [chunk(b"iCCP", b"x\0\0" + zlib.compress(profile()))],
        "junk-profile": [chunk(b"iCCP", b"x\0\0" + zlib.compress(b"junk" * 50))],
        "broken-profile": [chunk(b"iCCP", b"x\0\0junk")],
        "junk-text": [chunk(b"zTXt", b"junk"), chunk(b"iTXt", b"\0\0\0")],
        "junk-sizes": [chunk(b"pHYs", b"\0"), chunk(b"tIME", b"\0"), chunk(b"gAMA", b"\0"), chunk(b"cHRM", b"\0")],
        "unknown": [chunk(b"abCd", b"1234"), chunk(b"prVt", b"")],
    }
    for name, extra in ignored.items():
        corpus.pixels(f"png/{name}.png", png(rgb, 8, RGB, *extra), rgb)
    deep_bits = png(deep(rgb), 16, RGB, chunk(b"sBIT", bytes([10, 10, 10])), gamma)
    corpus.pixels("png/significant-bits-16.png", deep_bits, deep(rgb))
    corpus.pixels("png/many-parts.png", png(rgb, 8, RGB, chunk(b"IDAT"), pieces=50, after=chunk(b"IDAT")), rgb)
    corpus.pixels("png/trailing-bytes.png", png(rgb, 8, RGB) + b"PK trailer", rgb)
    corpus.pixels("png/text-after.png", png(rgb, 8, RGB, after=chunk(b"tEXt", b"a\0b")), rgb)
    whole = png(rgb, 8, RGB)
    apple = SIGNATURE + chunk(b"CgBI", b"\x50\0\x20\2") + whole[8:]
    corpus.refused("png/apple.png", apple, "CgBI")
    corpus.refused("png/no-palette.png", png(grey(8), 8, PALETTE), "PLTE")
    taller = chunk(b"IHDR", struct.pack(">IIBBBBB", 24, 40, 8, 2, 0, 0, 0))
    corpus.refused("png/half-the-rows.png", SIGNATURE + taller + whole[33:], "PNG decoder")


def animations(corpus):
    rgb, other = scene(), scene()[::-1].copy()
    second = struct.pack(">I", 1) + zlib.compress(rows_of(other, 8))
    control = chunk(b"acTL", struct.pack(">II", 2, 0))

    def frame(sequence, width=24, height=20, left=0, top=0):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, left, top, 1, 10, 0, 0))

    after = frame(1) + chunk(b"fdAT", struct.pack(">I", 2) + second[4:])
    corpus.pixels("png/animated.png", png(rgb, 8, RGB, control, frame(0), after=after), rgb)
    corpus.pixels("png/animated-other-default.png", png(rgb, 8, RGB, control, after=after), rgb)


def add(corpus):
    colour_types(corpus)
    palettes(corpus)
    sizes(corpus)
    chunks(corpus)
    animations(corpus)
