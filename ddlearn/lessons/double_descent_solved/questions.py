"""What lesson 07 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="more",
        question=(
            "A truth has 60 features that matter. You fit all 60 to 40 noisy examples, by the shortest fit that passes "
            "through every one. Then you get 20 examples more, and fit again. What happens to the error on new points?"
        ),
        options=("it gets much smaller", "it gets a little smaller", "it stays", "it gets much larger"),
        truth="it gets much larger",
    ),
    Prediction(
        name="quiet",
        question=(
            "Every feature is there, as before. Now take the noise out of the labels altogether. What is left of the "
            "peak at p = n?"
        ),
        options=("all of it", "about half of it", "nothing"),
        truth="nothing",
    ),
    Prediction(
        name="peak",
        question=(
            "200 images of ten kinds of digits, random features, one output for each kind: 2,000 numbers to be met. "
            "At how many features is the error on new digits largest?"
        ),
        low=10,
        high=4000,
        unit="features",
        truth=200,
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 00 the model was worst at 20 features, with 20 points. What is special about 20?",
        options=(
            Option(
                "The training error is largest there.",
                False,
                "It becomes zero just there. It had fallen all the way, and said nothing about what came.",
            ),
            Option(
                "There is just one way through all points, good or bad.",
                True,
                "With fewer features there is none, with more there is a choice. Today we measure how bad that one is.",
            ),
            Option(
                "The features are random.",
                False,
                "They were random at every size. Something happens when they are as many as the points.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "Ridge regression, lesson 01: in a direction of the features where the data hardly vary, what does the "
            "penalty do?"
        ),
        options=(
            Option(
                "It holds the fit back there most of all.",
                True,
                "The share that is kept is λ / (λ + n · penalty): next to nothing for a small λ. Remember it today.",
            ),
            Option(
                "It holds the fit back equally in all directions.",
                False,
                "The penalty is the same; what stands against it is not. Where data hardly vary they say little.",
            ),
            Option(
                "Nothing; it acts on the strong directions.",
                False,
                "There the data win: λ / (λ + n · penalty) is nearly 1.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="Why is the error so large at p = n, and not at p = 2n? Both pass through every noisy label.",
        options=(
            Option(
                "At p = n the fit memorises the noise; at p = 2n it does not.",
                False,
                "It passes through every label at both. What differs is how far the coefficients go for it.",
            ),
            Option(
                "At p = n some direction of the design is nearly empty, and the noise there is divided by almost zero.",
                True,
                "The variance is noise · Σ 1/s². A square random matrix has a tiny s; a wide one has not.",
            ),
            Option(
                "At p = n there are too many parameters.",
                False,
                "At p = 2n there are more. Count effective parameters instead, and you are right: look at that axis.",
            ),
        ),
    ),
    QuizItem(
        question="Your own curve shows no peak at p = n at all, though the labels are noisy. What do you check first?",
        options=(
            Option(
                "Nothing: the peak is not seen in practice.",
                False,
                "It is, wherever one looks closely enough at N = n without a penalty. You saw it on digits.",
            ),
            Option(
                "Whether the features are nonlinear enough.",
                False,
                "The peak needs no nonlinearity: the first one today was linear in everything.",
            ),
            Option(
                "The solver: a rank cut-off, float32, a small ridge, few steps of descent.",
                True,
                "Each of them drops the weak directions, and clips the peak. As a cure fine, as an accident a bug.",
            ),
        ),
    ),
    QuizItem(
        question="“Double descent shows that larger models are better.” What does the theory of today say?",
        options=(
            Option(
                "Yes, past the peak the error falls below all that was before.",
                False,
                "On digits it mostly did. In the isotropic model the best small fit won, and the formula says when.",
            ),
            Option(
                "It depends on signal and noise; and with the best penalty there is no peak to come down from.",
                True,
                "Where little is captured by few features, width wins. A tuned penalty makes it safe to be wide.",
            ),
            Option(
                "No, a larger model is always worse.",
                False,
                "On digits the widest of all had the least error, and theory said so before anything was fitted.",
            ),
        ),
    ),
)
