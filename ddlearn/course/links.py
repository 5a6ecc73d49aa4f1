"""Addresses that open a lesson elsewhere: on Binder, on a class's JupyterHub, in Colab.

Binder builds an image for each state of the repository that it is asked for: best for a tag, whose image is there when
a class clicks. Where lessons still change, nbgitpuller pulls those of a *branch* into it, and a corrected word needs no
build. A tag it would clone once and fail at each later click, a commit never: both are refused there.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

BINDER, COLAB, GITHUB = "https://mybinder.org", "https://colab.research.google.com", "https://github.com"
TAG_OR_COMMIT = r"v\d\S*|\d+(\.\d+)+\S*|release[-/]v?\d\S*|HEAD|[0-9a-f]{7,40}"


@dataclass(frozen=True)
class Source:
    """A repository on GitHub, "owner/name", at a tag, a branch or a commit."""

    repository: str
    ref: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository, re.ASCII):
            raise ValueError(f"repository must be OWNER/NAME, as on GitHub; got {self.repository!r}.")
        if not re.fullmatch(r"[\w.+/-]+", self.ref, re.ASCII):
            raise ValueError(f"ref must be a tag, a branch or a commit; got {self.ref!r}.")


def origin(root: Path) -> str:
    """Return the "owner/name" of the checkout's origin on GitHub. ValueError where it has none."""
    asked = subprocess.run(["git", "-C", root, "remote", "get-url", "origin"], capture_output=True, text=True)
    found = re.search(r"github\.com[:/]([\w.-]+/[\w.-]+?)(\.git)?/?$", asked.stdout.strip(), re.ASCII)
    if not found:
        raise ValueError("This copy of the course has no origin on GitHub. Name one: ddlearn links OWNER/NAME.")
    return found[1]


def binder(source: Source, path: str) -> str:
    """Return the address where Binder starts the image of `source`, and opens `path` in it.

    The path may itself be an address with a query, so its own signs are written twice over.
    """
    return f"{BINDER}/v2/gh/{source.repository}/{quote(source.ref, safe='')}?urlpath={quote(path, safe='')}"


def pull(content: Source, notebook: str) -> str:
    """Return nbgitpuller's path: clone or update the branch of `content`, then open the notebook in it."""
    if re.fullmatch(TAG_OR_COMMIT, content.ref):
        raise ValueError(
            f"branch must name a branch, such as main; got {content.ref!r}. nbgitpuller opens a tag once and fails at "
            "the second click, and it cannot open a commit."
        )
    place = f"lab/tree/{content.repository.partition('/')[2]}/{notebook}"
    query = {"repo": f"{GITHUB}/{content.repository}", "urlpath": place, "branch": content.ref}
    return f"git-pull?{urlencode(query, quote_via=quote, safe='')}"


def hub(address: str, path: str) -> str:
    """Return the address of `path` on a JupyterHub, for whoever is logged in."""
    if not re.fullmatch(r"https?://[^\s?#]+", address):
        raise ValueError(f"hub must be the address of a JupyterHub, such as https://hub.example.org; got {address!r}.")
    return f"{address.rstrip('/')}/hub/user-redirect/{path}"


def text(content: Source, branch: str, address: str | None, notebook: str) -> str:
    """Return all of them, one under the other, each with what it is for. Those that pull follow `branch`."""
    pulled = pull(Source(content.repository, branch), notebook)
    here = binder(content, f"lab/tree/{notebook}")
    colab = f"{COLAB}/github/{content.repository}/blob/{quote(content.ref)}/{quote(notebook)}"
    on_hub = hub(address, pulled) if address else "give its address with --hub."
    return f"""\
Binder, this very state (the first click on a new one waits for its image):
{here}

Binder, lessons pulled into an image that is built already:
{binder(content, pulled)}

A JupyterHub with nbgitpuller:
{on_hub}

Colab, where the first line to run is the second one here:
{colab}
%pip install -q git+{GITHUB}/{content.repository}@{content.ref}

As badges, in Markdown:
[![Open in Binder]({BINDER}/badge_logo.svg)]({here})
[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({colab})"""
