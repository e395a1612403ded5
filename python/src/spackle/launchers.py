"""Ways to start Spackle's commands in a process of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

__all__ = ["Launcher", "checkout", "default", "spark_submit"]

StrPath: TypeAlias = "str | os.PathLike[str]"

Launcher: TypeAlias = Callable[[str, Sequence[str]], list[str]]
"""Gives the words of a process: from a command, `run` or `plan`, and its arguments."""


def checkout(folder: StrPath, *options: str) -> Launcher:
    """Start jobs with the `./spackle` command of a checkout, which builds the jar if needed.

    Args:
        folder: The folder of the checkout.
        options: Options of `./spackle run`, such as `"--master", "spark://host:7077"`.

    """
    program = Path(folder) / "spackle"
    return lambda command, arguments: [str(program), command, *options, *arguments]


def spark_submit(jar: StrPath, *options: str, program: StrPath = "spark-submit") -> Launcher:
    """Start jobs with spark-submit.

    Args:
        jar: The location of `spackle-jobs.jar`.
        options: Options of spark-submit, such as `"--master", "yarn", "--packages",
            "com.microsoft.onnxruntime:onnxruntime:1.29.0"`.
        program: spark-submit's path, or its name on the `PATH`.

    """

    def words(command: str, arguments: Sequence[str]) -> list[str]:
        if command == "run":
            main = ["io.spackle.jobs.InpaintJob", os.fspath(jar)]
        else:
            main = ["io.spackle.jobs.Main", os.fspath(jar), command]
        return [os.fspath(program), *options, "--class", *main, *arguments]

    return words


def default() -> Launcher:
    """Return the launcher of the checkout that the environment variable `SPACKLE_HOME` names.

    Raises:
        ValueError: If the variable is not set.

    """
    folder = os.environ.get("SPACKLE_HOME")
    if not folder:
        raise ValueError(
            "how to start the job is not known: pass launcher=spackle.spark_submit(jar, ...) or"
            " spackle.checkout(folder), or set SPACKLE_HOME to a checkout of Spackle"
        )
    return checkout(folder)
