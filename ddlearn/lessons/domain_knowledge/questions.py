"""What lesson 10 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="enough",
        question=(
            "A laboratory has blood tests of 32,768 cells from healthy people, 512 cells per person. How many purified "
            "cells, of which each type is known, give a net the same balanced accuracy? (That is the share of cells "
            "that it names rightly in each type, averaged over the three types.)"
        ),
        low=10,
        high=3000,
        unit="purified cells",
    ),
    Prediction(
        name="impure",
        question=(
            "A fifth of the cells in each tube are of other types, and you take the tube’s name for the type. What "
            "suffers most?"
        ),
        options=("nothing: the errors average out", "all types alike", "the rarest type", "the most frequent type"),
        truth="the rarest type",
    ),
    Prediction(
        name="tube",
        question=(
            "Three tubes, one of each type, perfectly pure. A net learns from them and is tested on the blood of new "
            "patients. How well does it do?"
        ),
        options=("nearly perfectly", "like a net of mixed tubes", "badly, and differently each time"),
        truth="badly, and differently each time",
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 09 bags came with proportions only. When did more bags teach almost nothing?",
        options=(
            Option(
                "When all bags had nearly the same proportions.",
                True,
                "A bag tells types apart only by differing from other bags. Today the bags are made to differ.",
            ),
            Option(
                "When bags were large.",
                False,
                "Large bags of patients who differ taught well. It is the spread of the proportions that counts.",
            ),
            Option(
                "When the net was small.",
                False,
                "A wider net had the same bags. What the labels do not say, no width can find.",
            ),
        ),
    ),
    QuizItem(
        question="Lesson 06 measured on cells or digits that the net had not learned from. Why?",
        options=(
            Option(
                "Because the error on what was learned is too kind.",
                True,
                "And today it must not even be the same specimen: a net may know the tube and not the type.",
            ),
            Option(
                "Because new ones are harder pictures.",
                False,
                "They come from the same source. What differs is that nobody has fitted them.",
            ),
            Option(
                "To save time.",
                False,
                "It costs time and labels. Held-out examples are what makes the number mean something.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="A tube of monocytes is 75 % pure. What does the forward correction change?",
        options=(
            Option(
                "It removes the other cells from the tube.",
                False,
                "Nobody knows which they are. All cells stay, and what is expected of the tube’s name changes.",
            ),
            Option(
                "It multiplies the net’s posterior by T' before it is compared with the tube’s name.",
                True,
                "So the net may be sure of a lymphocyte in the monocyte tube, and pays only what the purity says.",
            ),
            Option(
                "It gives cells of impure tubes a smaller weight.",
                False,
                "That would learn more slowly from the same wrong names. The correction changes what they mean.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "You add a rule that speaks on half of all cells, and your label model gets worse. Which cheap piece of "
            "knowledge mends it?"
        ),
        options=(
            Option(
                "The shares of the types, from a blood test.",
                True,
                "Blood tests find one lymphocyte in eight cells, not one in two: so the model doubts the rule.",
            ),
            Option(
                "More cells.",
                False,
                "The model explains the votes already, in the wrong way. More votes of the same kind change nothing.",
            ),
            Option(
                "More rounds of EM.",
                False,
                "It has converged: to an explanation of the votes that is not the true one.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "All your images of type A were taken on one day, all of type B on another. Test accuracy is 99 %, with "
            "cells of the same days held out. What have you shown?"
        ),
        options=(
            Option(
                "That the net knows the types.",
                False,
                "It may know the days. Cells held out from the same day look like that day.",
            ),
            Option(
                "That the days or the types can be told apart.",
                True,
                "And nobody can say which. Test on other days, and let days hold both types: split by specimen.",
            ),
            Option(
                "That more training would not help.",
                False,
                "Training is not in question here. The data do not tell two explanations apart.",
            ),
        ),
    ),
)
