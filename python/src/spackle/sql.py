"""The SQL functions of Spackle as column expressions.

They work alike on classic Spark and on Spark Connect: the session needs
`spark.sql.extensions = io.spackle.sql.SpackleExtensions` and Spackle's jar, which on Spark Connect
are the server's. The settings are those of the session, such as `spark.spackle.model.path`, when a
query is analyzed.

As in PySpark, a string is the name of a column; `lit("...")` is a text. Images are columns of
locations (string) or of whole files (binary). No value of a row fails the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pyspark.sql import Column
from pyspark.sql.functions import call_function, lit, struct

__all__ = ["fetch_image", "image_error", "image_size", "inpaint", "mask_coverage"]

ColumnOrName: TypeAlias = "Column | str"


def inpaint(
    init_image: ColumnOrName,
    mask_image: ColumnOrName | None,
    prompt: ColumnOrName | None,
    options: Column | Mapping[str, object] | None = None,
) -> Column:
    """Inpaint the white region of a mask: one image for each row.

    Spark calls the model once for each row of a query, however often the query uses the result. A
    query that uses the result of another one computes it again: write it to a table first.

    Args:
        init_image: The image, height x width pixels.
        mask_image: The mask, white where the image is inpainted, with the image's proportions.
            None if an option makes the mask (`mask_from`, `extend`).
        prompt: What to generate. None for models that only erase.
        options: Further parameters of a row, under the names of a manifest. A mapping takes
            values and columns: `{"seed": 7, "reference_image": col("garment")}`. A column is a map
            of strings or a struct.

    Returns:
        A struct. `status` is `success` or `failed`; `image` is the encoded file, NULL if the row
        failed; `error` has `code`, `message` and `stage`; `generationTime` is in seconds and
        `timings` in milliseconds; further fields are `seed`, `quality`, `notes`, `meta` and
        `digests`.

    """
    arguments = [
        lit(None) if value is None else value for value in (init_image, mask_image, prompt)
    ]
    if options is not None:
        arguments.append(_struct(options) if isinstance(options, Mapping) else options)
    return call_function("inpaint", *arguments)


def image_size(image: ColumnOrName) -> Column:
    """Read the size of an image from its header, without decoding it.

    Returns:
        A struct of `width` and `height` in pixels, as stored, and `format`, such as `JPEG`. NULL if
        it is not an image.

    """
    return call_function("image_size", image)


def image_error(image: ColumnOrName) -> Column:
    """Tell why a row with this image would fail.

    Returns:
        A struct of `code`, `message` and `stage`. NULL if the image can be fetched and decoded.

    """
    return call_function("image_error", image)


def mask_coverage(mask_image: ColumnOrName) -> Column:
    """Compute the share of a mask that is inpainted.

    Returns:
        A double from 0 to 1. NULL if it is not an image, or not a clear mask.

    """
    return call_function("mask_coverage", mask_image)


def fetch_image(location: ColumnOrName) -> Column:
    """Fetch the file at a location, under the rules of `spark.spackle.fetch`.

    Returns:
        The bytes of the file, binary. NULL if they cannot be fetched.

    """
    return call_function("fetch_image", location)


def _struct(options: Mapping[str, object]) -> Column:
    fields = (
        (value if isinstance(value, Column) else lit(value)).alias(name)
        for name, value in options.items()
    )
    return struct(*fields)
