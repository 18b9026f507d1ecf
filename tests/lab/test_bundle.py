"""The script and the style sheet that are made of a view's files."""

import json
from pathlib import Path

import pytest

from pool_lab.lab.views.bundle import BundleError, script, style
from tests.views.node import node


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "view").mkdir()
    (tmp_path / "shared").mkdir()
    return tmp_path


def write(folder: Path, **texts: str) -> Path:
    """Each as view/name.js; the path of the first."""
    for name, text in texts.items():
        (folder / "view" / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "view" / f"{next(iter(texts))}.js"


def default_export(module: str, folder: Path) -> object:
    """What Node finds in the module, as JSON."""
    (folder / "bundle.mjs").write_text(module, encoding="utf-8")
    command = "import('./bundle.mjs').then((module) => console.log(JSON.stringify(module.default)))"
    done = node("-e", command, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_has_what_it_imports_by_whatever_form_it_was_exported(folder: Path) -> None:
    (folder / "shared/numbers.js").write_text("export const TWO = 2;\n", encoding="utf-8")
    entry = write(
        folder,
        main='/* Says all. */\n\nimport { a, Box } from "./other.js";\nimport {\n  c,\n  TWO,\n} from "./more.js";\n'
        "export default [a(), new Box().size, c, TWO];\n",
        other="export function a() {\n  return 1;\n}\n\nexport class Box {\n  size = 4;\n}\n",
        more='import { TWO } from "../shared/numbers.js";\n\nconst c = 3;\nexport { c, TWO };\n',
    )
    assert default_export(script(entry), folder) == [1, 4, 3, 2]


def test_names_that_are_not_exported_stay_apart(folder: Path) -> None:
    entry = write(
        folder,
        main='import { a } from "./other.js";\nconst WIDE = 1;\nexport default [WIDE, a, typeof secret];\n',
        other="const WIDE = 2, secret = 3;\nexport const a = WIDE;\n",
    )
    assert default_export(script(entry), folder) == [1, 2, "undefined"]


def test_a_file_that_two_others_import_runs_once(folder: Path) -> None:
    entry = write(
        folder,
        main='import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default [a, b];\n',
        a='import { next } from "./counter.js";\nexport const a = next();\n',
        b='import { next } from "./counter.js";\nexport const b = next();\n',
        counter="let count = 0;\nexport const next = () => (count += 1);\n",
    )
    assert default_export(script(entry), folder) == [1, 2]


def test_files_that_import_each_other_are_refused(folder: Path) -> None:
    entry = write(
        folder,
        main='import { a } from "./a.js";\nexport default a;\n',
        a='import { b } from "./b.js";\nexport const a = () => b;\n',
        b='import { a } from "./a.js";\nexport const b = () => a;\n',
    )
    with pytest.raises(BundleError, match=r"view/a\.js -> view/b\.js -> view/a\.js"):
        script(entry)


def test_an_import_from_no_file_is_refused(folder: Path) -> None:
    entry = write(folder, main='import { a } from "./nowhere.js";\nexport default a;\n')
    with pytest.raises(BundleError, match=r"view/main\.js imports view/nowhere\.js, but there is no file"):
        script(entry)


def test_a_name_that_is_not_exported_is_refused(folder: Path) -> None:
    entry = write(folder, main='import { a, b } from "./other.js";\nexport default a;\n', other="export const a = 1;\n")
    with pytest.raises(BundleError, match=r"view/main\.js imports b from view/other\.js, which does not export it"):
        script(entry)


@pytest.mark.parametrize(
    "line",
    [
        'import other from "./other.js";',
        'import * as other from "./other.js";',
        'import { a } from "elsewhere";',
        'export * from "./other.js";',
        'export { a } from "./other.js";',
        "export let a = 1;",
    ],
)
def test_another_form_of_import_or_export_is_refused(folder: Path, line: str) -> None:
    entry = write(folder, main=f"{line}\nexport default 1;\n", other="export const a = 1;\n")
    with pytest.raises(BundleError, match=r"view/main\.js: the bundle cannot follow"):
        script(entry)


def test_an_entry_without_a_default_export_is_refused(folder: Path) -> None:
    with pytest.raises(BundleError, match=r"view/main\.js has no default export"):
        script(write(folder, main="export const render = 1;\n"))


def test_a_style_sheet_comes_once_and_after_those_that_it_imports(folder: Path) -> None:
    (folder / "shared/tokens.css").write_text("a { color: red; }\n", encoding="utf-8")
    first, second = folder / "view/first.css", folder / "view/second.css"
    first.write_text('/* First. */\n@import "../shared/tokens.css";\n\nb { top: 0; }\n', encoding="utf-8")
    second.write_text('@import "../shared/tokens.css";\n@import "./first.css";\n\nc { top: 0; }\n', encoding="utf-8")
    assert style(second) == "a { color: red; }\n/* First. */\n\nb { top: 0; }\nc { top: 0; }"
    assert style(first, second) == style(second)


def test_a_style_sheet_from_elsewhere_is_refused(folder: Path) -> None:
    sheet = folder / "view/main.css"
    sheet.write_text('@import url("https://example.org/a.css");\n', encoding="utf-8")
    with pytest.raises(BundleError, match=r"view/main\.css: the bundle cannot follow"):
        style(sheet)
