"""Jobs: started in a process of their own, and what they wrote."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING, TypeVar

from spackle import launchers
from spackle.process import execute
from spackle.results import PlanResult, RunResult, SpackleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame, SparkSession

    from spackle.launchers import Launcher, StrPath
    from spackle.process import Ended

__all__ = ["plan", "read", "run"]

Result = TypeVar("Result", RunResult, PlanResult)


def run(
    conf: StrPath | None = None,
    settings: Mapping[str, object] | None = None,
    *,
    launcher: Launcher | None = None,
) -> RunResult:
    """Run a job and wait for its end.

    Rows that fail do not raise: see `RunResult.failed`. An interrupt (Ctrl-C, or Jupyter's stop) is
    passed on to the job, which publishes what is done, and then raises `KeyboardInterrupt`; the
    same call goes on. The job's messages go to `sys.stderr`.

    Args:
        conf: The job's configuration file; None if the settings say everything.
        settings: Keys that override the file's, such as `{"batch.max-images": 4}`. A relative path
            is resolved against the current folder.
        launcher: How the job is started, see `spark_submit` and `checkout`; by default with the
            checkout that the environment variable `SPACKLE_HOME` names.

    Raises:
        SpackleError: If the job was refused, was interrupted by someone else, or broke.

    """
    arguments = _arguments(conf, settings)
    return _result(RunResult, _launch("run", arguments, launcher))


def plan(
    conf: StrPath | None = None,
    settings: Mapping[str, object] | None = None,
    *,
    probe: int = 0,
    trial: int = 0,
    launcher: Launcher | None = None,
) -> PlanResult:
    """Check a job, and tell what `run` would do, without doing it.

    Args:
        conf: As for `run`.
        settings: As for `run`.
        probe: The number of rows to fetch and decode.
        trial: The number of rows to inpaint without keeping the images, for a forecast.
        launcher: As for `run`.

    Raises:
        SpackleError: If a run would be refused, or the plan broke.

    """
    arguments = _arguments(conf, settings)
    arguments += ["--probe", str(probe), "--trial", str(trial)]
    return _result(PlanResult, _launch("plan", arguments, launcher))


def read(spark: SparkSession, output: StrPath) -> DataFrame:
    """Read the meta rows of a job: one for each row of the manifest that is done.

    They can be read while the job runs.

    Args:
        spark: A session, classic or of Spark Connect, whose server then reads the folder.
        output: The output folder of the job.

    """
    folder = os.fspath(output).rstrip("/") + "/meta"
    return spark.read.option("mergeSchema", "true").parquet(folder)


def _arguments(conf: StrPath | None, settings: Mapping[str, object] | None) -> list[str]:
    arguments = [] if conf is None else [os.fspath(conf)]
    for key, value in (settings or {}).items():
        arguments += ["-D", f"{key}={_text(value)}"]
    return arguments


def _text(value: object) -> str:
    """Return a value as -D expects it: lists, objects, numbers and null as JSON, texts as is."""
    if isinstance(value, str | os.PathLike):
        return os.fspath(value)
    return json.dumps(value, default=os.fspath)


def _launch(command: str, arguments: list[str], launcher: Launcher | None) -> Ended:
    return execute((launcher or launchers.default())(command, arguments))


def _result(kind: type[Result], ended: Ended) -> Result:
    line = ended.closing_line()
    if not line and ended.code == 0:
        raise SpackleError(
            0,
            "unknown",
            "the process ended without a closing line: with --deploy-mode cluster the driver prints"
            " it on the cluster; see summary.json in the output folder, or use the client mode",
        )
    status = line.get("status", "broken")
    if status not in ("done", "failures"):
        raise SpackleError(ended.code, status, ended.message)
    return kind(**{field.name: line[field.name] for field in dataclasses.fields(kind)})
