"""What a check finds: a verdict on one rung of the ladder with the sentence that goes with it, and `TODO`."""

from dataclasses import dataclass

from ddlearn.classroom import page

# In the order in which a check asks: what stands higher is mended first. Every rung is told apart by symbol and words;
# the third entry is the kind of its card.
LADDER = {
    "not started": ("○", "Not started", "plain"),
    "raised": ("✗", "It stopped with an error", "bad"),
    "timed out": ("✗", "It did not finish", "bad"),
    "wrong type": ("◇", "Another type is needed", "hint"),
    "wrong shape": ("◇", "Another shape is needed", "hint"),
    "not finite": ("◇", "Not every number is finite", "hint"),
    "changed its input": ("◇", "It changed its input", "hint"),
    "classic mistake": ("▲", "Looks like a classic mistake", "hint"),
    "not yet": ("●", "Not yet", "hint"),
    "passed": ("✓", "Passed", "good"),
}


class _Todo:
    """What an exercise returns until it is written: neither true nor false, equal to nothing but itself."""

    def __repr__(self) -> str:
        return "TODO"

    def __reduce__(self) -> str:
        return "TODO"

    def __bool__(self) -> bool:
        raise TypeError("TODO stands for an answer that is not written yet: it is neither true nor false")


TODO = _Todo()


@dataclass(frozen=True)
class Verdict:
    """The result of one check, or the fault of one case.

    `detail` is plain text (see `prose`), never empty. `mistake` is the name of the classic mistake that was recognized,
    `printed` what the learner's function printed on the first case, `note` what is worth saying of a right answer.
    `right` says that the numbers of an answer at fault are the right ones for all that.
    """

    status: str
    detail: str
    mistake: str | None = None
    printed: str = ""
    note: str = ""
    right: bool = False

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    @property
    def missed(self) -> bool:
        """Whether it counts as a try that failed; an untouched stub is none."""
        return self.status not in ("passed", "not started")

    @property
    def made(self) -> str | None:
        """The classic mistake that the learner made; one that an untouched version to repair came with is none."""
        return self.mistake if self.status == "classic mistake" else None

    @property
    def headline(self) -> str:
        return LADDER[self.status][1]

    @property
    def sentence(self) -> str:
        """The whole verdict in one line of text."""
        return f"{self.headline}. {' '.join(self.detail.split())}"

    def card(self, title: str, body_html: str) -> dict:
        """Return the verdict's card, with the title of what was checked."""
        symbol, headline, kind = LADDER[self.status]
        return page.card(symbol, f"{headline} · {title}", body_html, kind)
