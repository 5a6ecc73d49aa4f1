"""Addresses that open a lesson elsewhere, taken apart again as the receiving end does it."""

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from ddlearn.course import cli, links
from ddlearn.course.links import Source

LESSON = "lessons/01_fixed_embeddings.ipynb"


def parsed(address: str) -> tuple[str, dict[str, str]]:
    """What an address opens, and the query that is read there: each name once."""
    parts = urlsplit(address)
    query = parse_qs(parts.query, strict_parsing=True)
    assert {len(values) for values in query.values()} == {1}
    return address.partition("?")[0], {name: values[0] for name, values in query.items()}


@pytest.mark.parametrize("address", ["https://hub.example.org", "https://hub.example.org/", "http://127.0.0.1:8000/x"])
def test_the_command_prints_every_address_and_the_badges(address):
    options = f"--ref v2.0/x+a --branch spring/2 --hub {address} --lesson 1"
    answer = CliRunner().invoke(cli.app, ["links", "some-one/ddlearn", *options.split()])
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    here, pulled, on_hub, colab = (line for line in lines if re.match("https?:", line))
    image = "https://mybinder.org/v2/gh/some-one/ddlearn/v2.0%2Fx%2Ba"
    assert parsed(here) == (image, {"urlpath": f"lab/tree/{LESSON}"})
    place, query = parsed(pulled)
    assert (place, [*query]) == (image, ["urlpath"])  # the inner & and = are not the outer query's
    repository = "https://github.com/some-one/ddlearn"
    wanted = {"repo": repository, "branch": "spring/2", "urlpath": f"lab/tree/ddlearn/{LESSON}"}
    assert parsed(query["urlpath"]) == ("git-pull", wanted)
    assert parsed(on_hub) == (f"{address.rstrip('/')}/hub/user-redirect/git-pull", wanted)
    assert colab == f"https://colab.research.google.com/github/some-one/ddlearn/blob/v2.0/x%2Ba/{LESSON}"
    assert f"%pip install -q git+{repository}@v2.0/x+a" in lines
    assert f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({here})" in lines
    assert "give its address with --hub." in CliRunner().invoke(cli.app, ["links", "a/b"]).output


@pytest.mark.parametrize(
    ("repository", "ref", "said"),
    [
        *((name, "main", "repository must be OWNER/NAME") for name in ("ddlearn", "a/b/c", "a b/c", "a/b?x=1", "é/b")),
        *(("a/b", ref, "ref must be a tag, a branch or a commit") for ref in ("", "a b", "v1&x=2", "ré")),
    ],
)
def test_a_source_is_a_repository_at_a_ref(repository, ref, said):
    with pytest.raises(ValueError, match=f"^{said}.*; got "):
        Source(repository, ref)


@pytest.mark.parametrize("ref", ["v1.0", "v1", "0.1.0", "v2-final", "release-1.0", "HEAD", "1234567", "a" * 40])
def test_what_is_pulled_again_at_each_click_is_a_branch(ref):
    with pytest.raises(ValueError, match=r"^branch must name a branch, such as main; got .* fails at the second click"):
        links.pull(Source("a/b", ref), LESSON)


@pytest.mark.parametrize("address", ["hub.example.org", "ftp://hub", "https://", "https://hub?x=1"])
def test_a_hub_is_an_address(address):
    with pytest.raises(ValueError, match=r"^hub must be the address of a JupyterHub"):
        links.hub(address, "git-pull")


@pytest.mark.parametrize(
    "url", ["https://github.com/a/dd.learn.git", "https://github.com/a/dd.learn", "git@github.com:a/dd.learn.git"]
)
def test_the_origin_of_a_checkout(tmp_path, url):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with pytest.raises(ValueError, match=r"no origin on GitHub"):
        links.origin(tmp_path)
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", url], check=True)
    assert links.origin(tmp_path) == "a/dd.learn"
