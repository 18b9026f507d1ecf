"""Check the links of a folder of HTML pages: each leads to a file and a place in it; no page loads from the network."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

__all__ = ["Page", "external_links", "faults", "read"]

LEADS = {("a", "href"), ("area", "href")}
LOADS = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("source", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
}
LINKED_ONLY = {"canonical", "next", "prev", "search", "index"}
"""Relations of a `link` that make a browser load nothing."""


class Page(NamedTuple):
    ids: set[str]
    leads: set[str]
    """Where its links lead."""
    loads: set[str]
    """What a browser loads with it."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page(set(), set(), set())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        if "id" in given:
            self.page.ids.add(given["id"])
        if tag == "a" and "name" in given:
            self.page.ids.add(given["name"])
        for name, value in given.items():
            if (tag, name) in LEADS or given.get("rel") in LINKED_ONLY:
                self.page.leads.update([value] if name == "href" else [])
            elif (tag, name) in LOADS:
                self.page.loads.add(value)


@cache
def read(path: Path) -> Page:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def faults(folder: Path) -> list[str]:
    """What is wrong, a line each."""
    return [f"{path.relative_to(folder)}: {fault}" for path in _pages(folder) for fault in _faults_of(path)]


def external_links(folder: Path) -> list[str]:
    """The addresses elsewhere that its pages link to."""
    return sorted({link for path in _pages(folder) for link in read(path).leads if urlsplit(link).netloc})


def _pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def _faults_of(path: Path) -> Iterator[str]:
    page = read(path)
    for link in sorted(page.leads | page.loads):
        parts = urlsplit(link)
        if parts.netloc:
            if link in page.loads:
                yield f"loads {link} from the network"
        elif not parts.scheme:
            yield from _fault_of(link, path)


def _fault_of(link: str, path: Path) -> Iterator[str]:
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        yield f"leads to {link}, which is not there"
    elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in read(target).ids:
        yield f"leads to {link}; that page has no such place"
