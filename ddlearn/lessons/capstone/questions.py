"""What lesson 11 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem
from ddlearn.lessons.capstone.asking import Question, said_band
from ddlearn.lessons.capstone.menu import QUESTIONS


def ahead(question: Question) -> Prediction:
    """The prediction that belongs to a question of the menu."""
    band = (
        f"The band is {said_band(question.band)}"
        if question.band
        else "The band is a baseline: at least 1, or a little less"
    )
    return Prediction(
        name=question.name,
        question=(
            f"{question.hypothesis} The number: {question.number}. {band}. What will it be on the table that you chose?"
        ),
        low=0.0,
        high=3.0,
    )


PREDICTIONS = (
    Prediction(
        name="three seeds",
        question=(
            "Three seeds, and the interval from the mean minus 1.96 standard errors to the mean plus 1.96. It is meant "
            "to hold the truth in 95 % of all experiments. In how many does it?"
        ),
        low=40,
        high=100,
        unit="%",
        truth=81,
    ),
    *map(ahead, QUESTIONS.values()),
)

RECAP = (
    QuizItem(
        question=(
            "Lesson 01 claimed that leave-one-out gives the error on new data. Its control was the training error. "
            "What is such a control for?"
        ),
        options=(
            Option(
                "It must fail: else the measurement would say yes to anything.",
                True,
                "The same measurement without its cause. Where it passes too, the claim has shown nothing.",
            ),
            Option(
                "It is a second method, in case the first one fails.",
                False,
                "It is meant to fail. A claim whose control passes is in trouble, not in luck.",
            ),
            Option(
                "It tells how large the noise is.",
                False,
                "For that there are seeds. The control takes away the cause and asks whether the number minds.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "Lesson 06 drew a learning curve before any training, from a kernel's spectrum and all the labels. What "
            "may you say to a customer with it?"
        ),
        options=(
            Option(
                "What the error will be on new data.",
                False,
                "To know the curve you needed the very labels that you wanted to predict.",
            ),
            Option(
                "Why the error falls as it does, on data whose labels you have.",
                True,
                "It explains, and promises nothing. Leave-one-out needs the labels of your examples only.",
            ),
            Option(
                "Nothing: it is a heuristic.",
                False,
                "It was right within a few per cent. The question is what it had to be told.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="The band is 0.85 to 1.15, your five seeds leave open 0.97 to 1.22. What do you report?",
        options=(
            Option(
                "It holds: the mean lies in the band.",
                False,
                "The mean does. But values outside of the band are as compatible with your seeds as it is.",
            ),
            Option(
                "It does not hold: the interval leaves the band.",
                False,
                "Values inside are open too. Nothing is refuted.",
            ),
            Option(
                "These seeds cannot tell.",
                True,
                "Right, and what to do follows: more seeds, until the interval lies on one side of the edge.",
            ),
        ),
    ),
    QuizItem(
        question="With its targets shuffled, your measurement falls into the band as well. And now?",
        options=(
            Option(
                "The claim is false.",
                False,
                "It may well be true. It is this measurement that cannot see it.",
            ),
            Option(
                "The measurement shows nothing about the claim; find one that can fail.",
                True,
                "A number that comes out right without its cause is no evidence for it.",
            ),
            Option(
                "Widen the band, so that the control is inside more often.",
                False,
                "The other way round: a band that everything keeps is no claim.",
            ),
        ),
    ),
    QuizItem(
        question="You asked nine questions of three tables, and hand in the page that came out best. What is wrong?",
        options=(
            Option(
                "Nothing: every number on it is true.",
                False,
                "The numbers are. The interval's promise is made for one question asked, not for the luckiest of many.",
            ),
            Option(
                "It was chosen by its result. Say how many you asked, or ask it again on new seeds.",
                True,
                "That is also why the prediction is recorded before the numbers are shown.",
            ),
            Option(
                "Three tables are too few.",
                False,
                "With thirty the luckiest page would be more convincing still, and no truer.",
            ),
        ),
    ),
)
