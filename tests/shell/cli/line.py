"""The command line as a person or a program uses it, in a home of the test's own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from qazyna.shell.cli import app

ROOT = Path(__file__).parents[3]
QAZYNA = (sys.executable, "-c", "from qazyna.shell.cli import main; main()")


@dataclass(frozen=True)
class Answer:
    """What a command left: its status, and what it said where."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)

    @property
    def refused(self) -> dict[str, Any]:
        assert self.status == 1, self
        return self.json["refused"]

    @property
    def findings(self) -> list[tuple[int, str, str]]:
        """(line, column, code) of all that is wrong with a file."""
        assert self.status == 1, self
        return [(each["line"], each["column"], each["code"]) for each in self.json["findings"]]


@dataclass(frozen=True)
class Line:
    """The command line of one home."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def _variables(self) -> dict[str, str]:
        return {"QAZYNA_HOME": str(self.home), "COLUMNS": "200", **self.environment}

    def __call__(self, *words: object, stdin: str | bytes | None = None) -> Answer:
        """Run a command here, in this process: a traceback is a failure of the test."""
        runner = CliRunner(env=self._variables)
        found = runner.invoke(app, [str(word) for word in words], input=stdin)
        if found.exception and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Answer(found.exit_code, found.stdout, found.stderr)

    def apart(self, *words: object, stdin: str = "", **variables: str) -> Answer:
        """Run a command in a process of its own, as from a terminal."""
        environment = {**os.environ, **self._variables, **variables}
        done = subprocess.run(
            [*QAZYNA, *map(str, words)],
            input=stdin,
            env=environment,
            cwd=ROOT,
            capture_output=True,
            encoding=variables.get("PYTHONIOENCODING", "utf-8"),
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def json(self, *words: object, stdin: str | None = None) -> Any:
        """What a command answers a program that succeeds."""
        answer = self(*words, "--json", stdin=stdin)
        assert answer.status == 0, answer
        return answer.json

    def run(self, kind: str, **fields: object) -> Any:
        return self.json("run", kind, "--json-file", "-", stdin=json.dumps(fields))

    def refused(self, *words: object, stdin: str | None = None) -> dict[str, Any]:
        return self(*words, "--json", stdin=stdin).refused
