"""Addresses that open a lesson elsewhere, taken apart again as the receiving end does it."""

import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from ddlearn.course import cli, links
from ddlearn.course.links import Source

NOTEBOOK = "lessons/00_start_here.ipynb"
COURSE = Source("some-one/ddlearn", "v1.0+a")
PULLED = Source("some-one/ddlearn", "spring/2")
IMAGE = Source("else/where", "env/2")


def parsed_pull(address: str) -> dict[str, str]:
    """The repo, branch and urlpath that nbgitpuller reads out of git-pull?..."""
    parts = urlsplit(address)
    assert parts.path.rpartition("/")[2] == "git-pull"
    query = parse_qs(parts.query, strict_parsing=True)
    assert {len(values) for values in query.values()} == {1}
    return {name: values[0] for name, values in query.items()}


def test_binder_opens_the_notebook_in_lab_at_the_ref():
    parts = urlsplit(links.binder(COURSE, f"lab/tree/{NOTEBOOK}"))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "mybinder.org", "/v2/gh/some-one/ddlearn/v1.0%2Ba")
    assert parse_qs(parts.query, strict_parsing=True) == {"urlpath": [f"lab/tree/{NOTEBOOK}"]}


def test_binder_pulls_the_lessons_into_the_environment_s_image():
    parts = urlsplit(links.binder(IMAGE, links.pull(PULLED, NOTEBOOK)))
    assert parts.path == "/v2/gh/else/where/env%2F2"
    query = parse_qs(parts.query, strict_parsing=True)
    assert list(query) == ["urlpath"]  # the inner & and = are not the outer query's
    assert parsed_pull(query["urlpath"][0]) == {
        "repo": "https://github.com/some-one/ddlearn",
        "branch": "spring/2",
        "urlpath": f"lab/tree/ddlearn/{NOTEBOOK}",
    }


@pytest.mark.parametrize("address", ["https://hub.example.org", "https://hub.example.org/", "http://127.0.0.1:8000/x"])
def test_a_hub_pulls_for_whoever_is_logged_in(address):
    made = links.hub(address, links.pull(PULLED, NOTEBOOK))
    assert made.startswith(f"{address.rstrip('/')}/hub/user-redirect/git-pull?")
    assert parsed_pull(made)["urlpath"] == f"lab/tree/ddlearn/{NOTEBOOK}"


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
        links.pull(Source("a/b", ref), NOTEBOOK)


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


def test_the_command_prints_every_address_and_the_badges():
    options = "--ref v2.0/x --branch spring --hub https://hub.example.org --lesson 1"
    answer = CliRunner().invoke(cli.app, ["links", "a/b", *options.split()])
    assert answer.exit_code == 0, answer.output
    lesson, lines = "lessons/01_fixed_embeddings.ipynb", answer.output.splitlines()
    here = links.binder(Source("a/b", "v2.0/x"), f"lab/tree/{lesson}")
    pulled = links.pull(Source("a/b", "spring"), lesson)
    for line in (
        here,
        links.binder(Source("a/b", "v2.0/x"), pulled),
        links.hub("https://hub.example.org", pulled),
        f"https://colab.research.google.com/github/a/b/blob/v2.0/x/{lesson}",
        "%pip install -q git+https://github.com/a/b@v2.0/x",
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({here})",
    ):
        assert line in lines
    assert "give its address with --hub." in CliRunner().invoke(cli.app, ["links", "a/b"]).output
