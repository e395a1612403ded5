"""A job: its result, its meta rows, and its refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers import ERASER, IS_CLASSIC, JAR, ROOT, onnxruntime

import spackle

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

CHECKOUT = spackle.checkout(ROOT, "--master", "local[2]")


SUBMIT = spackle.spark_submit(JAR, "--master", "local[2]", "--jars", onnxruntime())
"""The spark-submit of pyspark."""


@pytest.fixture(scope="module")
def conf(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configure a job of two rows, one of which fails."""
    folder = tmp_path_factory.mktemp("job")
    rows = (
        '{"id": "good", "init_image": "image.png", "mask_image": "mask.png"}\n'
        '{"id": "lost", "init_image": "none.png", "mask_image": "mask.png"}\n'
    )
    (folder / "rows.jsonl").write_text(rows)
    text = f"""
    spackle {{
      manifest {{ path = rows.jsonl, base = "{photos}" }}
      output.path = out
      model.path = "{ERASER}"
      fetch.allow-files = ["{photos}"]
      report.enabled = false
    }}
    """
    file = folder / "job.conf"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def launcher() -> spackle.Launcher:
    """Return spark-submit where it is installed, and else that of this checkout."""
    return SUBMIT if IS_CLASSIC else CHECKOUT


@pytest.fixture(scope="module")
def result(launcher: spackle.Launcher, conf: Path) -> spackle.RunResult:
    """Run the job."""
    return spackle.run(conf, launcher=launcher)


def test_a_run_gives_its_closing_line(result: spackle.RunResult) -> None:
    assert (result.status, result.rows) == ("done", 2)
    assert (result.succeeded, result.failed, result.skipped, result.images) == (1, 1, 0, 1)


def test_the_meta_rows_of_a_run_can_be_read(spark: SparkSession, result: spackle.RunResult) -> None:
    rows = spackle.read(spark, result.output).select("id", "status", "error.code").collect()
    assert {tuple(row) for row in rows} == {
        ("good", "success", None),
        ("lost", "failed", "FETCH_NOT_FOUND"),
    }


@pytest.mark.usefixtures("result")
def test_a_plan_tells_what_is_left_to_do(launcher: spackle.Launcher, conf: Path) -> None:
    plan = spackle.plan(conf, launcher=launcher)
    assert (plan.rows, plan.to_do, plan.done, plan.failed_before) == (2, 0, 1, 1)


def test_a_refused_job_raises_all_problems(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"batch.max-images": 0, "output.mode": "no mode"}
    with pytest.raises(spackle.SpackleError) as raised:
        spackle.run(conf, settings, launcher=CHECKOUT)
    assert (raised.value.code, raised.value.status) == (2, "refused")
    assert "batch.max-images" in raised.value.message
    assert "output.mode" in raised.value.message
    assert capsys.readouterr().err.rstrip().endswith(raised.value.message)
