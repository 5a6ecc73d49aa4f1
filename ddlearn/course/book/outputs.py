"""What a cell gave, as HTML of the book: pictures become files, scripts go, wide tables scroll by themselves."""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from ddlearn.course.book.stills import TAG

PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')
WIDGET = "application/vnd.jupyter.widget-view+json"
SILENT = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>")


@dataclass
class Pictures:
    """The pictures of one page, each a file to write: name -> bytes. `stem` begins every name."""

    stem: str
    files: dict[str, bytes] = field(default_factory=dict)

    def out_of(self, fragment: str) -> str:
        """The same HTML with its embedded pictures as files of their own."""
        return PICTURE.sub(self._file, fragment)

    def _file(self, source: re.Match) -> str:
        name = f"{self.stem}-{len(self.files) + 1:02d}.png"
        self.files[name] = base64.b64decode(source[1])
        return f'src="figures/{name}"'


def shown(outputs: list[NotebookNode], pictures: Pictures, named: str) -> Iterator[str]:
    """The outputs that a page can show, each as HTML. A live control says in words what it would let you move.

    `named` is what a table among them is called.
    """
    for output in outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            yield f"<pre><code>{html.escape(output.text)}</code></pre>"
        elif WIDGET in data:
            yield f'<p class="soft">{html.escape(_text(data, "text/plain"))}</p>'
        elif "text/html" in data:
            fragment = SILENT.sub("", _text(data, "text/html"))
            if fragment.strip():
                yield scrolling(pictures.out_of(fragment), named)
        elif "text/plain" in data:
            yield f"<pre><code>{html.escape(_text(data, 'text/plain'))}</code></pre>"


def scrolling(fragment: str, named: str) -> str:
    """The same HTML; a table scrolls by itself where it is wider than the page."""
    box = f'<div class="scrolls" role="group" aria-label="{html.escape(named)}">'
    # The notebook's inline styles hold widths for its own page; the book's style sheet does that here.
    bare = re.sub(r'(<(?:table|caption|t[hd])\b[^>]*?) style="[^"]*"', r"\1", fragment)
    return bare.replace("<table", f"{box}<table").replace("</table>", "</table></div>")


def stills_of(cells: list[NotebookNode], pictures: Pictures) -> dict[str, list[tuple[str, str]]]:
    """The stills that the cells of `stills.cells` gave, by explorer: the setting in words, and the figure as HTML."""
    return {
        cell.metadata[TAG]: [
            (output.metadata[TAG], pictures.out_of(_text(output.data, "text/html")))
            for output in cell.outputs
            if TAG in output.get("metadata", {})
        ]
        for cell in cells
    }


def _text(data: dict, kind: str) -> str:
    """A notebook read from a file may hold a text as a list of lines."""
    text = data.get(kind, "")
    return text if isinstance(text, str) else "".join(text)
