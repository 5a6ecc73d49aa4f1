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
# ![Left: inputs enter a dark box with many weights, and predictions leave it. Right: two models of the same twenty points. The model with 8 features misses the points. The model with 400 features passes through all of them.](pictures/start_here.svg)
#
# *A trained network is a box full of numbers. Whether it fits the data is easy to see. Whether it predicts new data is not.*
#
# **Question.** A network that names white blood cells has millions of weights. We can print each of them, and still not say why the
# network works or when it will fail. Are deep networks black boxes, or are there theorems about them?
#
# **You will be able to**
# - predict how the error of a model changes as the model grows (explorer);
# - compute a mean squared error, and let the course check it (Exercise 1);
# - read a claim: a statement, a band, a measured number, and a control.
#
# **Before you start:** a little Python, and the words *vector* and *average*. [Notation](NOTATION.md) and
# [glossary](GLOSSARY.md) belong to the whole course.

# %%
import torch

from ddlearn.lessons.start_here import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 20 minutes, with slack.** 4 min questions of the course · 2 min doctor, everybody's card on screen · 3 min predict, hands
# up before anybody moves a slider · 4 min explorer · 3 min exercise · 2 min quiz.
#
# **Board.** One axis for the size of the model, with a mark at 20. Draw the curve that the class expects, before the explorer.
#
# **The one question to ask:** "Which of the four hundred models would you have chosen, before seeing the right panel?"
#
# **What to expect.** Most people expect the largest model to be the worst. Some know the word *overfitting* and say "as soon as it fits
# perfectly". They are right about the peak, and surprised by what follows. Do not explain the peak today.
# It is solved exactly in [[double_descent_solved]].
#
# **Exit ticket.** "Two models fit all training points. What do you know about their errors on new points?" (Nothing yet.)

# %% [markdown]
# ## The questions of the course
#
# | lesson | question |
# |---|---|
# | [01 Fixed embeddings](01_fixed_embeddings.ipynb) | How did we learn when the features were chosen by hand? |
# | [02 Learned embeddings](02_learned_embeddings.ipynb) | What does a network gain when it learns its features? |
# | [03 The neural tangent kernel](03_neural_tangent_kernel.ipynb) | When is training a network the same as a fixed kernel? |
# | [04 Leaving the lazy regime](04_leaving_the_lazy_regime.ipynb) | When do the weights really change? |
# | [05 Real steps, real widths](05_real_steps_real_widths.ipynb) | What can be proved for finite width, finite steps, any start? |
# | [06 How many examples?](06_how_many_examples.ipynb) | What can be predicted, or guaranteed, from n examples? |
# | [07 Double descent, solved](07_double_descent_solved.ipynb) | Why does the error rise, and fall again? |
# | [08 Double descent, trained](08_double_descent_trained.ipynb) | Does it happen in networks that we train? |
# | [09 Weak labels](09_weak_labels.ipynb) | What can be learned from proportions alone? |
# | [10 Domain knowledge](10_domain_knowledge.ipynb) | When is knowledge of the field worth more than data? |
# | [11 Capstone](11_capstone.ipynb) | What is your own question? |
#
# In each lesson you **predict** before you see, **move** what the theory assumes, **build** the decisive function in a few lines, and
# **measure** what the papers state. [Vidal, Bruna, Giryes and Soatto (2017)](https://arxiv.org/abs/1712.04741) survey the field.

# %% [markdown]
# ## Is this machine ready?
#
# The doctor looks at what the course needs. For everything that is missing it says what to do. If you ask somebody for help, send this
# card.

# %%
from ddlearn.course import doctor

doctor.show()

# %% [markdown]
# ## By hand
#
# A model predicts $(1, 2, 4)$ where the targets are $(1, 3, 2)$. The errors are $0$, $-1$ and $2$, and their squares are $0$, $1$ and
# $4$. The **mean squared error** is $(0 + 1 + 4)/3 \approx 1.67$. Squares make large errors count more: the last one alone
# contributes four fifths of the sum.
#
# ## Predict
#
# A model is fitted to 20 noisy points of a smooth curve. It adds up random waves, its **features**, with weights that minimize the
# squared error on these points. You decide how many features it gets, from 1 to 400. With few features it misses the points. With
# at least 20 it can pass through all of them.

# %%
lesson.predict("worst")

# %% [markdown]
# ## See
#
# - **Left:** the 20 points, the true curve (dashed), and the model.
# - **Right:** the mean squared error against the number of features, on two logarithmic axes. Orange is the error on the 20 points, and
#   blue is the error on new points.
#
# Move **Features** with the mouse or with the arrow keys. Where is the blue curve highest?

# %%
lesson.black_box.show()

# %% [markdown]
# ## Explain
#
# With fewer than 20 features no weights fit all points. With exactly 20 there is one choice of weights that does, and it has to bend
# the model wildly: the error on new points is largest here. With more than 20 features infinitely many choices fit, and least squares
# alone does not choose between them. This model takes the choice with the smallest sum of squared weights, the
# [minimum-norm solution](refreshers/least_squares.md). Many waves share the work, each with a small weight, and the error on new
# points falls again.
#
# Textbooks used to say: the error grows as a model approaches the size of its data, *and a larger model is worse still*. The first
# half held here, and the second half failed. [Belkin, Hsu, Ma and Mandal (2019)](https://arxiv.org/abs/1812.11118) named the effect
# **double descent**. This is the spirit of the course: a picture that surprises, then the theorem that predicts it. The theorem is in
# [[double_descent_solved]].

# %% [markdown]
# ## Exercise 1 · Write: `mean_squared_error`
#
# Replace `TODO`, run the cell, and read the card. Until your function passes, the course uses its own.


# %%
@lesson.exercise("mean_squared_error")
def mean_squared_error(prediction, target):
    """The mean of the squared differences.  prediction (n,), target (n,) -> a tensor with one number."""
    # BEGIN SOLUTION
    return ((prediction - target) ** 2).mean()
    # END SOLUTION


# %% [markdown]
# `mean_squared_error.hint()` in a new cell gives a hint, and a second call gives a stronger one. Once the card says *Passed*, look at the
# explorer again: it now runs on your function.

# %% [markdown]
# ## Claims
#
# A claim is a statement that your machine measures. Each line shows the **band** in which the number must lie, and whether theory, a
# paper or the course chose it. The **control** repeats the measurement without the cause. A good control falls out of the band.

# %%
lesson.claims()

# %% [markdown]
# ## Where it breaks
#
# Move **Noise in the points** to zero. The high peak is gone: without noise there is little to amplify. And no network was trained in this
# lesson. Whether networks behave in the same way is a question for [[double_descent_trained]].
#
# **Discuss:** Which of the 400 models would you have chosen, if you had only seen the left panel?

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - A perfect fit to the training points says nothing yet about new points.
# - The error can peak at the [interpolation threshold](GLOSSARY.md#interpolation-threshold) and fall beyond it.
# - Predict, move, build, measure.
#
# **Housekeeping.** Close a lesson's kernel when you are done with it (*Kernel → Shut Down Kernel*). Where memory is short, the next
# lesson does so for you and says it. *Run → Run All Cells* brings a closed lesson back. Your answers and your progress are files on
# this machine, and nothing leaves it.
#
# **Next:** [[fixed_embeddings]], Fixed embeddings.
