"""Where the number of a claim comes from: a theorem, an identity, an asymptotic law, a paper, or our own threshold."""

from ddlearn import papers
from ddlearn.arguments import one_of

BASES = ("theorem", "exact", "asymptotic", "paper", "ours")
NEEDS_PAPERS = ("theorem", "asymptotic", "paper")
NEEDS_SOURCE = ("theorem", "paper", "ours")
LEADS = {"exact": "Exact", "asymptotic": "Asymptotic", "ours": "Our threshold"}


def check(basis: str, keys: tuple[str, ...], source: str) -> None:
    """Refuse a basis that is none of the five, or one without the papers or the source that it must name.

    Whether the bibliography has the keys is seen when they are cited: a lesson opens without reading it.

    Raises:
        ValueError: for the basis, for papers or a source that are missing, for a paper that only the source names.
        TypeError: if the keys are no tuple.
    """
    one_of("basis", basis, BASES)
    if not isinstance(keys, tuple):
        raise TypeError(f'papers must be a tuple of keys, such as ("chizat2019",); got {keys!r}')
    if basis in NEEDS_PAPERS and not keys:
        raise ValueError(f'papers must name one key at least where the basis is "{basis}"; got none')
    if basis in NEEDS_SOURCE and not source:
        raise ValueError(f'source must say where the number comes from where the basis is "{basis}"; got ""')
    if strangers := sorted(set(papers.mentioned(source)) - set(keys)):
        raise ValueError(f"papers must name all that the source does; {', '.join(strangers)} missing from {keys}")


def words(basis: str, keys: tuple[str, ...], source: str) -> str:
    """Return the basis as the page says it, papers as `@key`, for `ddlearn.papers.named` to put in their names.

    "Theorem 2.3 of @chizat2019"; "Exact identity"; "Our threshold: half of what guessing has; idea of @arora2020".
    Papers that the source does not mention stand behind it.
    """
    unsaid = [f"@{key}" for key in keys if key not in papers.mentioned(source)]
    behind = papers.joined(unsaid) if unsaid else ""
    if basis == "theorem":
        return f"{source} of {behind}" if behind else source
    if basis == "paper":
        return f"Number reported by {behind}: {source}" if behind else f"Number reported: {source}"
    said = f"{LEADS[basis]}: {source}" if source else f"{LEADS[basis]} {'identity' if basis == 'exact' else 'law'}"
    return f"{said}; {'idea of ' if basis == 'ours' else ''}{behind}" if behind else said
