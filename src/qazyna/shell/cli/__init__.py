"""The command line. Each command loads what it needs when it runs, so that help costs nothing."""

from qazyna.shell.cli.main import app, main

__all__ = ["app", "main"]
