"""The examples of the pages on protocols do what the pages say: they are run, with the test server's address."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from servers import ROOT, Server

PAGES = [ROOT / "docs" / "moving-from-perspective.md", ROOT / "docs" / "moving-from-perspective.ru.md"]
PAGES += sorted((ROOT / "docs" / "protocols").glob("*.md"))
RUNNERS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "js": ["node", "-e"]}


def examples() -> list[tuple[str, str, str]]:
    """(page, language, code) of every example that is a whole program; parts of one name a file instead."""
    return [
        (f"{page.name}-{number}", language, code)
        for page in PAGES
        for number, (language, code) in enumerate(
            re.findall(r"```(\w+)\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        )
        if language in RUNNERS and not code.startswith("// file:")
    ]


@pytest.mark.parametrize(
    ("name", "language", "code"), examples(), ids=lambda value: value if len(value) < 60 else ""
)
def test_the_examples_run_as_they_stand(server: Server, name: str, language: str, code: str) -> None:
    code = code.replace("127.0.0.1:3000", server.url.removeprefix("http://"))
    if language == "js":  # top-level await, as in a module
        code = f"(async () => {{{code}}})()"
    done = subprocess.run([*RUNNERS[language], code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(r"0\.\d", done.stdout), done.stdout  # a score
    assert "error" not in done.stdout


def links(page: Path) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")) if "://" not in link]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "feedback.md"], ids=lambda page: page.name)
def test_links_to_other_pages_lead_somewhere(page: Path) -> None:
    missing = [link for link in links(page) if not (page.parent / link).exists()]
    assert missing == []
