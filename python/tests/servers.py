"""Sessions of Spark with Spackle: of a Spark Connect server, or classic ones."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession
from pyspark.util import is_remote_only

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / "jobs/target/spackle-jobs.jar"
ERASER = ROOT / "models/bundles/tiny-erase-migan"
DEMO = ROOT / "conf/demo"

START_SECONDS = 120

IS_CLASSIC = not is_remote_only()
"""Whether pyspark is installed, or else pyspark-client, which has no JVM."""


def java() -> str:
    return str(Path(os.environ["JAVA_HOME"], "bin/java")) if "JAVA_HOME" in os.environ else "java"


def onnxruntime() -> str:
    """Return ONNX Runtime, the only jar that Spackle needs beside its own."""
    return next(jar for jar in _runtime_jars() if "/onnxruntime" in jar)


def spackle_jars() -> str:
    """Return the jars for `--jars`."""
    return f"{JAR},{onnxruntime()}"


def settings(photos: Path) -> dict[str, str]:
    """Return the static Spark configuration of a server with Spackle."""
    return {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.extensions": "io.spackle.sql.SpackleExtensions",
        "spark.spackle.model.path": str(ERASER),
        "spark.spackle.models.patchmatch.path": "builtin:patchmatch",
        "spark.spackle.fetch.allow-files": f'["{photos}", "{DEMO}"]',
    }


@contextmanager
def connect_server(folder: Path, conf: Mapping[str, str]) -> Iterator[str]:
    """Start a Spark Connect server, as sbin/start-connect-server.sh does; give its URL.

    Raises:
        RuntimeError: If it ends, or does not answer in time, with the end of its log.

    """
    port = _free_port()
    options = dict(conf) | {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
    }
    log = folder / "server.log"
    words = [
        java(),
        f"@{ROOT}/conf/jvm.options",
        "-Xmx1g",
        f"-Dlog4j2.configurationFile={ROOT}/conf/log4j2.properties",
        "org.apache.spark.deploy.SparkSubmit",
        *("--master", "local[2]"),
        *("--jars", spackle_jars()),
        *(word for key, value in options.items() for word in ("--conf", f"{key}={value}")),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    ]
    with (
        log.open("w") as messages,
        subprocess.Popen(
            words,
            cwd=folder,
            env=os.environ | {"CLASSPATH": _class_path(folder), "ORT_DISABLE_TELEMETRY": "1"},
            stdout=messages,
            stderr=messages,
        ) as server,
    ):
        try:
            _wait_for(server, port, log)
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()


def classic_session(conf: Mapping[str, str]) -> SparkSession:
    """Start a classic session, in a JVM of pyspark."""
    builder = SparkSession.builder.master("local[2]").config("spark.jars", spackle_jars())
    for key, value in conf.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _runtime_jars() -> list[str]:
    return (ROOT / "jobs/target/runtime.classpath").read_text().strip().split(":")


def _class_path(folder: Path) -> str:
    """Return the jars of Spark and Spark Connect."""
    file = folder / "connect.classpath"
    goal = [
        "dependency:build-classpath",
        "-Dmdep.includeScope=compile",
        f"-Dmdep.outputFile={file}",
    ]
    subprocess.run(
        ["mvn", "-q", "-B", "-f", str(Path(__file__).with_name("pom.xml")), *goal], check=True
    )
    jars = [*_runtime_jars(), *file.read_text().strip().split(":")]
    return ":".join(jar for jar in dict.fromkeys(jars) if jar != onnxruntime())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the Spark Connect server does not answer:\n{log.read_text()[-4000:]}")
