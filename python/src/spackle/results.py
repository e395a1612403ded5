"""How a job ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PlanResult", "RunResult", "SpackleError"]


@dataclass(frozen=True)
class RunResult:
    """What a run did: its closing line. Counts are of rows, unless they say otherwise."""

    status: str
    """`done`; or `failures`: every row failed, or more than `failures.max-share` allows."""
    rows: int
    """Of the manifest."""
    succeeded: int
    """Processed by this run, with success."""
    failed: int
    """Processed by this run, without."""
    skipped: int
    """Processed by earlier runs."""
    failed_before: int
    """Those of the skipped rows that failed, and are not processed again."""
    changed_inputs: int
    """Processed again, because their input files were replaced since an earlier run."""
    unmasked: int
    """Finished without an image, because a model found nothing to mask."""
    images: int
    """Images that this run generated."""
    seconds: float
    """Time since the start of the command."""
    images_per_second: float
    """`images` divided by `seconds`."""
    output: str
    """The output folder, for `read`."""


@dataclass(frozen=True)
class PlanResult:
    """What a run would do: the closing line of `plan`. Counts are of rows, unless they say so."""

    status: str
    """`done`; or `failures`: a run would end with this status."""
    rows: int
    """Of the manifest."""
    skipped: Mapping[str, int]
    """Files and folders that are no rows, by reason; empty unless the manifest is a folder."""
    to_do: int
    """To be processed."""
    done: int
    """Processed by earlier runs, with success."""
    failed_before: int
    """Failed in earlier runs, and not to be processed again."""
    again: int
    """Those to do that failed in earlier runs."""
    changed_inputs: int
    """Those to do whose input files were replaced since an earlier run."""
    bad: int
    """Those to do that are invalid, and would fail."""
    errors: Mapping[str, int]
    """Invalid rows by error code."""
    images: int
    """Images to generate."""
    batches: int
    """Batches to generate them in, if all are as full as they can be."""
    probe: Mapping[str, Any] | None
    """What fetching and decoding some rows gave; None without `probe`."""
    trial: Mapping[str, Any] | None
    """What inpainting some rows gave; None without `trial`."""
    forecast: Mapping[str, Any] | None
    """`seconds`, `images_per_second`, `device_hours` and `cost` of a run; None without `trial`."""
    seconds: float
    """Time since the start of the command."""
    output: str
    """The output folder."""


class SpackleError(Exception):
    """A job that did not get to its end.

    Attributes:
        code: The exit code: 2 refused at the start, 130 or 143 interrupted, 1 anything else. A
            negative number is the signal that killed the process.
        status: `refused`, `interrupted` or `broken`; `unknown` if the process ended well, and did
            not say how its job ended.
        message: What the job said. If it was refused, all problems, one a line.

    """

    def __init__(self, code: int, status: str, message: str) -> None:
        """Describe how a job ended."""
        super().__init__(code, status, message)
        self.code = code
        self.status = status
        self.message = message

    def __str__(self) -> str:
        """Return the message."""
        return self.message
