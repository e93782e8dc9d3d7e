"""Spark, begun and ended: the JVM that an engine of tables runs in, or the way to one elsewhere."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.tracing.relational.engine import Engine

NAME = "spark"
LIBRARIES = ("ibis", "pyspark")
HERE = "local[*]"
"""All cores of this machine, without a cluster."""
MEMORY = "1g"
"""Of the JVM, unless SPARK_DRIVER_MEMORY says another."""
LOOPBACK = "127.0.0.1"
QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.console.type = Console
appender.console.name = stderr
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n%ex
"""


@contextmanager
def engine(store: Path, master: str = HERE) -> Iterator[Engine]:
    """Spark at `master` while the block runs; what it keeps is in a folder of the store, and gone
    afterwards.

    The store and this folder must be where all machines of a cluster see them by the same name.
    Refused (no_extra, no_java, no_spark).
    """
    ready()
    work = Path(tempfile.mkdtemp(prefix=".spark-", dir=store)).resolve()
    try:
        with session(master, work) as connection:
            yield Engine(NAME, connection, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def ready() -> None:
    """Refused (no_extra, no_java) where Spark cannot run for want of something."""
    if lacking := [name for name in LIBRARIES if find_spec(name) is None]:
        raise Refused(
            "no_extra",
            "Spark needs the extra `spark`, which is not installed: pip install '.[spark]' in the "
            "project's folder. "
            "Without --engine the same is done on this machine.",
            {"missing": ", ".join(lacking)},
        )
    if java() is None:
        raise Refused(
            "no_java",
            "Spark needs Java 17, and no java was found: install it, or let JAVA_HOME name its "
            "folder. Without --engine the same is done on this machine.",
            {"JAVA_HOME": os.environ.get("JAVA_HOME", "")},
        )


def java() -> str | None:
    """The java that Spark would run."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None)


@contextmanager
def session(master: str, work: Path) -> Iterator[Any]:
    """A session of Spark as an Ibis backend, with its scratch in `work`; stopped at the end."""
    import ibis
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("qazyna")
    for key, value in _settings(master, work).items():
        builder = builder.config(key, value)
    try:
        try:
            begun = builder.getOrCreate()
        except (PySparkException, Py4JError, OSError) as error:
            raise Refused(
                "no_spark",
                f"Spark does not begin at {master}: {_said(error)}. "
                "Without --engine the same is done on this machine.",
                {"master": master},
            ) from None
        try:
            yield ibis.pyspark.connect(begun)
        finally:
            begun.stop()
    finally:
        _end()


def _end() -> None:
    """End the JVM, which PySpark would keep until this process ends: it writes to its scratch as
    long as it runs, and another session would get its settings."""
    from pyspark import SparkContext

    gateway: Any = SparkContext._gateway
    SparkContext._gateway = SparkContext._jvm = None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


def _said(error: Exception) -> str:
    """What went wrong, without the stack of the JVM."""
    inner = getattr(error, "java_exception", None)
    return str(error if inner is None else inner.getMessage()).partition("\n")[0].rstrip(".")


def _settings(master: str, work: Path) -> dict[str, str]:
    """What holds for every master, and what keeps a local one small, quiet and to itself."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(work / "warehouse"),
    }
    if not master.startswith("local"):
        return settings
    log = work / "log4j2.properties"
    log.write_text(QUIET, encoding="utf-8")
    os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    settings |= {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log.as_uri()}",
        "spark.local.dir": str(work / "scratch"),
        "spark.sql.shuffle.partitions": "8",
    }
    if "SPARK_DRIVER_MEMORY" not in os.environ:
        settings["spark.driver.memory"] = MEMORY
    return settings
