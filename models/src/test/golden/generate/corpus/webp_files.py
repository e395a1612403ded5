"""WebP files: lossy, lossless, alpha in each of its forms, containers, animations."""

import io
import struct
import subprocess

import imagecodecs
import numpy
from PIL import Image

from decoder_corpus import profile, scene, scene_alpha

LOSSY = {
    "plain": [],
    "q5": ["-q", "5"],
    "q100": ["-q", "100"],
    "simple-filter": ["-nostrong", "-f", "80"],
    "strong-filter": ["-f", "100", "-sharpness", "0"],
    "sharp-filter": ["-f", "60", "-sharpness", "7"],
    "no-filter": ["-f", "0"],
    "one-segment": ["-segments", "1"],
    "partitions": ["-partition_limit", "100"],
    "jpeg-like": ["-jpeg_like"],
    "sharp-yuv": ["-sharp_yuv"],
    "fast": ["-m", "0"],
    "slow": ["-m", "6", "-pass", "4"],
    "photo": ["-preset", "photo"],
}
ALPHA = {
    "raw": ["-alpha_method", "0", "-alpha_filter", "none"],
    "raw-filtered": ["-alpha_method", "0", "-alpha_filter", "best"],
    "compressed": ["-alpha_method", "1", "-alpha_filter", "none"],
    "compressed-fast": ["-alpha_method", "1", "-alpha_filter", "fast"],
    "compressed-best": ["-alpha_method", "1", "-alpha_filter", "best"],
    "quantized": ["-alpha_q", "30"],
    "exact": ["-exact"],
}
SIZES = [(1, 1), (2, 3), (15, 17), (16, 16), (19, 33)]


def encoded(image, *options):
    png = io.BytesIO()
    Image.fromarray(image).save(png, "PNG")
    command = ["cwebp", "-quiet", *options, "-o", "-", "--", "-"]
    return subprocess.run(command, input=png.getvalue(), capture_output=True, check=True).stdout


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*chunks):
    return chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def u24(value):
    return struct.pack("<I", value)[:3]


def extended(width, height, flags):
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + u24(width - 1) + u24(height - 1))


def image_chunks(data):
    """The chunks ALPH, VP8 or VP8L of a still file."""
    found, at = b"", 12
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 4)[0]
        end = at + 8 + length + length % 2
        found += data[at:end] if data[at : at + 4] in (b"ALPH", b"VP8 ", b"VP8L") else b""
        at = end
    return found


