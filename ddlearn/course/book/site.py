"""Sphinx turns the pages into the book: a maintained theme, a search that needs no server, nothing fetched."""

import io
import re
from pathlib import Path

import ddlearn
from ddlearn.course.book.pages import TITLE

STATIC = Path(__file__).with_name("static")
SETTINGS = {
    "project": "ddlearn",
    "release": ddlearn.__version__,
    "extensions": ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "ddlearn.course.book.formulas"],
    "html_math_renderer": "mathml",
    "myst_enable_extensions": ["dollarmath", "colon_fence"],
    "myst_heading_anchors": 4,
    "nb_execution_mode": "off",  # they were run, in the order and under the rules of the course
    "nb_render_markdown_format": "myst",
    "autodoc_member_order": "bysource",
    "autodoc_typehints": "none",
    "default_role": "code",
    "add_module_names": False,
    "html_theme": "pydata_sphinx_theme",
    "html_title": TITLE,
    "html_static_path": [str(STATIC)],
    "html_css_files": ["book.css"],
    "html_js_files": [("player.js", {"defer": "defer"})],
    "html_context": {"default_mode": "auto"},
    "html_copy_source": False,
    "html_theme_options": {
        "logo": {"text": "ddlearn"},
        "navbar_align": "left",
        "header_links_before_dropdown": 8,
        "footer_start": ["copyright"],
        "footer_end": [],
        "pygments_light_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
    },
    "html_sidebars": {"index": [], "claims": [], "GLOSSARY": [], "NOTATION": [], "bibliography": []},
}


def build(source: Path, folder: Path) -> list[str]:
    """Write the pages in `source` into `folder` as HTML; return what Sphinx warned of."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    said = io.StringIO()
    with docutils_namespace():
        app = Sphinx(source, None, folder, source / ".doctrees", "html", SETTINGS, None, said, parallel=1)
        app.connect("autodoc-process-docstring", _plain, priority=400)  # before the sections of a docstring are read
        app.build()
    (folder / ".buildinfo").unlink(missing_ok=True)
    return [line for line in said.getvalue().splitlines() if line.strip()]


def _plain(app, what, name, obj, options, lines: list[str]) -> None:
    """Let a docstring mean what it says: only `backticks` and sections are markup, indented lines keep their shape."""
    kept, section, block = [], False, False
    for before, line in zip(["", *lines], lines, strict=False):
        indented = line.startswith("    ")
        section = bool(re.match(r"(Args|Raises|Returns|Yields):$", line)) or (section and (indented or not line))
        starts = indented and not section and not before and not block
        block = starts or (block and (indented or not line))
        kept += ["::", ""] if starts else []
        kept.append(line if block else re.sub(r"(`[^`]+`)|([\\*|_])", lambda sign: sign[1] or rf"\{sign[2]}", line))
    lines[:] = kept
