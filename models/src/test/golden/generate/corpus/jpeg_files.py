"""JPEG files: sampling, scans, restarts, colour spaces with and without their markers, other processes."""

import io
import struct
import subprocess

import imagecodecs
import numpy
from PIL import Image

from decoder_corpus import pillow, profile, scene

SAMPLING = {
    "444": "1x1",
    "422": "2x1",
    "420": "2x2",
    "440": "1x2",
    "411": "4x1",
    "410": "4x2",
    "441": "1x4",
    "444-wide": "2x1,2x1,2x1",
    "422-tall": "2x2,1x2,1x2",
    "440-wide": "2x2,2x1,2x1",
    "mixed": "2x2,2x1,1x2",
    "wide-chroma": "1x1,2x1,2x1",
    "tall-chroma": "1x1,1x2,1x1",
}
SIZES = [(1, 1), (2, 2), (3, 5), (5, 3), (16, 16), (17, 33)]
SOI, SOF0, EOI = b"\xff\xd8", b"\xff\xc0", b"\xff\xd9"
JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def ppm(image):
    header = f"P{6 if image.ndim == 3 else 5} {image.shape[1]} {image.shape[0]} 255\n"
    return header.encode() + image.tobytes()


def encoded(image, *options):
    return subprocess.run(["cjpeg", *options], input=ppm(image), capture_output=True, check=True).stdout


def segment(code, data):
    return bytes([0xFF, code]) + struct.pack(">H", len(data) + 2) + data


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def without_jfif(data, *segments):
    assert data[2 : 2 + len(JFIF)] == JFIF
    return SOI + b"".join(segments) + data[2 + len(JFIF) :]


def with_segments(data, *segments):
    return SOI + b"".join(segments) + data[2:]


def named(data, names):
    """Other component identifiers, in the frame and the scans."""
    data, identifiers = bytearray(data), {}
    at = data.index(SOF0) + 10
    for i, name in enumerate(names):
        identifiers[data[at + 3 * i]] = name
        data[at + 3 * i] = name
    scan = data.index(b"\xff\xda") + 5
    for i in range(len(names)):
        data[scan + 2 * i] = identifiers[data[scan + 2 * i]]
    return bytes(data)


def sampling(corpus):
    for name, factors in SAMPLING.items():
        corpus.pixels(f"jpeg/{name}.jpg", encoded(scene(), "-quality", "90", "-sample", factors))
    for name in ("420", "440", "411", "mixed"):
        progressive = encoded(scene(29, 27), "-quality", "80", "-sample", SAMPLING[name], "-progressive")
        corpus.pixels(f"jpeg/{name}-progressive.jpg", progressive)
    for width, height in SIZES:
        for name in ("420", "422", "440"):
            data = encoded(scene(width, height), "-quality", "85", "-sample", SAMPLING[name])
            corpus.pixels(f"jpeg/{name}-{width}x{height}.jpg", data)


def scans(corpus):
    options = {
        "restarts": ["-restart", "1"],
        "restart-blocks": ["-restart", "2B", "-sample", "1x1"],
        "restarts-progressive": ["-restart", "1", "-progressive"],
        "optimized": ["-optimize"],
        "q1": ["-quality", "1"],
        "q100": ["-quality", "100", "-sample", "1x1"],
        "wide-tables": ["-quality", "2", "-sample", "1x1"],
        "fast-dct": ["-dct", "fast"],
        "grey": ["-grayscale"],
        "grey-progressive": ["-grayscale", "-progressive"],
        "rgb": ["-rgb"],
    }
    for name, extra in options.items():
        corpus.pixels(f"jpeg/{name}.jpg", encoded(scene(), *extra))
    corpus.pixels("jpeg/grey-2x2.jpg", encoded(scene(21, 19)[..., 1].copy(), "-grayscale", "-sample", "2x2"))
    separate = subprocess.run(
        ["bash", "-c", "cjpeg -scans <(printf '0;1;2;')"], input=ppm(scene()), capture_output=True, check=True
    )
    corpus.pixels("jpeg/separate-scans.jpg", separate.stdout)


