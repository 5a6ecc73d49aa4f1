"""What lesson 03 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="move",
        question=(
            "A net of 8,192 hidden units starts at random. Its weights are to move, by the shortest way, to where its "
            "tangent passes through sixteen points. How far is that, in percent of the weights' own size?"
        ),
        low=0,
        high=100,
        unit="%",
    ),
    Prediction(
        name="first",
        question=(
            "The target is a sum of three waves: a small one that goes around the circle once, a larger one that goes "
            "twice, and the largest that goes four times. A wide net learns them by gradient descent. Which does it "
            "have first?"
        ),
        options=(
            "the slowest: once around",
            "the largest: four times around",
            "all three grow together",
            "that depends on the random start",
        ),
        truth="the slowest: once around",
    ),
    Prediction(
        name="beyond",
        question=(
            "Beyond a certain step the formula of steps grows without bound. What does a real, wide net do at such a "
            "step?"
        ),
        options=(
            "it grows without bound as well",
            "it learns as if nothing had happened",
            "it grows at first, then changes its kernel and learns",
        ),
        truth="it grows at first, then changes its kernel and learns",
    ),
)

RECAP = (
    QuizItem(
        question=(
            "In lesson 01 random ReLU units became a kernel, the arc-cosine kernel, as their number grew. Which "
            "weights of that one-layer net were trained?"
        ),
        options=(
            Option(
                "All of them.",
                False,
                "The units were drawn at random and left alone. Today they are trained as well.",
            ),
            Option(
                "Those of the readout only.",
                True,
                "A fixed embedding, and a plane in it. Today the embedding's own weights are trained too.",
            ),
            Option(
                "None: a kernel needs no training.",
                False,
                "Ridge regression does train: it finds one weight for each feature, or for each point.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "In lesson 02 a net learned, from few examples, a parity. No fixed kernel does as well on average over all "
            "parities of that size. What did the net do that the kernels could not?"
        ),
        options=(
            Option(
                "It had more parameters.",
                False,
                "A kernel's embedding may have infinitely many coordinates. Number was not the difference.",
            ),
            Option(
                "It used a better optimizer.",
                False,
                "Kernel regression finds the very best plane. No optimizer does better in a fixed embedding.",
            ),
            Option(
                "It changed its embedding as it learned.",
                True,
                "Keep it in mind: today you meet nets that hardly do.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="A very wide net, in the NTK parametrization, has fitted its data. What has changed?",
        options=(
            Option(
                "Its weights by little, its outputs by much, its kernel hardly.",
                True,
                "Many weights, each a little, all in the right direction. So its training was linear.",
            ),
            Option(
                "Nothing: it works like random features.",
                False,
                "Every weight was trained, and the outputs moved from noise to the targets.",
            ),
            Option(
                "Its kernel: that is how it learned.",
                False,
                "So do narrow nets learn, and mean-field ones (lesson 04). Here the drift vanishes with the width.",
            ),
        ),
    ),
    QuizItem(
        question="Why does the net have the slow wave first?",
        options=(
            Option(
                "It is the largest part of the target.",
                False,
                "It was the smallest. The size of a mode does not enter its rate.",
            ),
            Option(
                "The kernel's eigenvalue of that mode is larger.",
                True,
                "A mode loses the share ηλ/N of what is left at each step, however large it is.",
            ),
            Option(
                "Gradient descent begins with large steps and ends with small ones.",
                False,
                "The step was the same all along. The gradient shrinks because the residual does.",
            ),
        ),
    ),
    QuizItem(
        question="At a step of 2.5 N/λ_max the formula of steps diverged, and the wide net did not. Why?",
        options=(
            Option(
                "The formula was for flow; that of steps is right.",
                False,
                "It was the formula of steps, and exact for a fixed kernel. It is the kernel that was not fixed.",
            ),
            Option(
                "Rounding errors held the net down.",
                False,
                "The same happens with any precision. Look at how far the kernel had moved.",
            ),
            Option(
                "Large outputs changed its kernel until λ_max was small enough.",
                True,
                "The net left its tangent, and with it this theory. Lesson 05 follows it there.",
            ),
        ),
    ),
)
