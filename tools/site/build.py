"""Build the site into `site/`, without the network: `python -m tools.site.build`.

docs/, README's table, the notebooks and the docstrings --pages--> Markdown --Sphinx, MyST, furo--> site/
notebooks --pool_lab.lessons.exporting--> site/lessons/

Every warning is an error, and so is a link within the site that leads nowhere. The addresses elsewhere are written to
`build/external_links.txt`, and not checked.
"""

import shutil
import sys
import time
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from tools.site import links
from tools.site.pages import PROJECT, write_lessons, write_sources

SITE, SOURCES, DOCTREES = PROJECT / "site", PROJECT / "build" / "site", PROJECT / "build" / "site_doctrees"
EXTERNAL = PROJECT / "build" / "external_links.txt"


def main() -> int:
    """Build everything anew. Returns the exit status."""
    began = time.monotonic()
    for folder in (SITE, SOURCES, DOCTREES):
        shutil.rmtree(folder, ignore_errors=True)
    SOURCES.parent.mkdir(exist_ok=True)
    write_sources(SOURCES)
    status: int = sphinx(["-q", "-W", "--keep-going", "-d", f"{DOCTREES}", "-c", _here(), f"{SOURCES}", f"{SITE}"])
    if status:
        return status
    write_lessons(SITE / "lessons")
    found = links.faults(SITE)
    elsewhere = links.external_links(SITE)
    EXTERNAL.write_text("\n".join([*elsewhere, ""]), encoding="utf-8")
    print(*found, sep="\n", end="\n" if found else "")
    pages, seconds = len(list(SITE.rglob("*.html"))), time.monotonic() - began
    print(f"{pages} pages in {seconds:.0f} s; faults of links: {len(found)}. Open {SITE.name}/index.html.")
    return 1 if found else 0


def _here() -> str:
    return str(Path(__file__).parent)


if __name__ == "__main__":
    sys.exit(main())
