"""The SQL functions, on Spark Connect and on classic Spark."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SIDE
from PIL import Image, ImageChops
from pyspark.sql.functions import col, lit

from spackle.sql import fetch_image, image_error, image_size, inpaint, mask_coverage

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import Column, DataFrame, SparkSession

MASKED = (0, 0, SIDE // 2, SIDE)
KEPT = (SIDE // 2, 0, SIDE, SIDE)


@pytest.fixture(scope="session")
def rows(spark: SparkSession, photos: Path) -> DataFrame:
    """One row: an image and its mask."""
    files = [(str(photos / "image.png"), str(photos / "mask.png"), str(photos / "text.png"))]
    return spark.createDataFrame(files, "init_image string, mask_image string, text string")


def first(rows: DataFrame, column: Column) -> Any:  # noqa: ANN401
    row = rows.select(column.alias("value")).first()
    assert row is not None
    return row.value


def differences(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> bool:
    changed = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box))
    return changed.getbbox() is not None


def test_inpaint_changes_the_masked_pixels_and_no_other(rows: DataFrame, photos: Path) -> None:
    result = first(rows, inpaint("init_image", "mask_image", None))
    assert result.status == "success", result.error
    after = Image.open(io.BytesIO(result.image))
    with Image.open(photos / "image.png") as before:
        assert differences(before, after, MASKED)
        assert not differences(before, after, KEPT)


def test_inpaint_takes_files_as_well_as_locations(rows: DataFrame) -> None:
    location = first(rows, inpaint("init_image", "mask_image", lit("")))
    file = first(rows, inpaint(fetch_image("init_image"), fetch_image(col("mask_image")), lit("")))
    assert file.image == location.image


def test_options_are_values_and_columns(rows: DataFrame) -> None:
    options = {"seed": 7, "num_inference_steps": lit("3")}
    result = first(rows, inpaint("init_image", "mask_image", None, options))
    assert (result.seed, result.meta.steps) == (7, 3)


def test_an_unknown_option_is_named(rows: DataFrame) -> None:
    result = first(rows, inpaint("init_image", "mask_image", None, {"sed": 7}))
    assert (result.status, result.image, result.error.code) == ("failed", None, "ROW_INVALID")
    assert "sed found" in result.error.message


def test_a_row_without_a_mask_fails_and_the_query_does_not(rows: DataFrame) -> None:
    assert first(rows, inpaint("init_image", None, None)).status == "failed"


def test_a_session_chooses_one_of_the_models_of_its_server(
    spark: SparkSession, rows: DataFrame
) -> None:
    spark.conf.set("spark.spackle.model.name", "patchmatch")
    try:
        result = first(rows, inpaint("init_image", "mask_image", None))
    finally:
        spark.conf.unset("spark.spackle.model.name")
    assert (result.status, result.meta.model) == ("success", "builtin:patchmatch")


def test_a_session_cannot_read_more_than_its_server_allows(
    spark: SparkSession, rows: DataFrame
) -> None:
    spark.conf.set("spark.spackle.fetch.allow-files", "[/]")
    try:
        # A PySparkException of Spark Connect, and a Py4JJavaError of classic Spark.
        with pytest.raises(Exception, match="allow-files"):
            first(rows, image_size("init_image"))
    finally:
        spark.conf.unset("spark.spackle.fetch.allow-files")


def test_image_size(rows: DataFrame) -> None:
    assert first(rows, image_size("init_image")).asDict() == {
        "width": SIDE,
        "height": SIDE,
        "format": "PNG",
    }
    assert first(rows, image_size("text")) is None


def test_image_error(rows: DataFrame) -> None:
    assert first(rows, image_error(col("init_image"))) is None
    assert first(rows, image_error("text")).code == "IMAGE_UNSUPPORTED"


def test_mask_coverage(rows: DataFrame) -> None:
    assert first(rows, mask_coverage("mask_image")) == 0.5


def test_fetch_image(rows: DataFrame, photos: Path) -> None:
    assert first(rows, fetch_image("text")) == (photos / "text.png").read_bytes()
    assert first(rows, fetch_image(lit("/etc/hostname"))) is None
