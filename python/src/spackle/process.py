"""A process whose messages are passed on while it runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from threading import Thread
from typing import IO, Any, TextIO

__all__ = ["Ended", "execute"]

_KEPT_LINES = 200

# What PySpark sets for a session of Spark Connect: spark-submit refuses it beside a master.
_OF_CONNECT = {"SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED"}


@dataclass(frozen=True)
class Ended:
    """A process that has ended.

    Attributes:
        code: The exit code; a negative number is the signal that killed the process.
        output: The last lines on stdout.
        messages: The last lines on stderr.

    """

    code: int
    output: list[str]
    messages: list[str]

    def closing_line(self) -> dict[str, Any]:
        """Return the JSON object in the last line on stdout; empty if there is none."""
        try:
            line = json.loads(self.output[-1]) if self.output else None
        except json.JSONDecodeError:
            line = None
        return line if isinstance(line, dict) else {}

    @property
    def message(self) -> str:
        """The problems after the line `Refused, ...:`, or else the last messages."""
        refused = [i for i, line in enumerate(self.messages) if line.startswith("Refused, ")]
        start = refused[-1] if refused else -20
        return "\n".join(self.messages[start:])


def execute(words: list[str]) -> Ended:
    """Execute a program; pass its messages on to `sys.stderr`.

    An interrupt is passed on to the process, and raised again when that has ended.
    """
    # In a session of its own, Ctrl-C in a terminal does not reach it twice: a second signal ends
    # a job at once.
    with subprocess.Popen(  # noqa: S603
        words,
        env={key: value for key, value in os.environ.items() if key not in _OF_CONNECT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        output: deque[str] = deque(maxlen=_KEPT_LINES)
        kept: deque[str] = deque(maxlen=_KEPT_LINES)
        readers = [
            Thread(target=_read, args=(process.stdout, output, None), daemon=True),
            Thread(target=_read, args=(process.stderr, kept, sys.stderr), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
        finally:
            if process.poll() is None:
                process.terminate()
            for reader in readers:
                reader.join()
        return Ended(process.returncode, list(output), list(kept))


def _read(stream: IO[str], kept: deque[str], passed_on: TextIO | None) -> None:
    for line in stream:
        kept.append(line.rstrip("\n"))
        if passed_on is not None:
            try:
                passed_on.write(line)
                passed_on.flush()
            except (OSError, ValueError):  # closed; the process would hang if nobody read on
                passed_on = None
