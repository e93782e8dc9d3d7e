"""A real browser on real pages: the demo of an installation of its own, served as users have it.

Chromium is Debian's. Where it cannot be had, each test here is skipped by name, with the reason.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support_exhibits import made

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NARROW, WIDE = 390, 1440

CASE, SECRET = "KZ-2025-01", "a word of the reader's own"


@dataclass(frozen=True)
class Site:
    """Where the pages are, and who may sign in with which password."""

    address: str
    people: dict[str, str]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium here: install Debian's chromium package")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`qazyna up --demo` in a home of its own, where one case has an exhibit; its visitor signs in,
    and an auditor, who sees what is private."""
    folder = tmp_path_factory.mktemp("browser")
    env = {**os.environ, "QAZYNA_HOME": str(folder / "home")}
    env.pop("DATABASE_URL", None)

    def qazyna(*words: str, said: str = "") -> str:
        command = [str(Path(sys.executable).with_name("qazyna")), *words]
        # Files, not pipes: what goes on serving would keep a pipe open.
        with (folder / "out").open("w+") as out, (folder / "err").open("w+") as err:
            done = subprocess.run(
                command, env=env, input=said, text=True, stdout=out, stderr=err, timeout=240
            )
            out.seek(0)
            err.seek(0)
            answer = out.read()
            assert done.returncode == 0, answer + err.read()
        return answer

    try:
        port = _free_port()
        told = json.loads(qazyna("up", "--demo", "--detach", "--port", str(port), "--json"))
        login = told["login"]
        words = ("--case", CASE, "--name", "E-1", "--on", "2026-06-30")
        qazyna("case", "exhibit", str(made(folder, "--case", CASE)), *words)
        qazyna("user", "add", "reader", "--role", "auditor", "--password", said=f"{SECRET}\n" * 2)
        people = {login["user"]: login["password"], "reader": SECRET}
        yield Site(f"http://127.0.0.1:{port}", people)
    finally:
        qazyna("down")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """One browser for the tests of a file. While it runs it keeps an event loop in this
    thread, in which Django would not speak to a database: so it ends with the file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def pages(browser: Any, site: Site) -> Iterator[Any]:
    """A function that opens a page of a new browser, signed in; no script of ours may fail."""
    opened: list[Any] = []
    problems: list[str] = []

    def open_page(user: str = "demo", width: int = WIDE, **options: Any) -> Any:
        context = browser.new_context(
            base_url=site.address, viewport={"width": width, "height": 900}, **options
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: problems.append(said.text) if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((site.address, "data:", "blob:"))
                else problems.append(f"asked elsewhere: {asked.url}")
            ),
        )
        page.goto("/login")
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(site.people[user])
        page.get_by_label("Password").press("Enter")
        page.wait_for_url("**/")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert problems == []
