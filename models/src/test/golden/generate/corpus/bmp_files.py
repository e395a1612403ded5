"""BMP files: headers of all ages, bit depths, masks, run lengths, row orders."""

import struct

import numpy

from decoder_corpus import alpha, profile, scene

RGB, RLE8, RLE4, BITFIELDS, JPEG, PNG = range(6)
PALETTE = numpy.array([[i * 37 % 256, i * 91 % 256, 255 - i] for i in range(256)], numpy.uint8)
SRGB = 0x73524742


def rows(samples, bits, top_down=False):
    """Rows of samples, padded to four bytes, from the bottom."""
    data = b""
    for row in samples if top_down else samples[::-1]:
        if bits < 8:
            digits = "".join(format(value, f"0{bits}b") for value in row)
            digits += "0" * (-len(digits) % 8)
            line = bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits), 8))
        else:
            line = row.astype({8: "u1", 16: "<u2", 24: "u1", 32: "<u4"}[bits]).tobytes()
        data += line + b"\0" * (-len(line) % 4)
    return data


def bmp(width, height, bits, data, compression=RGB, palette=None, size=40, masks=(), gap=0, used=None):
    """A file with a header of the given size; the longer ones contain the masks."""
    colours = b"" if palette is None else numpy.pad(palette[:, ::-1], ((0, 0), (0, 1))).tobytes()
    count = len(colours) // 4 if used is None else used
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, len(data), 2835, 2835, count, 0)
    header += struct.pack(f"<{len(masks)}I", *masks)
    if size >= 108:
        header = header.ljust(56, b"\0") + struct.pack("<I", SRGB)
    header = header.ljust(size, b"\0")
    start = 14 + len(header) + len(colours) + gap
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + colours + bytes(gap) + data


def core(width, height, bits, data, palette=None):
    """A file of OS/2 1.x, whose header has 12 bytes."""
    colours = b"" if palette is None else palette[:, ::-1].tobytes()
    header = struct.pack("<IHHHH", 12, width, height, 1, bits) + colours
    start = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + data


def indices(bits, width=24, height=20):
    return scene(width, height)[..., 1] >> (8 - bits)


def packed_fields(image, masks):
    """Pixels of 8-bit channels in the fields of the masks."""
    total = numpy.zeros(image.shape[:2], numpy.uint32)
    for channel, mask in enumerate(masks):
        shift = (mask & -mask).bit_length() - 1
        width = mask.bit_count()
        level = image[..., channel].astype(numpy.uint64) * ((1 << width) - 1) // 255
        total |= (level << numpy.uint64(shift)).astype(numpy.uint32)
    return total


