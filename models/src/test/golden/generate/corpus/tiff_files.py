"""TIFF files: colour models, bit depths, compressions, predictors, strips and tiles, planes, alpha, byte orders."""

import io
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy
import tifffile
from PIL import Image

from decoder_corpus import alpha, deep, profile, rgba, scene

TILE = (16, 16)
LSB_FIRST = 2


def tiff(data, photometric="rgb", **options):
    out = io.BytesIO()
    pages = options.pop("pages", [])
    file = {key: options.pop(key) for key in ("byteorder", "bigtiff") if key in options}
    with tifffile.TiffWriter(out, **file) as writer:
        for page in [data, *pages]:
            writer.write(page, photometric=photometric, metadata=None, software=False, **options)
    return out.getvalue()


def converted(data, *options, tool="tiffcp"):
    """The file rewritten by a tool of libtiff."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.tif"), Path(folder, "b.tif")
        source.write_bytes(data)
        subprocess.run([tool, *options, source, target], check=True, capture_output=True)
        return target.read_bytes()


def libtiff(data):
    """The pixels as libtiff shows them."""
    return tifffile.imread(io.BytesIO(converted(data, "-c", "none", tool="tiff2rgba")))


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "TIFF", **options)
    return out.getvalue()


def tagged(data, tag, values):
    """The little-endian file with a tag of SHORTs in its first directory replaced, or removed if there are no values."""
    data = bytearray(data)
    at = struct.unpack_from("<I", data, 4)[0]
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], 12):
        if struct.unpack_from("<H", data, entry)[0] == tag:
            if values is None:
                struct.pack_into("<HHII", data, entry, 65000, 3, 1, 0)
            else:
                struct.pack_into("<HHIHH", data, entry, tag, 3, len(values), *(list(values) + [0])[:2])
            return bytes(data)
    raise KeyError(tag)


def handmade(width, height, bits, photometric, data, more=None):
    """An uncompressed little-endian file of one strip; tags are SHORTs."""
    tags = {256: [width], 257: [height], 258: bits, 259: [1], 262: [photometric], 277: [len(bits)], 278: [height]}
    tags |= {273: None, 279: None} | (more or {})
    count, extra = len(tags), b""
    start = 8 + 2 + 12 * count + 4
    directory = struct.pack("<H", count)
    for tag in sorted(tags):
        values = tags[tag]
        if tag == 279:
            directory += struct.pack("<HHII", tag, 4, 1, len(data))
        elif tag == 273:
            directory += struct.pack("<HHII", tag, 4, 1, start + sum(2 * len(v) for v in tags.values() if v and len(v) > 2))
        elif len(values) > 2:
            directory += struct.pack("<HHII", tag, 3, len(values), start + len(extra))
            extra += struct.pack(f"<{len(values)}H", *values)
        else:
            directory += struct.pack("<HHIHH", tag, 3, len(values), *(list(values) + [0])[:2])
    return b"II*\0\x08\0\0\0" + directory + b"\0\0\0\0" + extra + data


def packed(samples, bits):
    """Rows of samples of a few bits, padded to bytes, most significant bit first."""
    rows = b""
    for row in samples:
        digits = "".join(format(value, f"0{bits}b") for value in row.ravel())
        digits += "0" * (-len(digits) % 8)
        rows += bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits), 8))
    return rows


def colours(corpus):
    rgb, grey = scene(), scene()[..., 1].copy()
    for order, name in (("<", "little"), (">", "big")):
        corpus.pixels(f"tiff/rgb-8-{name}.tif", tiff(rgb, byteorder=order), rgb)
        corpus.pixels(f"tiff/rgb-16-{name}.tif", tiff(deep(rgb), byteorder=order), deep(rgb))
        corpus.pixels(f"tiff/grey-16-{name}.tif", tiff(deep(grey), "minisblack", byteorder=order), deep(grey))
    corpus.pixels("tiff/grey-8.tif", tiff(grey, "minisblack"), grey)
    corpus.pixels("tiff/grey-8-white-is-zero.tif", tiff(grey, "miniswhite"), 255 - grey)
    corpus.pixels("tiff/grey-16-white-is-zero.tif", tiff(deep(grey), "miniswhite"), 65535 - deep(grey))
    bits = (grey > 120).astype(numpy.uint8)
    for kind, top in (("minisblack", 255), ("miniswhite", 0)):
        shown = numpy.where(bits, top, 255 - top).astype(numpy.uint8)
        corpus.pixels(f"tiff/grey-1-{kind}.tif", handmade(24, 20, [1], int(top == 255), packed(bits, 1)), shown)
    for depth in (2, 4):
        levels = grey >> (8 - depth)
        shown = (levels.astype(int) * 255 // ((1 << depth) - 1)).astype(numpy.uint8)
        corpus.pixels(f"tiff/grey-{depth}.tif", handmade(24, 20, [depth], 1, packed(levels, depth)), shown)
        white = handmade(24, 20, [depth], 0, packed(levels, depth))
        corpus.pixels(f"tiff/grey-{depth}-white-is-zero.tif", white, 255 - shown)
    palette = numpy.array([[i * 37 % 256, i * 91 % 256, 255 - i] for i in range(256)], numpy.uint16)
    for depth in (1, 2, 4, 8):
        indices = grey >> (8 - depth)
        used = (palette[: 1 << depth].T * 257).ravel().tolist()
        data = handmade(24, 20, [depth], 3, packed(indices, depth), {320: used})
        corpus.pixels(f"tiff/palette-{depth}.tif", data, palette[indices].astype(numpy.uint8))
    inks = numpy.dstack([rgb, grey // 3])
    as_pillow = rgba(numpy.asarray(Image.fromarray(inks, "CMYK").convert("RGB")))
    for name, options in {"": {}, "-lzw": {"compression": "lzw"}, "-planar": {"planarconfig": "separate"}}.items():
        data = tiff(inks if not name == "-planar" else numpy.moveaxis(inks, -1, 0).copy(), "separated", **options)
        corpus.pixels(f"tiff/cmyk{name}.tif", data, as_pillow)


def layouts(corpus):
    rgb, grey = scene(), scene()[..., 2].copy()
    images = {"rgb": (rgb, "rgb"), "grey": (grey, "minisblack"), "rgb-16": (deep(rgb), "rgb"), "grey-16": (deep(grey), "minisblack")}
    for name, (image, kind) in images.items():
        for compression in (None, "lzw", "zlib", "packbits"):
            for predictor in (False, True) if compression in ("lzw", "zlib") else (False,):
                for tile in (None, TILE):
                    options = {"compression": compression, "predictor": predictor}
                    options |= {"tile": tile} if tile else {"rowsperstrip": 7}
                    data = tiff(image, kind, **options)
                    parts = [name, compression or "plain", "differences" if predictor else "", "tiles" if tile else "strips"]
                    corpus.pixels(f"tiff/{'-'.join(filter(None, parts))}.tif", data, image)
    for name, image in (("rgb", rgb), ("rgb-16", deep(rgb))):
        for options in ({}, {"compression": "lzw", "predictor": True}, {"compression": "zlib", "tile": TILE}):
            planes = numpy.moveaxis(image, -1, 0).copy()
            data = tiff(planes, "rgb", planarconfig="separate", **options)
            corpus.pixels(f"tiff/{name}-planes-{'-'.join(options) or 'plain'}.tif", data, image)
    big = tiff(deep(rgb), byteorder=">", compression="lzw", predictor=True)
    corpus.pixels("tiff/rgb-16-big-lzw-differences.tif", big, deep(rgb))
    corpus.pixels("tiff/rgb-16-big-zlib.tif", tiff(deep(rgb), byteorder=">", compression="zlib"), deep(rgb))
    corpus.pixels("tiff/old-deflate.tif", tagged(tiff(rgb, compression="zlib"), 259, [32946]), rgb)


def bilevel(corpus):
    bits = (scene(40, 21)[..., 0] > 110) ^ (scene(40, 21)[..., 2] % 3 == 0)
    shown = numpy.where(bits, 255, 0).astype(numpy.uint8)
    image = Image.fromarray(bits)
    for name in ("group3", "group4", "packbits", "tiff_lzw", "tiff_deflate", "tiff_ccitt"):
        corpus.pixels(f"tiff/bilevel-{name}.tif", saved(image, compression=name), shown)
    plain = saved(image)
    for name, options in {
        "group3-2d": ["-c", "g3:2d"],
        "group3-fill": ["-c", "g3:1d:fill"],
        "group4-lsb-first": ["-c", "g4", "-f", "lsb2msb"],
        "lsb-first": ["-c", "none", "-f", "lsb2msb"],
        "group4-strips": ["-c", "g4", "-r", "8"],
        "group4-tiles": ["-c", "g4", "-t", "-w", "32", "-l", "16"],
    }.items():
        corpus.pixels(f"tiff/bilevel-{name}.tif", converted(plain, *options), shown)


def lossy(corpus):
    image = Image.fromarray(scene())
    jpeg = saved(image, compression="jpeg", quality=90)
    corpus.pixels("tiff/jpeg-ycc.tif", jpeg)
    corpus.pixels("tiff/jpeg-grey.tif", saved(image.convert("L"), compression="jpeg"))
    corpus.pixels("tiff/jpeg-rgb.tif", converted(tiff(scene()), "-c", "jpeg:raw:90"))
    corpus.pixels("tiff/jpeg-tiles.tif", converted(tiff(scene(23, 19)), "-c", "jpeg:90", "-t", "-w", "16", "-l", "16"))
    corpus.pixels("tiff/jpeg-strips.tif", converted(tiff(scene(23, 19)), "-c", "jpeg:90", "-r", "16"))
    ycc = numpy.asarray(image.convert("YCbCr"))
    data = tiff(ycc, "ycbcr", subsampling=(1, 1))
    corpus.pixels("tiff/ycc-plain.tif", data, libtiff(data), levels=1)


def transparency(corpus):
    rgb, levels = scene(), alpha()
    both = numpy.dstack([rgb, levels])
    corpus.pixels("tiff/alpha.tif", tiff(both, extrasamples=["unassalpha"]), both)
    corpus.pixels("tiff/alpha-lzw.tif", tiff(both, extrasamples=["unassalpha"], compression="lzw", predictor=True), both)
    wide = numpy.dstack([deep(rgb), deep(levels)])
    corpus.pixels("tiff/alpha-16.tif", tiff(wide, extrasamples=["unassalpha"]), wide)
    for name, image, top in (("", both, 255), ("-16", wide, 65535)):
        factor = image[..., 3:].astype(numpy.int64)
        stored = (image[..., :3] * factor + top // 2) // top
        shown = numpy.where(factor > 0, (stored * top + factor // 2) // numpy.maximum(factor, 1), stored).clip(0, top)
        premultiplied = numpy.dstack([stored, factor]).astype(image.dtype)
        expected = numpy.dstack([shown, factor]).astype(image.dtype)
        corpus.pixels(f"tiff/premultiplied{name}.tif", tiff(premultiplied, extrasamples=["assocalpha"]), expected)
    corpus.pixels("tiff/extra-unspecified.tif", tiff(both, extrasamples=["unspecified"]), rgb)
    corpus.pixels("tiff/extra-undeclared.tif", tagged(tiff(both, extrasamples=["unspecified"]), 338, None), rgb)
    corpus.pixels("tiff/extra-unspecified-16.tif", tiff(wide, extrasamples=["unspecified"]), deep(rgb))
    two = numpy.dstack([both, levels[::-1]])
    corpus.pixels("tiff/extra-two.tif", tiff(two, extrasamples=["unassalpha", "unspecified"]), both)
    grey = numpy.dstack([rgb[..., 0], levels])
    corpus.pixels("tiff/grey-alpha.tif", tiff(grey, "minisblack", planarconfig="contig", extrasamples=["unassalpha"]), grey)
    planes = numpy.moveaxis(both, -1, 0).copy()
    corpus.pixels("tiff/alpha-planes.tif", tiff(planes, planarconfig="separate", extrasamples=["unassalpha"]), both)


def rare(corpus):
    rgb, levels = scene(), alpha()
    inks = numpy.dstack([rgb, rgb[..., 0] // 3])
    shown = numpy.asarray(Image.fromarray(inks, "CMYK").convert("RGB"))
    corpus.pixels("tiff/cmyk-16.tif", tiff(inks.astype(numpy.uint16) * 257, "separated"), shown)
    corpus.pixels("tiff/cmyk-with-rgb-profile.tif", tiff(inks, "separated", iccprofile=profile()), shown)
    corpus.pixels("tiff/cmyk-junk-profile.tif", tiff(inks, "separated", iccprofile=b"junk" * 50), shown)
    five = numpy.dstack([inks, levels])
    corpus.pixels("tiff/cmyk-extra.tif", tiff(five, "separated", extrasamples=["unspecified"]), shown)
    corpus.pixels("tiff/cmyk-jpeg.tif", converted(tiff(inks, "separated"), "-c", "jpeg:90"))
    corpus.pixels("tiff/large-tile.tif", tiff(rgb, tile=(64, 64), compression="zlib"), rgb)
    corpus.pixels("tiff/no-byte-counts.tif", tagged(tiff(rgb, rowsperstrip=20), 279, None), rgb)
    corpus.pixels("tiff/undefined-format.tif", handmade(24, 20, [8] * 3, 2, rgb.tobytes(), {339: [4, 4, 4]}), rgb)
    for name, factors in {"2x2": (2, 2), "2x1": (2, 1)}.items():
        ycc = numpy.asarray(Image.fromarray(rgb).convert("YCbCr"))
        chroma = ycc[:: factors[1], :: factors[0], 1:]
        blocks = b"".join(
            ycc[y : y + factors[1], x : x + factors[0], 0].tobytes() + chroma[y // factors[1], x // factors[0]].tobytes()
            for y in range(0, 20, factors[1])
            for x in range(0, 24, factors[0])
        )
        data = handmade(24, 20, [8] * 3, 6, blocks, {530: list(factors)})
        corpus.pixels(f"tiff/ycc-{name}.tif", data, libtiff(data), levels=1)
    wide = numpy.dstack([deep(rgb), deep(levels)])
    packed_wide = tiff(wide, extrasamples=["unassalpha"], compression="lzw", predictor=True, tile=TILE, byteorder=">")
    corpus.pixels("tiff/alpha-16-big-lzw-differences-tiles.tif", packed_wide, wide)
    grey_wide = numpy.dstack([deep(rgb[..., 0]), deep(levels)])
    data = tiff(grey_wide, "minisblack", planarconfig="contig", extrasamples=["unassalpha"], compression="zlib", predictor=True)
    corpus.pixels("tiff/grey-alpha-16.tif", data, grey_wide)
    white = tiff(deep(rgb[..., 1].copy()), "miniswhite", compression="lzw", predictor=True)
    corpus.pixels("tiff/grey-16-white-is-zero-differences.tif", white, 65535 - deep(rgb[..., 1]))
    first_small = tiff(rgb, pages=[scene(48, 40)], subfiletype=1)
    corpus.pixels("tiff/preview-first.tif", first_small, rgb)


def files(corpus):
    rgb = scene()
    corpus.pixels("tiff/pages.tif", tiff(rgb, pages=[rgb[::-1].copy()]), rgb)
    corpus.pixels("tiff/trailing-bytes.tif", tiff(rgb) + b"trailer", rgb)
    for orientation in range(2, 9):
        data = tiff(rgb, extratags=[(274, 3, 1, orientation, True)])
        corpus.pixels(f"tiff/orientation-{orientation}.tif", data, rgb)
    corpus.pixels("tiff/profile.tif", tiff(rgb, iccprofile=profile()), rgb)
    corpus.pixels("tiff/profile-16.tif", tiff(deep(rgb), iccprofile=profile()), deep(rgb))
    corpus.pixels("tiff/grey-with-rgb-profile.tif", tiff(rgb[..., 0].copy(), "minisblack", iccprofile=profile()), rgb[..., 0])
    jpeg = saved(Image.fromarray(rgb), compression="jpeg", icc_profile=profile())
    corpus.pixels("tiff/jpeg-with-profile.tif", jpeg)
    corpus.pixels("tiff/junk-profile.tif", tiff(rgb, iccprofile=b"junk" * 50), rgb)
    one_strip = tiff(rgb, rowsperstrip=20)
    corpus.pixels("tiff/no-rows-per-strip.tif", tagged(one_strip, 278, None), rgb)
    corpus.pixels("tiff/pillow.tif", saved(Image.fromarray(rgb)), rgb)
    corpus.pixels("tiff/pillow-lzw.tif", saved(Image.fromarray(rgb), compression="tiff_lzw"), rgb)
    cut = tiff(rgb)
    corpus.refused("tiff/cut.tif", cut[:-100], "ends", ended=True)


def refused(corpus):
    rgb = scene()
    corpus.refused("tiff/float.tif", tiff(rgb.astype(numpy.float32) / 255), "floating-point")
    real = tiff(rgb.astype(numpy.float32) / 255, compression="zlib", predictor=True)
    corpus.refused("tiff/float-differences.tif", real, "floating-point")
    corpus.refused("tiff/half-float.tif", tiff(rgb.astype(numpy.float16) / 255), "floating-point")
    corpus.refused("tiff/32-bit.tif", tiff(rgb.astype(numpy.uint32) << 24), "32, 32, 32 bits")
    corpus.refused("tiff/signed.tif", tiff(rgb[..., 0].astype(numpy.int16), "minisblack"), "signed")
    corpus.refused("tiff/12-bit.tif", handmade(24, 20, [12], 1, packed(rgb[..., 0].astype(int) << 4, 12)), "12 bits")
    corpus.refused("tiff/rgb-4.tif", handmade(24, 20, [4, 4, 4], 2, packed(rgb >> 4, 4)), "4, 4, 4 bits")
    corpus.refused("tiff/rgb-565.tif", handmade(24, 20, [5, 6, 5], 2, packed(rgb >> 3, 5)), "5, 6, 5 bits")
    corpus.refused("tiff/big.tif", tiff(rgb, bigtiff=True), "BigTIFF")
    corpus.refused("tiff/lab.tif", tiff(rgb, "cielab"), "Lab")
    for name in ("zstd", "lzma", "webp", "jpeg2000", "lerc"):
        corpus.refused(f"tiff/{name}.tif", tiff(rgb, compression=name), "compression")
    old_jpeg = tagged(tiff(rgb), 259, [6])
    corpus.refused("tiff/old-jpeg.tif", old_jpeg, "compression")


def add(corpus):
    colours(corpus)
    layouts(corpus)
    bilevel(corpus)
    lossy(corpus)
    transparency(corpus)
    rare(corpus)
    files(corpus)
    refused(corpus)
