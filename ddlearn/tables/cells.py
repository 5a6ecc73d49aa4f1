"""The cells of a column, as people write them: numbers in several countries, gaps, dates, and words.

"1,137" is a thousand in one country and a little more than one in another. Which of the two a file means is decided
from all its cells together, and where they do not say it, nobody guesses.
"""

import math
import re
from collections.abc import Collection
from functools import lru_cache

GAPS = {
    *("", "na", "n/a", "<na>", "nan", "-nan", "+nan", "nat", "null", "(null)", "[null]", "<null>", "\\n", "nil"),
    *("missing", "unknown", "not available", "-", "--", "---", "–", "—", ".", "..", "?", "n.a.", "n/d", "n.d.", "k.a."),
    *("none", "keine angabe", "1.#qnan", "-1.#ind", "nan(ind)", "-nan(ind)"),
}
ERROR = re.compile(r"#\S+[!?]|#n/?[adv]|err:\d+", re.IGNORECASE)  # what a spreadsheet shows for one, in any language
NO_GAPS_AMONG_WORDS = {"none", "nil", "unknown", "missing"}  # there they may name a class
LARGEST = 1e100  # of a number: its square still fits
SIGNS = str.maketrans({"\u2212": "-", "\u2019": "'"})  # a minus and an apostrophe as typesetters write them
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*")
LAKHS = re.compile(r"[+-]?[1-9]\d?(,\d{2})+,\d{3}")  # thousands, then hundreds of them, as in India
MEASURE = re.compile(r"[-+]?[$€£¥₹(]? ?[-+]?[\d.,' ]+ ?[%‰$€£¥₹)-]?")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|infinity)", re.IGNORECASE)
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}:\d{2}(:\d{2})?")
YES = {
    *("yes", "true", "ja", "wahr", "oui", "vrai", "si", "sí", "sì", "verdadero", "vero", "positive", "present"),
    *("y", "t", "+"),
}
TRUTHS = {"1": {"yes", "true", "wahr", "vrai", "verdadero", "vero"}, "0": {"no", "false", "falsch", "faux", "falso"}}


@lru_cache(maxsize=2**17)  # a column of a few values, read several times, is read once
def as_number(cell: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds, with this decimal sign and groups of thousands; None for anything else."""
    cell = cell.translate(SIGNS).removeprefix("'")  # which tells a spreadsheet to show a number as it is typed
    other = "," if decimal == "." else "."
    whole, sign, rest = cell.partition(decimal)
    if LAKHS.fullmatch(whole):
        whole = whole.replace(",", "")
    grouped = GROUPS.fullmatch(whole)
    if grouped and grouped["sign"] != decimal:
        whole = whole.replace(grouped["sign"], "")
    if other in whole + rest or " " in whole or "'" in whole:
        return None
    cell = f"{whole}.{rest}" if sign else whole
    return float(cell) if PLAIN.fullmatch(cell) else None


def signs(cell: str) -> set[str]:
    """Return the decimal signs, of "." and ",", with which a cell is a number: both for "5" and for "1,137"."""
    return {sign for sign in ".," if as_number(cell, sign) is not None}


def is_gap(cell: str, among_words: bool = False) -> bool:
    """Return whether a cell says that its value is not known."""
    cell = cell.casefold()
    return (cell in GAPS and not (among_words and cell in NO_GAPS_AMONG_WORDS)) or bool(ERROR.fullmatch(cell))


def gaps_among(words: set[str], among_words: bool = False) -> set[str]:
    """Return the words of a column that say that a value is not known.

    Beside "+" alone, "-" is a word and no gap; so is "none", and the like, beside one other word alone.
    """
    gaps = {word for word in words if is_gap(word, among_words)}
    known = words - gaps
    meant = {word for word in gaps if word.casefold() in NO_GAPS_AMONG_WORDS}
    if known == {"+"}:
        return gaps - {"-"}
    if len(known) == len(meant) == 1 and as_number(*known) is None:
        return gaps - meant
    return gaps


def two_words(words: Collection[str]) -> dict[str, float] | None:
    """Return 0 and 1 for the two words of a column, 1 for the one that affirms; None if they are not two."""
    if len(words) != 2:
        return None
    ordered = sorted(words, key=lambda word: (word.casefold() in YES, word))
    return {ordered[0]: 0.0, ordered[1]: 1.0}


def alike(words: Collection[str]) -> tuple[str, str] | None:
    """Return two words that are most often one, and in which way; None if there are none."""
    seen = {}
    for word in words:
        folded = word.casefold()
        if seen.setdefault(folded, word) != word:
            return f"{seen[folded]!r} and {word!r}", "differ in capitals only"
        for number, truths in TRUTHS.items():
            if folded in truths and number in words:
                return f"{word!r} and {number!r}", "mean the same"
    return None


def fault(cell: str, decimal: str) -> str:
    """Say why a cell of a column of numbers is none."""
    value = as_number(cell, decimal)
    if value is not None:
        return "is not finite" if not math.isfinite(value) else "is too large"
    if DATE.fullmatch(cell):
        return "is a date or a time"
    if cell.startswith("(") and cell.endswith(")") and as_number(cell[1:-1], decimal) is not None:
        return f"is a number in brackets, as accountants write -{cell[1:-1]}: write the sign"
    if as_number(cell, "," if decimal == "." else ".") is not None:
        return f"is no number where decimals stand behind “{decimal}”, as in other cells of the file"
    if MEASURE.fullmatch(cell):
        return "is no number: write it without the sign beside it"
    return "is no number"
