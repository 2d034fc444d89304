"""What holds for the pages besides their code: links lead somewhere, and the picture shows what the demo says."""

from __future__ import annotations

import html
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.page import CHECKOUT, pages


def anchors(page: Path) -> set[str]:
    """Those of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    broken = []
    for target, anchor in links:
        file = (page.parent / target) if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(f"{target}#{anchor}" if anchor else target)
    return broken


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n[here](#a-page) [there](other.md) [nowhere](#else) [away](https://example.com/x.md)\n")
    assert broken_links(page) == ["other.md", "#else"]


def test_every_page_can_be_reached_from_the_readme() -> None:
    readme = (CHECKOUT / "README.md").read_text()
    assert [page.name for page in pages() if page.name != "README.md" and f"{page.relative_to(CHECKOUT)})" not in readme] == []


@pytest.fixture
def picture_maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.setenv(name, "")  # so that they are as they were afterwards
    spec = importlib.util.spec_from_file_location("make_picture", CHECKOUT / "docs/make_picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_what_the_demo_says_today(picture_maker: ModuleType) -> None:
    picture = html.unescape(picture_maker.PICTURE.read_text()).replace("\xa0", " ")
    shown = {"".join(row) for row in re.findall(r">([^<>]+)</text>", picture)}
    words = {word for text in shown for word in text.split()}
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in picture_maker.choose(picture_maker.run_demo())]
    stale = [line for line in lines if not set(line.split()) <= words]
    assert stale == [], "run docs/make_picture.py"


def test_the_picture_is_small_and_needs_nothing_from_elsewhere(picture_maker: ModuleType) -> None:
    picture = picture_maker.PICTURE.read_text()
    assert len(picture) < 100_000
    assert "url(http" not in picture