def markers(corpus):
    full, half = encoded(scene(), "-sample", "1x1"), encoded(scene(), "-sample", "2x2")
    exif = segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")
    for name, data in (("444", full), ("420", half)):
        bare = without_jfif(data)
        corpus.pixels(f"jpeg/bare-{name}.jpg", bare)
        corpus.pixels(f"jpeg/bare-{name}-ids-rgb.jpg", named(bare, b"RGB"))
        corpus.pixels(f"jpeg/bare-{name}-ids-012.jpg", named(bare, b"\0\1\2"))
        corpus.pixels(f"jpeg/bare-{name}-ids-other.jpg", named(bare, b"\x22\x23\x24"))
        corpus.pixels(f"jpeg/jfif-{name}-ids-rgb.jpg", named(data, b"RGB"))
        corpus.pixels(f"jpeg/exif-{name}.jpg", without_jfif(data, exif))
        corpus.pixels(f"jpeg/exif-jfif-{name}.jpg", with_segments(data, exif))
        corpus.pixels(f"jpeg/exif-{name}-ids-rgb.jpg", named(without_jfif(data, exif), b"RGB"))
        for transform in (0, 1, 2, 9):
            corpus.pixels(f"jpeg/adobe-{transform}-{name}.jpg", without_jfif(data, adobe(transform)))
            corpus.pixels(f"jpeg/adobe-{transform}-jfif-{name}.jpg", with_segments(data, adobe(transform)))
    others = {
        "comments": [segment(0xFE, b"a comment"), segment(0xEC, b"Ducky"), segment(0xEF, bytes(40))],
        "profile": [segment(0xE2, b"ICC_PROFILE\0\1\1" + profile())],
        "junk-profile": [segment(0xE2, b"ICC_PROFILE\0\1\1" + b"junk" * 50)],
        "broken-profile": [segment(0xE2, b"ICC_PROFILE\0\2\3" + b"junk" * 50), segment(0xE2, b"ICC_PROFILE\0")],
        "short-adobe": [segment(0xEE, b"Adobe")],
        "short-jfif": [segment(0xE0, b"JFIF\0")],
        "jfxx": [segment(0xE0, b"JFXX\0\x10" + full)],
        "photoshop": [segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0")],
        "fill-bytes": [b"\xff" * 5],
    }
    for name, extra in others.items():
        corpus.pixels(f"jpeg/{name}.jpg", with_segments(half, *extra), pillow(half))
    corpus.pixels("jpeg/trailing-bytes.jpg", half + b"trailer")
    corpus.pixels("jpeg/trailing-image.jpg", half + full)


def four_channels(corpus):
    inks = numpy.dstack([scene(), (scene()[::-1, :, 0] // 2)])
    out = io.BytesIO()
    Image.fromarray(inks, "CMYK").save(out, "JPEG", quality=90)
    data = out.getvalue()
    marker = data[2:18]
    assert marker[4:9] == b"Adobe"
    plain = SOI + data[18:]
    corpus.pixels("jpeg/cmyk-bare.jpg", plain)
    for transform in (0, 2):
        corpus.pixels(f"jpeg/cmyk-adobe-{transform}.jpg", with_segments(plain, adobe(transform)))
    half = imagecodecs.jpeg8_encode(inks, 90, colorspace="CMYK", outcolorspace="YCCK", subsampling="420")
    corpus.pixels("jpeg/ycck-420.jpg", half)
    rgb_profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + profile())
    corpus.pixels("jpeg/cmyk-with-rgb-profile.jpg", with_segments(plain, rgb_profile))
    jfif = with_segments(plain, JFIF)
    corpus.pixels("jpeg/cmyk-jfif.jpg", jfif)


def processes(corpus):
    arithmetic = encoded(scene(), "-arithmetic")
    corpus.refused("jpeg/arithmetic.jpg", arithmetic, "arithmetic")
    corpus.refused("jpeg/arithmetic-progressive.jpg", encoded(scene(), "-arithmetic", "-progressive"), "arithmetic")
    deep = imagecodecs.jpeg8_encode(scene().astype(numpy.uint16) * 16, 90, bitspersample=12)
    corpus.refused("jpeg/12-bit.jpg", deep, "12 bits")
    corpus.refused("jpeg/lossless.jpg", imagecodecs.jpeg8_encode(scene(), lossless=True), "lossless")
    hierarchical = encoded(scene()).replace(SOF0, b"\xff\xc5")
    corpus.refused("jpeg/hierarchical.jpg", hierarchical, "hierarchical")
    for kept in (1, 5, 9):
        incomplete = without_last_scans(encoded(scene(), "-progressive"), kept)
        corpus.refused(f"jpeg/only-{kept}-of-10-scans.jpg", incomplete, "lacks its last scans", ended=True)
    corpus.refused("jpeg/two-channels.jpg", two_channels(), "2 channels")
    unknown_height = bytearray(encoded(scene()))
    at = unknown_height.index(SOF0) + 5
    unknown_height[at : at + 2] = b"\0\0"
    corpus.refused("jpeg/height-later.jpg", bytes(unknown_height), "height")


def without_last_scans(data, kept):
    """A file that ends after some of its scans, with an end marker."""
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    tables = data.rfind(b"\xff\xc4", scans[kept - 1], scans[kept])
    return data[: tables if tables > 0 else scans[kept]] + EOI


def two_channels():
    """A frame of two components, in one scan."""
    data = bytearray(encoded(scene(), "-sample", "1x1"))
    at = data.index(SOF0)
    frame = data[at + 2 : at + 19]
    data[at + 2 : at + 19] = struct.pack(">H", 14) + frame[2:7] + b"\2" + frame[8:14]
    return bytes(data)


def add(corpus):
    sampling(corpus)
    scans(corpus)
    markers(corpus)
    four_channels(corpus)
    processes(corpus)
