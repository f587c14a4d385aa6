"""Sphinx's configuration. One command builds the site: see CONTRIBUTING.md."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]  # our directives, and the tables of the tests

from threecommas_async import __version__  # noqa: E402

project = "threecommas-async"
author = "threecommas-async contributors"
version = release = __version__
copyright = "threecommas-async contributors, MIT license"  # noqa: A001

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "public_names",
    "endpoint_tables",
    "terminal",
    "pictures",
]
exclude_patterns = ["_build", "_ext"]
nitpicky = True
nitpick_ignore_regex = [
    # There is no network at build time, so other people's names have no links. Ours must have one.
    (
        "py:.*",
        r"(aiohttp|asyncio|attrs?|builtins|cattrs|collections|contextlib|cryptography|datetime|decimal)\b.*",
    ),
    ("py:.*", r"(enum|msgspec|os|pathlib|pytest|redis|types|typing|typing_extensions|uuid|yarl)\b.*"),
]
templates_path: list[str] = []

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3
suppress_warnings = ["ref.python"]  # the type of ``type[T]`` is Python's, not a field of that name

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "undoc-members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"
pygments_style = "default"
pygments_dark_style = "github-dark"
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"threecommas-async {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6e63", "color-brand-content": "#0b6e63"},
    "dark_css_variables": {"color-brand-primary": "#4fd1bf", "color-brand-content": "#4fd1bf"},
}
