# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 0 · Start here
#
# A network that names a white blood cell has millions of numbers inside. We can print every one, and still not say why it
# works or when it will fail. People call it a black box. This course opens it as far as theorems reach, and says where they
# end.
#
# **You will** meet the course's tools, predict something, and be surprised. **You need** a little Python, and the words
# *vector* and *average*. **Time** 15 to 20 minutes. **Difficulty** 1 of 5.

# %%
import torch

from ddlearn.lessons.start_here import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: the plan.** 4 min questions of the course and its map · 3 min doctor, everybody's card on screen · 3 min
# predict, hands up before anybody moves a slider · 4 min explorer · 3 min exercise · 3 min quiz.
#
# **The one question to ask:** "Which of the four hundred models would you have bought, before seeing the right-hand curve?"
#
# **What to expect.** Most people predict the largest model to be worst. Some know the word *overfitting* and say "as soon as
# it fits perfectly": they are right about the peak and surprised by what follows. Do not explain the peak today. Lesson 07
# solves it exactly.

# %% [markdown]
# ## The questions
#
# The mathematics of deep learning asks these questions;
# [Vidal, Bruna, Giryes and Soatto (2017)](https://arxiv.org/abs/1712.04741) survey the field.
#
# | lesson | the question |
# |---|---|
# | 01 Fixed embeddings | How did we learn before, when the view of the data was *chosen*? |
# | 02 Learned embeddings | What does a network do when it *learns* that view? |
# | 03 The neural tangent kernel | When is training a network no more than a fixed kernel? |
# | 04 Leaving the lazy regime | You want the weights to change. When do they? |
# | 05 Real steps, real widths | What can be proved for finite width, finite steps, any start? |
# | 06 How many examples? | What can be promised, or predicted, from n examples? |
# | 07 Double descent, solved | Why is the error worst where the fit just becomes perfect? |
# | 08 Double descent, trained | Does it happen in trained networks, on real data? |
# | 09 Weak labels | What can be learned when only proportions are known? |
# | 10 Domain knowledge | When does knowing the field beat more data? |
# | 11 Capstone | Your own question. |
#
# Each lesson asks you to **predict** before you see, lets you **move** what the theory assumes, has you **build** the engine
# in a few lines, and ends with **claims**: what a paper says, and what your machine measures, side by side.

# %% [markdown]
# ## Is this machine ready?
#
# The doctor looks at what the course needs, and says how to mend what is missing. If you ask somebody for help, send them
# this card.

# %%
from ddlearn.course import doctor

doctor.show()

# %% [markdown]
# ## Predict
#
# A model sees twenty noisy points of a smooth curve. You may give it as many features as you like: random waves to add up.
# A few are too stiff to follow the points. With enough of them it passes through every point.
#
# Commit yourself before you look. A wrong prediction teaches more than none.

# %%
lesson.predict("worst")

# %% [markdown]
# ## See
#
# Drag **Features**, or put the focus on it and use the arrow keys. The sentence under the picture always says what it shows.

# %%
lesson.black_box.show()

# %% [markdown]
# ## Explain
#
# With fewer than twenty features the model cannot pass through all points. With twenty or more it passes through every one,
# and *how well it fits the points that it has seen no longer tells anything about new points*. With exactly twenty features
# there is one choice of weights that fits, and its error on new points is large. With more than twenty, infinitely many choices
# of weights fit equally well. Least squares alone does not choose between them. This picture uses the **minimum-norm solution**:
# of all the weights that fit, those with the smallest sum of squares. Many waves then share the work, each with a small
# weight, and the error on new points falls again.
#
# The textbooks have a rule: the error on new points grows as the model approaches the size of its data, and *a larger model
# is worse still*. The first half held here: at twenty features the error was largest. The second half failed. That
# is the spirit of the course: a picture that surprises, then the theorem that predicts it. The theorem is in lesson 07.
#
# [Belkin, Hsu, Ma and Mandal, 2019](https://arxiv.org/abs/1812.11118) gave the effect its name, double descent.

# %% [markdown]
# ## Build
#
# Every lesson has a few functions for you to write. This one is a single line: the **mean squared error** that the picture
# above plots. Replace `TODO`, run the cell, and read the card. While it is wrong or unwritten, the course's own version keeps
# everything below running.


# %%
@lesson.exercise("mean_squared_error")
def mean_squared_error(prediction, target):
    """The mean of the squared differences.  prediction (n,), target (n,) -> a tensor with one number."""
    # BEGIN SOLUTION
    return ((prediction - target) ** 2).mean()
    # END SOLUTION


# %% [markdown]
# `mean_squared_error.hint()` in a new cell gives a hint, another call gives a stronger one. Once the card says *Passed*, go
# back up: the explorer says that it runs on your function.

# %% [markdown]
# ## Claims
#
# Each line is a sentence of science, what theory expects, and what was measured here, just now. Beside it stands a control:
# the same measurement with something spoiled, which must *not* agree.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Take away
#
# - A perfect fit to the data says little about new data.
# - More features than points need not hurt. What else decides, the course will find out.
# - Predict, move, build, measure.
#
# **What this does not show.** One curve, twenty points, random waves: no network was trained here, and noise in the points
# was needed for the tall peak. Pull *Noise* to zero and look again.
#
# **Housekeeping.** Close a lesson's kernel when you are done with it (*Kernel → Shut Down Kernel*). On a small hosted machine
# the next lesson does it for you where memory is short, and says so; *Run → Run All Cells* brings such a lesson back. Your
# answers and your progress are files on this machine, and nothing leaves it.
#
# **Next:** `01_fixed_embeddings.ipynb`.
