"""Links that open a lesson elsewhere: on a class's hub by nbgitpuller, or on Binder.

    python -m ddlearn.course.links hub https://hub.example.org https://github.com/ORG/REPO main 00
    python -m ddlearn.course.links binder https://github.com/ORG/REPO v1.0 00

Each part of such a link is an address inside an address, so it is written by a program and not by hand.
"""

import sys
from urllib.parse import quote, urlencode, urlparse

from ddlearn.course import notebooks


def hub(address: str, repository: str, branch: str, lesson: str) -> str:
    """The link that pulls `repository` into a learner's home on the hub at `address`, and opens the lesson there.

    The learner's own edits win over what is pulled (nbgitpuller's rules).
    """
    folder = urlparse(repository).path.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1]
    opened = f"lab/tree/{folder}/lessons/{_file(lesson)}"
    query = urlencode({"repo": repository, "branch": branch, "urlpath": opened}, quote_via=quote)
    return f"{address.rstrip('/')}/hub/user-redirect/git-pull?{query}"


def binder(repository: str, tag: str, lesson: str) -> str:
    """The link that opens the lesson on mybinder.org, at a tag: a branch would be built anew after each commit."""
    place = urlparse(repository)
    if place.hostname != "github.com":
        raise ValueError(f"repository must be on github.com, as https://github.com/ORG/REPO; got {repository!r}.")
    name = place.path.strip("/").removesuffix(".git")
    query = urlencode({"urlpath": f"lab/tree/lessons/{_file(lesson)}"}, quote_via=quote)
    return f"https://mybinder.org/v2/gh/{name}/{quote(tag, safe='')}?{query}"


def _file(lesson: str) -> str:
    return notebooks.choose([lesson], notebooks.shipped())[0].name


def main(arguments: list[str]) -> int:
    """The command: print one link; 2 and the usage for anything else than the two lines above."""
    makers = {("hub", 5): hub, ("binder", 4): binder}
    maker = makers.get((arguments[0] if arguments else "", len(arguments)))
    if maker is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(maker(*arguments[1:]))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
