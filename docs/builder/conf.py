"""Sphinx's settings for the site: Markdown in, one folder of plain HTML out, nothing loaded from elsewhere."""

from importlib import metadata

project = "Lictor"
author = "The Lictor developers"
release = version = metadata.version("lictor")
extensions = ["myst_parser", "han_search"]
root_doc = "index"
language = "en"

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
nitpicky = True

html_theme = "furo"
html_title = f"Lictor {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_permalinks_icon = "#"
html_show_search_summary = False  # it is fetched page by page, which a browser refuses for files
html_static_path = ["static"]
html_css_files = ["site.css"]
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "native"
suppress_warnings = ["misc.highlighting_failure"]