def frame(image, left, top, flags=0, options=()):
    height, width = image.shape[:2]
    header = u24(left // 2) + u24(top // 2) + u24(width - 1) + u24(height - 1) + u24(100) + bytes([flags])
    return chunk(b"ANMF", header + image_chunks(encoded(image, *options)))


def animation(width, height, frames, flags=0x02, background=b"\x10\x20\x30\xff"):
    return riff(extended(width, height, flags), chunk(b"ANIM", background + b"\0\0"), *frames)


def stills(corpus):
    for name, options in LOSSY.items():
        corpus.pixels(f"webp/lossy-{name}.webp", encoded(scene(), *options))
    for width, height in SIZES:
        corpus.pixels(f"webp/lossy-{width}x{height}.webp", encoded(scene(width, height)))
        corpus.pixels(f"webp/lossless-{width}x{height}.webp", encoded(scene(width, height), "-lossless"))
        corpus.pixels(f"webp/alpha-{width}x{height}.webp", encoded(scene_alpha(width, height)))
    tall = numpy.tile(scene(16, 16), (8, 1, 1))
    corpus.pixels("webp/lossy-tall.webp", encoded(tall, "-q", "60"))
    for name, options in ALPHA.items():
        corpus.pixels(f"webp/alpha-{name}.webp", encoded(scene_alpha(), *options))
    for name, options in {"alpha": [], "alpha-exact": ["-exact"], "near": ["-near_lossless", "20"]}.items():
        corpus.pixels(f"webp/lossless-{name}.webp", encoded(scene_alpha(), "-lossless", *options))
    for colours in (1, 2, 4, 16, 200):
        image = numpy.asarray(Image.fromarray(scene()).quantize(colours).convert("RGB"))
        corpus.pixels(f"webp/lossless-{colours}-colours.webp", encoded(image, "-lossless"), image)


def containers(corpus):
    lossy, lossless = encoded(scene()), encoded(scene_alpha(), "-lossless")
    pixels, with_alpha = image_chunks(lossy), image_chunks(encoded(scene_alpha()))
    for name, icc in {"profile": profile(), "junk-profile": b"junk" * 33, "empty-profile": b""}.items():
        data = riff(extended(24, 20, 0x20), chunk(b"ICCP", icc), pixels)
        corpus.pixels(f"webp/{name}.webp", data)
    meta = chunk(b"EXIF", b"junk"), chunk(b"XMP ", b"<x/>")
    corpus.pixels("webp/metadata.webp", riff(extended(24, 20, 0x0C), pixels, *meta))
    corpus.pixels("webp/unknown-chunks.webp", riff(extended(24, 20, 0), chunk(b"abcd", b"123"), pixels, chunk(b"wxyz", b"")))
    corpus.pixels("webp/no-flags.webp", riff(extended(24, 20, 0), pixels))
    corpus.pixels("webp/alpha-flag-without-alpha.webp", riff(extended(24, 20, 0x10), pixels))
    undeclared = riff(extended(24, 20, 0), with_alpha)  # libwebp's simple decoder shows it, Pillow does not
    corpus.pixels("webp/alpha-without-flag.webp", undeclared, imagecodecs.webp_decode(undeclared))
    corpus.pixels("webp/extended-lossless.webp", riff(extended(24, 20, 0x10), image_chunks(lossless)))
    corpus.pixels("webp/extended-lossless-without-flag.webp", riff(extended(24, 20, 0), image_chunks(lossless)))
    corpus.pixels("webp/trailing-bytes.webp", lossy + b"trailer")
    corpus.refused("webp/other-canvas.webp", riff(extended(25, 20, 0), pixels), "Invalid WebP data")


def placed(frame_pixels, width, height, left, top):
    canvas = numpy.zeros((height, width, 4), numpy.uint8)
    canvas[top : top + frame_pixels.shape[0], left : left + frame_pixels.shape[1]] = frame_pixels
    return canvas


def animations(corpus):
    first, second, small = scene(), scene()[::-1].copy(), scene_alpha(10, 8)
    corpus.pixels("webp/animated.webp", animation(24, 20, [frame(first, 0, 0), frame(second, 0, 0)]))
    corpus.pixels("webp/animated-lossless.webp", animation(24, 20, [frame(first, 0, 0, 0, ["-lossless"])]), first)
    for name, options in {"lossy": [], "lossless": ["-lossless", "-exact"], "raw-alpha": ALPHA["raw"]}.items():
        for blend in (0, 2):
            data = animation(24, 20, [frame(small, 6, 4, blend, options), frame(first, 0, 0)], 0x12)
            corpus.pixels(f"webp/animated-offset-{name}-{blend}.webp", data)
    opaque = animation(24, 20, [frame(scene(10, 8), 14, 12)], 0x12)
    corpus.pixels("webp/animated-opaque-frame.webp", opaque)
    undeclared = animation(24, 20, [frame(scene(10, 8), 2, 2, 0, ["-lossless"])], 0x02)
    corpus.pixels("webp/animated-without-alpha-flag.webp", undeclared, placed(pillow_rgba(scene(10, 8)), 24, 20, 2, 2))
    saved = io.BytesIO()
    frames = [Image.fromarray(scene_alpha()), Image.fromarray(scene_alpha()[:, ::-1].copy())]
    frames[0].save(saved, "WEBP", save_all=True, append_images=frames[1:], duration=50)
    corpus.pixels("webp/animated-pillow.webp", saved.getvalue())
    outside = animation(24, 20, [frame(first, 2, 0)])
    corpus.refused("webp/animated-outside.webp", outside, "outside its canvas")
    corpus.refused("webp/animated-without-frame.webp", animation(24, 20, []), "ends before its first frame", True)


def pillow_rgba(image):
    return numpy.asarray(Image.fromarray(image).convert("RGBA"))


def add(corpus):
    stills(corpus)
    containers(corpus)
    animations(corpus)
