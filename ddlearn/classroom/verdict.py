"""What a check found: one rung of the ladder, and the sentence that goes with it."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Verdict:
    """The result of one check.

    `detail` is plain text (see `prose`), never empty. `mistake` is the name of the classic mistake that was recognised,
    `printed` what the learner's function printed on the first case, `note` what is worth saying of a right answer.
    """

    status: str
    detail: str
    mistake: str | None = None
    printed: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    @property
    def symbol(self) -> str:
        return LADDER[self.status][0]

    @property
    def headline(self) -> str:
        return LADDER[self.status][1]

    @property
    def kind(self) -> str:
        return LADDER[self.status][2]

    @property
    def sentence(self) -> str:
        """The whole verdict in one line of text."""
        return f"{self.headline}. {' '.join(self.detail.split())}"


def rank(status: str) -> int:
    """Return the place on the ladder: 0 is asked first."""
    return list(LADDER).index(status)
