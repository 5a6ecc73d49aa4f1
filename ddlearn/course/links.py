"""Addresses that open a lesson elsewhere: on Binder, on a class's JupyterHub, in Colab.

Binder builds an image for each state of the repository that it is asked for, and keeps it. So the reference is best a
tag, whose image is there when a class clicks. Where lessons still change, nbgitpuller helps: Binder starts the image
of an *environment* that seldom changes, and the lessons are pulled into it, so that a corrected word needs no build.

nbgitpuller follows a *branch*. With a tag it clones once and fails at each later click, with a commit it never clones;
so addresses that pull name a branch, and anything that looks like a tag or a commit is refused there.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

BINDER, COLAB, GITHUB = "https://mybinder.org", "https://colab.research.google.com", "https://github.com"
BADGES = {"Binder": f"{BINDER}/badge_logo.svg", "Colab": f"{COLAB}/assets/colab-badge.svg"}


@dataclass(frozen=True)
class Source:
    """A repository on GitHub, "owner/name", at a tag, a branch or a commit."""

    repository: str
    ref: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository, re.ASCII):
            raise ValueError(f"repository must be OWNER/NAME, as on GitHub; got {self.repository!r}.")
        parts = r"(?![.-])[\w.+-]+(?<!\.)(?<!\.lock)"  # git allows no other
        if not re.fullmatch(f"{parts}(/{parts})*", self.ref, re.ASCII) or ".." in self.ref:
            raise ValueError(f"ref must be a tag, a branch or a commit; got {self.ref!r}.")

    @property
    def name(self) -> str:
        return self.repository.partition("/")[2]

    def as_branch(self) -> Source:
        """Return this source, or raise ValueError where its ref looks like a release's tag or a commit."""
        if re.fullmatch(r"v\d\S*|\d+(\.\d+)+\S*|release[-/]v?\d\S*|HEAD|[0-9a-f]{7,40}", self.ref):
            raise ValueError(
                f"branch must name a branch, such as main; got {self.ref!r}. nbgitpuller opens a tag once and fails at "
                "the second click, and it cannot open a commit."
            )
        return self


def binder(source: Source, notebook: str) -> str:
    """Builds this very state of the repository, once, and opens the notebook in JupyterLab."""
    ref = quote(source.ref, safe="")
    return f"{BINDER}/v2/gh/{source.repository}/{ref}?urlpath={quote(f'lab/tree/{notebook}', safe='')}"


def binder_pull(environment: Source, content: Source, notebook: str) -> str:
    """Starts the environment's image and pulls the content into it.

    What Binder opens is itself an address with a query, so that its own signs are written twice over.
    """
    ref = quote(environment.ref, safe="")
    return f"{BINDER}/v2/gh/{environment.repository}/{ref}?urlpath={quote(_pull(content, notebook), safe='')}"


def hub(address: str, content: Source, notebook: str) -> str:
    """Opens the notebook on a JupyterHub with nbgitpuller, for whoever is logged in; their own edits win."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"hub must be the address of a JupyterHub, such as https://hub.example.org; got {address!r}.")
    return f"{address.rstrip('/')}/hub/user-redirect/{_pull(content, notebook)}"


def colab(source: Source, notebook: str) -> str:
    """Opens the notebook in Colab, where the course is not installed: `colab_setup` is the line to run first."""
    return f"{COLAB}/github/{source.repository}/blob/{quote(source.ref)}/{quote(notebook)}"


def colab_setup(source: Source) -> str:
    return f"%pip install -q git+{GITHUB}/{source.repository}@{source.ref}"


def badge(place: str, address: str) -> str:
    """The address as a picture to click, in Markdown."""
    return f"[![Open in {place}]({BADGES[place]})]({address})"


def origin(root: Path) -> str:
    """The "owner/name" of the checkout's origin on GitHub. ValueError where it has none."""
    asked = subprocess.run(["git", "-C", root, "remote", "get-url", "origin"], capture_output=True, text=True)
    found = re.search(r"github\.com[:/]([\w.-]+/[\w.-]+?)(\.git)?/?$", asked.stdout.strip(), re.ASCII)
    if not found:
        raise ValueError(
            "This copy of the course has no origin on GitHub. Name the repository: ddlearn links OWNER/NAME."
        )
    return found[1]


def text(content: Source, branch: str, environment: Source | None, address: str | None, notebook: str) -> str:
    """Return all of them, one under the other, each with what it is for. Those that pull follow `branch`."""
    pulled = Source(content.repository, branch)
    lines = [
        "Binder, this very state (the first click on a new one waits for its image):",
        binder(content, notebook),
        "",
        "Binder, lessons pulled into an image that is built already:",
        binder_pull(environment or content, pulled, notebook),
        "",
        "A JupyterHub with nbgitpuller:" if address else "A JupyterHub: give its address with --hub.",
        *([hub(address, pulled, notebook)] if address else []),
        "",
        "Colab, where the first line to run is the second one here:",
        colab(content, notebook),
        colab_setup(content),
        "",
        "As badges, in Markdown:",
        badge("Binder", binder(content, notebook)),
        badge("Colab", colab(content, notebook)),
    ]
    return "\n".join(lines)


def _pull(content: Source, notebook: str) -> str:
    """Return nbgitpuller's address: clone or update the branch of `content`, then open the notebook in it."""
    query = {
        "repo": f"{GITHUB}/{content.repository}",
        "urlpath": f"lab/tree/{content.name}/{notebook}",
        "branch": content.as_branch().ref,
    }
    return f"git-pull?{urlencode(query, quote_via=quote, safe='')}"