def shown_fields(total, masks):
    channels = []
    for mask in masks:
        shift = (mask & -mask).bit_length() - 1
        top = (1 << mask.bit_count()) - 1
        level = (total & mask).astype(numpy.uint64) >> numpy.uint64(shift)
        channels.append((level * 255 + top // 2) // top)
    return numpy.dstack(channels).astype(numpy.uint8)


def palettes(corpus):
    for bits in (1, 4, 8):
        colours = PALETTE[: 1 << bits]
        for width in (24, 1, 7, 9):
            samples = indices(bits, width, 5 if width < 24 else 20)
            height = len(samples)
            data = bmp(width, height, bits, rows(samples, bits), palette=colours)
            corpus.pixels(f"bmp/palette-{bits}-{width}.bmp", data, colours[samples])
        samples = indices(bits)
        down = bmp(24, -20, bits, rows(samples, bits, True), palette=colours)
        corpus.pixels(f"bmp/palette-{bits}-top-down.bmp", down, colours[samples])
        old = core(24, 20, bits, rows(samples, bits), colours)
        corpus.pixels(f"bmp/core-palette-{bits}.bmp", old, colours[samples])
    samples = indices(4)
    for name, used in {"all-colours": 0, "few-colours": 16}.items():
        colours = PALETTE if used == 0 else PALETTE[:16]
        data = bmp(24, 20, 8, rows(samples, 8), palette=colours, used=used)
        corpus.pixels(f"bmp/palette-8-{name}.bmp", data, PALETTE[samples])
    short = bmp(24, 20, 8, rows(samples, 8), palette=PALETTE[:10])
    corpus.pixels("bmp/palette-beyond.bmp", short, numpy.where(samples[..., None] < 10, PALETTE[samples], 0).astype(numpy.uint8))


def true_colours(corpus):
    rgb = scene()
    bgr = rows(rgb[..., ::-1], 24)
    for size in (40, 52, 56, 64, 108, 124):
        corpus.pixels(f"bmp/rgb-24-header-{size}.bmp", bmp(24, 20, 24, bgr, size=size), rgb)
    for width in (1, 2, 3, 5):
        small = scene(width, 4)
        corpus.pixels(f"bmp/rgb-24-{width}.bmp", bmp(width, 4, 24, rows(small[..., ::-1], 24)), small)
    corpus.pixels("bmp/rgb-24-top-down.bmp", bmp(24, -20, 24, rows(rgb[..., ::-1], 24, True)), rgb)
    corpus.pixels("bmp/core-24.bmp", core(24, 20, 24, bgr), rgb)
    icc = profile()
    with_profile = bytearray(bmp(24, 20, 24, bgr, size=124) + icc)
    start = len(with_profile) - len(icc) - 14
    with_profile[70:74] = b"DEBM"  # PROFILE_EMBEDDED
    with_profile[126:134] = struct.pack("<II", start, len(icc))
    corpus.pixels("bmp/profile.bmp", bytes(with_profile), rgb)
    corpus.pixels("bmp/gap.bmp", bmp(24, 20, 24, bgr, gap=37), rgb)
    corpus.pixels("bmp/trailing-bytes.bmp", bmp(24, 20, 24, bgr) + b"trailer", rgb)
    corpus.pixels("bmp/unused-palette.bmp", bmp(24, 20, 24, bgr, palette=PALETTE[:7]), rgb)
    pixels = packed_fields(rgb, (0xFF0000, 0xFF00, 0xFF))
    for name, padding in {"zero": 0, "set": 0xFF000000, "some": 0x55000000}.items():
        corpus.pixels(f"bmp/rgb-32-{name}.bmp", bmp(24, 20, 32, rows(pixels | padding, 32)), rgb)
    corpus.pixels("bmp/rgb-32-top-down.bmp", bmp(24, -20, 32, rows(pixels, 32, True)), rgb)
    masks = (0x7C00, 0x3E0, 0x1F)
    low = packed_fields(rgb, masks)
    corpus.pixels("bmp/rgb-16.bmp", bmp(24, 20, 16, rows(low, 16)), shown_fields(low, masks))
    odd = packed_fields(scene(5, 3), masks)
    corpus.pixels("bmp/rgb-16-5.bmp", bmp(5, 3, 16, rows(odd, 16)), shown_fields(odd, masks))


def fields(corpus):
    rgb = scene()
    both = numpy.dstack([rgb, alpha()])
    kinds = {
        "555": (16, (0x7C00, 0x3E0, 0x1F)),
        "565": (16, (0xF800, 0x7E0, 0x1F)),
        "444": (16, (0xF00, 0xF0, 0xF)),
        "bgrx": (32, (0xFF0000, 0xFF00, 0xFF)),
        "rgbx": (32, (0xFF, 0xFF00, 0xFF0000)),
        "xbgr": (32, (0xFF000000, 0xFF0000, 0xFF00)),
        "10-bits": (32, (0x3FF00000, 0xFFC00, 0x3FF)),
    }
    for name, (bits, masks) in kinds.items():
        total = packed_fields(rgb, masks)
        shown = shown_fields(total, masks)
        after = struct.pack("<3I", *masks)
        data = bmp(24, 20, bits, rows(total, bits), BITFIELDS)
        joined = data[:10] + struct.pack("<I", 14 + 40 + 12) + data[14:54] + after + data[54:]
        corpus.pixels(f"bmp/fields-{name}.bmp", joined, shown)
        for size in (56, 108, 124):
            data = bmp(24, 20, bits, rows(total, bits), BITFIELDS, size=size, masks=masks)
            corpus.pixels(f"bmp/fields-{name}-header-{size}.bmp", data, shown)
    with_alpha = {
        "bgra": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
        "rgba": (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
        "abgr": (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
        "5551": (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
        "4444": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    }
    for name, (bits, masks) in with_alpha.items():
        total = packed_fields(both, masks)
        for size in (56, 108, 124):
            data = bmp(24, 20, bits, rows(total, bits), BITFIELDS, size=size, masks=masks)
            corpus.pixels(f"bmp/fields-{name}-header-{size}.bmp", data, shown_fields(total, masks))
    unused = packed_fields(rgb, (0xFF0000, 0xFF00, 0xFF))
    opaque = bmp(24, 20, 32, rows(unused, 32), size=124, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    corpus.pixels("bmp/rgb-32-masks-without-fields.bmp", opaque, rgb)


def runs8(samples):
    """Runs, and literal pixels in absolute mode."""
    data = b""
    for row in samples[::-1]:
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and row[x + run] == row[x] and run < 255:
                run += 1
            if run >= 3 or len(row) - x < 3:
                data += bytes([run, row[x]])
                x += run
            else:
                count = min(len(row) - x, 7)
                data += bytes([0, count]) + row[x : x + count].tobytes() + b"\0" * (count % 2)
                x += count
        data += b"\0\0"
    return data + b"\0\1"


def runs4(samples):
    data = b""
    for i, row in enumerate(samples[::-1]):
        if i % 2:
            half = row.tolist() + [0] * (-len(row) % 4)
            data += bytes([0, len(row)]) + bytes(half[j] << 4 | half[j + 1] for j in range(0, len(half), 2))
        else:
            data += b"".join(bytes([min(3, len(row) - x)]) + bytes([row[x] << 4 | row[min(x + 1, len(row) - 1)]]) for x in range(0, len(row), 3))
        data += b"\0\0"
    return data + b"\0\1"


def shown_runs4(samples):
    """Runs of three alternate between two colours."""
    shown = samples.copy()
    for y in range(len(samples) - 1, -1, -2):
        for x in range(0, samples.shape[1] - 2, 3):
            shown[y, x + 2] = samples[y, x]
    return shown


def run_lengths(corpus):
    samples = indices(8)
    samples[4] = 9
    data = bmp(24, 20, 8, runs8(samples), RLE8, PALETTE)
    corpus.pixels("bmp/rle8.bmp", data, PALETTE[samples])
    samples = indices(4)
    data = bmp(24, 20, 4, runs4(samples), RLE4, PALETTE[:16])
    corpus.pixels("bmp/rle4.bmp", data, PALETTE[shown_runs4(samples)])
    jumps = b"\x05\x03\0\2\x04\x02\x06\x04\0\0\0\3\7\x08\x09\0\0\1"
    shown = numpy.zeros((8, 20), int)
    shown[7, :5] = 3
    shown[5, 9:15] = 4
    shown[4, :3] = 7, 8, 9
    corpus.pixels("bmp/rle8-jumps.bmp", bmp(20, 8, 8, jumps, RLE8, PALETTE), PALETTE[shown])
    ended = b"".join(bytes([20, 5 + y]) + b"\0\0" for y in range(7)) + bytes([20, 12])
    shown = numpy.repeat(numpy.arange(12, 4, -1)[:, None], 20, 1)
    corpus.pixels("bmp/rle8-without-end.bmp", bmp(20, 8, 8, ended, RLE8, PALETTE), PALETTE[shown])


def refused(corpus):
    rgb = scene()
    data = rows(rgb[..., ::-1], 24)
    corpus.refused("bmp/jpeg.bmp", bmp(24, 20, 0, b"\xff\xd8\xff", JPEG), "JPEG")
    corpus.refused("bmp/png.bmp", bmp(24, 20, 0, b"\x89PNG", PNG), "PNG")
    corpus.refused("bmp/7-bits.bmp", bmp(24, 20, 7, data), "7 bits")
    corpus.refused("bmp/cut.bmp", bmp(24, 20, 24, data)[:-200], "ends", ended=True)
    corpus.refused("bmp/cut-header.bmp", bmp(24, 20, 24, data)[:30], "ends", ended=True)


def add(corpus):
    palettes(corpus)
    true_colours(corpus)
    fields(corpus)
    run_lengths(corpus)
    refused(corpus)
