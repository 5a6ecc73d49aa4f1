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
    parts = urlsplit(links.binder(COURSE, NOTEBOOK))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "mybinder.org", "/v2/gh/some-one/ddlearn/v1.0%2Ba")
    assert parse_qs(parts.query, strict_parsing=True) == {"urlpath": [f"lab/tree/{NOTEBOOK}"]}


def test_binder_pulls_the_lessons_into_the_environment_s_image():
    parts = urlsplit(links.binder_pull(IMAGE, PULLED, NOTEBOOK))
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
    made = links.hub(address, PULLED, NOTEBOOK)
    assert made.startswith(f"{address.rstrip('/')}/hub/user-redirect/git-pull?")
    assert parsed_pull(made)["urlpath"] == f"lab/tree/ddlearn/{NOTEBOOK}"


def test_colab_opens_the_notebook_and_its_first_line_installs_the_same_state():
    assert links.colab(IMAGE, NOTEBOOK).endswith(f"/github/else/where/blob/env/2/{NOTEBOOK}")
    assert links.colab_setup(IMAGE) == "%pip install -q git+https://github.com/else/where@env/2"


@pytest.mark.parametrize("repository", ["ddlearn", "a/b/c", "a b/c", "https://github.com/a/b", "a/b?x=1", "", "é/b"])
def test_a_repository_is_owner_and_name(repository):
    with pytest.raises(ValueError, match=r"^repository must be OWNER/NAME, as on GitHub; got "):
        Source(repository, "main")


@pytest.mark.parametrize("ref", ["", "a b", "v1&x=2", "/main", "main/", "ré", "-x", "a..b", "main.", "a.lock"])
def test_a_ref_is_a_tag_a_branch_or_a_commit(ref):
    with pytest.raises(ValueError, match=r"^ref must be a tag, a branch or a commit; got "):
        Source("a/b", ref)


@pytest.mark.parametrize("ref", ["v1.0", "v1", "0.1.0", "v2-final", "release-1.0", "HEAD", "1234567", "a" * 40])
def test_what_is_pulled_again_at_each_click_is_a_branch(ref):
    for make in (
        lambda source: links.hub("https://hub.example.org", source, NOTEBOOK),
        lambda source: links.binder_pull(IMAGE, source, NOTEBOOK),
    ):
        with pytest.raises(
            ValueError, match=r"^branch must name a branch, such as main; got .* fails at the second click"
        ):
            make(Source("a/b", ref))


@pytest.mark.parametrize("address", ["hub.example.org", "ftp://hub", "https://", "https://hub?x=1", "https://hub#x"])
def test_a_hub_is_an_address(address):
    with pytest.raises(ValueError, match=r"^hub must be the address of a JupyterHub"):
        links.hub(address, COURSE, NOTEBOOK)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/some-one/ddlearn.git", "some-one/ddlearn"),
        ("https://github.com/some-one/ddlearn", "some-one/ddlearn"),
        ("git@github.com:some-one/dd.learn.git", "some-one/dd.learn"),
    ],
)
def test_the_origin_of_a_checkout(tmp_path, url, name):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with pytest.raises(ValueError, match=r"no origin on GitHub"):
        links.origin(tmp_path)
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", url], check=True)
    assert links.origin(tmp_path) == name


def test_the_command_prints_every_address_and_the_badges():
    runner = CliRunner()
    asked = [
        "links",
        "a/b",
        "--ref",
        "v2.0",
        "--branch",
        "spring",
        "--environment",
        "c/d@e",
        "--hub",
        "https://hub.example.org",
        "--lesson",
        "1",
    ]
    answer = runner.invoke(cli.app, asked)
    assert answer.exit_code == 0, answer.output
    lesson, lines = "lessons/01_fixed_embeddings.ipynb", answer.output.splitlines()
    for address in (
        links.binder(Source("a/b", "v2.0"), lesson),
        links.binder_pull(Source("c/d", "e"), Source("a/b", "spring"), lesson),
        links.hub("https://hub.example.org", Source("a/b", "spring"), lesson),
        links.colab(Source("a/b", "v2.0"), lesson),
        links.badge("Binder", links.binder(Source("a/b", "v2.0"), lesson)),
    ):
        assert address in lines
    assert isinstance(runner.invoke(cli.app, ["links", "a/b", "--environment", "c/d"]).exception, ValueError)
