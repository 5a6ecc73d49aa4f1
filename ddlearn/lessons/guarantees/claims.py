"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import at_least, at_most
from ddlearn.lessons.guarantees import measures

OFTEN = measures.DELTA + 3 * (measures.DELTA * (1 - measures.DELTA) / measures.DRAWS) ** 0.5  # three standard errors

CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("pac-bayes", at_most(0.5), measures.certified, cause={"coins": 0.0}, control={"coins": 1.0}),
    Measured("spent", at_least(0.0), measures.half_data, cause={"judges_all": False}, control={"judges_all": True}),
    Measured(
        "posteriors",
        at_most(OFTEN),
        measures.broken_after_the_fact,
        cause={"one_prior": True},
        control={"one_prior": False},
    ),
    Measured("broken", at_most(OFTEN), measures.failed, cause={"interval": True}, control={"interval": False}),
    Measured("random-labels", at_least(2.0), measures.term_ratio, cause={"blind": False}, control={"blind": True}),
)
