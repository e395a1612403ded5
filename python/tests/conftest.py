"""Shared fixtures: a session, classic or of Spark Connect, and images drawn by script."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw
from pyspark.sql import SparkSession
from servers import IS_CLASSIC, JAR, classic_session, connect_server, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# These short processes take half the time without the optimizing compiler.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

# The notebook is for Spark Connect.
collect_ignore = ["test_notebook.py"] if IS_CLASSIC else []

SIDE = 512
"""Width and height of the drawn images, in pixels."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--save", action="store_true", help="save the output of the notebook")


def pytest_report_header() -> str:
    return f"sessions: {'classic Spark' if IS_CLASSIC else 'Spark Connect'}"


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw an image, a mask whose left half is white, and a file that is no image."""
    folder = tmp_path_factory.mktemp("photos")
    image = Image.radial_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    image.save(folder / "image.png")
    mask = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(mask).rectangle((0, 0, SIDE // 2 - 1, SIDE - 1), fill=255)
    mask.save(folder / "mask.png")
    (folder / "text.png").write_text("no image")
    return folder


@pytest.fixture(scope="session")
def server(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Spark Connect server; give its URL."""
    assert JAR.is_file(), f"{JAR} is missing: ./spackle --help builds it"
    with connect_server(tmp_path_factory.mktemp("server"), settings(photos)) as url:
        yield url


@pytest.fixture(scope="session")
def spark(request: pytest.FixtureRequest, photos: Path) -> Iterator[SparkSession]:
    """Open a session of the kind that the installed PySpark has."""
    if IS_CLASSIC:
        session = classic_session(settings(photos))
    else:
        session = SparkSession.builder.remote(request.getfixturevalue("server")).getOrCreate()
    yield session
    session.stop()
