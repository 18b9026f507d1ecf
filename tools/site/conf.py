"""How Sphinx makes the site. `python -m tools.site.build` calls it; see there."""

from tools.site.pages import PICTURES

project = "pool_lab"
author = "the pool_lab authors"
extensions = ["myst_parser"]

html_theme = "furo"
html_title = "pool_lab"
html_static_path = ["static"]
html_css_files = ["site.css"]
# The start page chooses among them itself, by the theme and by whether the reader wants movement.
html_extra_path = PICTURES
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# `"` stays `"`: code is quoted on these pages.
smartquotes = False
maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"
highlight_language = "text"
