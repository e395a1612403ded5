"""Batch inpainting on Apache Spark.

`spackle.sql` has the SQL functions as column expressions. This module starts jobs and reads what
they wrote.
"""

from spackle.jobs import plan, read, run
from spackle.launchers import Launcher, checkout, spark_submit
from spackle.results import PlanResult, RunResult, SpackleError

__all__ = [
    "Launcher",
    "PlanResult",
    "RunResult",
    "SpackleError",
    "checkout",
    "plan",
    "read",
    "run",
    "spark_submit",
]
