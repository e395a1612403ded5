"""The words of a process, its lines, its exit codes, and interrupts; scripts stand for jobs."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import spackle

if TYPE_CHECKING:
    from collections.abc import Sequence


def script(text: str) -> spackle.Launcher:
    """Return a launcher of a Python script in place of a job."""

    def words(command: str, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-c", text, command, *arguments]

    return words


def test_settings_become_options(capsys: pytest.CaptureFixture[str]) -> None:
    settings = {
        "a": "verbatim {name}",
        "b": True,
        "c": 0.5,
        "d": None,
        "e": ["x", Path("/y")],
        "f": {"g": 1},
    }
    echo = script("import sys; print(*sys.argv[1:], sep='\\n', file=sys.stderr)")
    with pytest.raises(spackle.SpackleError):
        spackle.run("job.conf", settings, launcher=echo)
    expected = ["a=verbatim {name}", "b=true", "c=0.5", "d=null", 'e=["x", "/y"]', 'f={"g": 1}']
    words = capsys.readouterr().err.splitlines()
    assert words[:2] == ["run", "job.conf"]
    assert words[2::2] == ["-D"] * len(expected)
    assert words[3::2] == expected


def test_spark_submit_starts_the_class_of_each_command() -> None:
    launcher = spackle.spark_submit("s.jar", "--master", "yarn")
    before = ["spark-submit", "--master", "yarn", "--class"]
    assert launcher("run", ["c"]) == [*before, "io.spackle.jobs.InpaintJob", "s.jar", "c"]
    assert launcher("plan", ["c"]) == [*before, "io.spackle.jobs.Main", "s.jar", "plan", "c"]


def test_without_a_launcher_the_error_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACKLE_HOME", raising=False)
    with pytest.raises(ValueError, match="SPACKLE_HOME"):
        spackle.run("job.conf")


LINE = (
    'print(\'{"status": "%s", "rows": 1, "succeeded": 0, "failed": 1, "skipped": 0,'
    ' "failed_before": 0, "changed_inputs": 0, "unmasked": 0, "images": 0, "seconds": 1.5,'
    ' "images_per_second": 0.0, "output": "out", "of_a_later_version": 1}\', flush=True);'
)


def test_a_run_whose_rows_all_fail_gives_a_result() -> None:
    job = script("print('noise');" + LINE % "failures" + "raise SystemExit(3)")
    result = spackle.run("job.conf", launcher=job)
    assert (result.status, result.failed, result.seconds) == ("failures", 1, 1.5)


def test_a_session_of_spark_connect_is_none_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_REMOTE", "sc://localhost")
    job = script("import os; assert 'SPARK_REMOTE' not in os.environ;" + LINE % "done")
    assert spackle.run("job.conf", launcher=job).status == "done"


def test_a_job_goes_on_when_its_messages_cannot_be_written() -> None:
    closed = io.StringIO()
    closed.close()
    job = script("import sys; print('x' * 10**6, file=sys.stderr);" + LINE % "done")
    with contextlib.redirect_stderr(closed):
        assert spackle.run("job.conf", launcher=job).status == "done"


def test_a_process_without_a_closing_line_is_broken() -> None:
    job = script("import sys; print('Killed', file=sys.stderr); raise SystemExit(137)")
    with pytest.raises(spackle.SpackleError, match="Killed") as raised:
        spackle.run("job.conf", launcher=job)
    assert (raised.value.code, raised.value.status) == (137, "broken")


def test_a_driver_on_the_cluster_leaves_the_end_of_its_job_unknown() -> None:
    with pytest.raises(spackle.SpackleError, match="client mode") as raised:
        spackle.run("job.conf", launcher=script("print('submitted')"))
    assert (raised.value.code, raised.value.status) == (0, "unknown")


def test_an_interrupted_job_ends_by_itself(tmp_path: Path) -> None:
    published = tmp_path / "published"
    job = script(
        "import pathlib, signal, sys, time\n"
        f"end = lambda *_: (pathlib.Path({str(published)!r}).touch(), sys.exit(130))\n"
        "signal.signal(signal.SIGINT, end)\n"
        "print('started', file=sys.stderr, flush=True)\n"
        "time.sleep(60)"
    )
    messages = Started()
    interrupt = threading.Thread(target=messages.interrupt_when_started)
    interrupt.start()
    with pytest.raises(KeyboardInterrupt), contextlib.redirect_stderr(messages):
        spackle.run("job.conf", launcher=job)
    interrupt.join()
    assert published.exists()


class Started(io.StringIO):
    """Messages of a job, whose first one causes an interrupt of this process."""

    def __init__(self) -> None:
        super().__init__()
        self._started = threading.Event()

    def write(self, text: str) -> int:
        self._started.set()
        return super().write(text)

    def interrupt_when_started(self) -> None:
        assert self._started.wait(30)
        os.kill(os.getpid(), signal.SIGINT)
