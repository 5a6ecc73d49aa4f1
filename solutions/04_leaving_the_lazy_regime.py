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
# # 4 · Leaving the lazy regime
#
# Lesson 03 made a net solvable by holding it to its tangent: a kernel, fixed at the start. But you *do* want weights to
# change. What decides whether they do?
#
# **You will** turn one knob that takes the same net from learning features to learning none. **You need** lessons 02 and 03,
# and the chain rule. **Time** 45 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.leaving_the_lazy_regime import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 4 predict, and the output scale with everybody's hand up · 6 explain at the board · 4
# `drift` · 5 `doubled`, then untick its box together · 7 width · 8 `diagonal_step` and its explorer · 3 quiz. Leave finite
# width and the claims for home; a quick group gets them in class.
#
# **The one question to ask:** "All of these nets fit every label. Which number tells you that they are not the same?" (Not the
# training error; the test error says *that*; the kernel's move says *why*.)
#
# **Usual wrong answers.** *"Wider means richer"*: in the NTK scaling it is the other way round. *"Lazy nets do not learn"*: they
# fit every label. *"Rich is better"*: switch the task to digits and ask again. *"The learning rate decides"*: it is matched here;
# take the match away with the box in the width explorer.
#
# **If a machine is slow:** the first picture trains eleven nets as one batch, a few seconds; a change of task or start trains
# again, with a bar. The width explorer takes as long. Sliders only look at what is trained, and stay quick.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("crossing")

# %% [markdown]
# ## See
#
# A sparse parity, as in lesson 02. One net is trained at eleven output scales, and fits every label at all of them. You begin at the
# lazy end. Pull **Output scale** down and watch all three panels: the error, how far everything moved, and which bits the hidden
# layer reads. (These nets take 1,200 steps with momentum 0.9 on random batches of 64 examples. They have no weight decay, which helped
# the nets of lesson 02. All other nets of this lesson take plain steps on all examples.)

# %%
lesson.scale.show()

# %% [markdown]
# ## Explain
#
# Multiply a net's output by α, and divide the loss by α², so that the function moves at the same speed:
#
# $$L_\alpha = \frac{1}{2\alpha^2}\,\text{mean}\,(\alpha f - y)^2 = \tfrac12\,\text{mean}\,(f - y/\alpha)^2.$$
#
# So a large α is a small target. Small targets need small steps, and over small steps a net is its tangent: the **lazy regime**, a
# kernel regression. For a small α the weights must go far, and on the way they turn towards what helps: the **rich regime**.
# The labels shape the kernel.
#
# Now count units. The mean of $m$ units has scale 1: the mean-field scaling, **muP** in deeper nets. The NTK parametrization divides by
# $\sqrt m$ in place of $m$. That is the mean-field net times $\sqrt m$: *an output scale that grows with the width*. Infinite
# width is lazy only if you scale it so.
#
# With $f = s\sum_j a_j\,\text{relu}(w_j \cdot x + b_j)$ the function's speed grows as $s^2 m$, so a fair comparison takes the
# learning rate times $1/(s^2 m)$.
#
# <details><summary>How far do lazy weights go?</summary>
#
# On the tangent, training ends at the nearest weights that fit. With the Jacobian $J$ at the start, $f = 0$ there, and
# $J\delta = y/\alpha$, the shortest solution has $\lVert\delta\rVert^2 = y^\top (JJ^\top)^{-1} y / \alpha^2$. That is the dotted line in
# the middle panel; nothing in it was fitted.
#
# </details>
#
# <details><summary>What is proved?</summary>
#
# [Chizat, Oyallon, Bach 2019](https://arxiv.org/abs/1812.07956) assume gradient flow from $f = 0$, and a model whose derivative in the
# weights is Lipschitz. Up to a fixed time the weights then move by $O(1/\alpha)$, and $\alpha f$ stays within $O(1/\alpha)$ of its
# tangent (Theorem 2.2). This holds for all times if, in addition, the tangent kernel of the training points is positive definite and α is
# large enough (Theorem 2.4). A net of ReLUs has a kink, so the theorems do not cover the nets above; nor do they say
# anything of the kernel's alignment, which we measure. The dotted line is our computation on the tangent.
#
# </details>
#
# [Yang and Hu 2021](https://arxiv.org/abs/2011.14522) on widths · [Karkada 2024](https://arxiv.org/abs/2404.19719), a tutorial

# %% [markdown]
# ## Build: how far did it move?
#
# Weights, features and kernels are compared by one number: the length of the change, relative to the length before. When it
# passes, two explorers measure with it.


# %%
@lesson.exercise("drift")
def drift(before, after):
    """|after - before| / |before|, Frobenius norms.  Two tensors of one shape, vectors or matrices -> a number."""
    # BEGIN SOLUTION
    change = after - before
    return float(change.norm() / before.norm())
    # END SOLUTION


# %% [markdown]
# ## Build: a start at zero
#
# A net starts as some random function, and α multiplies that too. So let every hidden unit have a twin that says the opposite.
# The net is then zero everywhere, and still has all of its tangent kernel.


# %%
@lesson.exercise("doubled")
def doubled(W, b, a):
    """Twins below the units: the same W and b, the opposite a.  W (h, d), b (h,), a (h,) -> (2h, d), (2h,), (2h,)."""
    # BEGIN SOLUTION
    W = torch.cat([W, W])
    b = torch.cat([b, b])
    a = torch.cat([a, -a])
    return W, b, a
    # END SOLUTION


# %% [markdown]
# Go back to the picture and untick **Start from the zero function**: at the lazy end the random start is still there after training,
# α times as large, and the error passes that of predicting nothing at all. Then tick it again and choose the **digits**. There
# the rich net gains next to nothing. For centred digits the kernel that it was born with is good enough; for a parity it spends its
# examples on hundreds of pairs of bits, of which one counts.
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).

# %% [markdown]
# ## Theory over experiment: width
#
# Sixteen times wider, in the NTK parametrization. Predict first.

# %%
lesson.predict("sixteen")

# %%
lesson.width.show()

# %% [markdown]
# Weights and features move as $m^{-1/2}$; choose the kernel, and it is $m^{-1}$ that perturbation theory expects
# ([Dyer and Gur-Ari 2020](https://arxiv.org/abs/1909.11304)), while the rate usually proved is $m^{-1/2}$. A ReLU's kernel falls a
# little slower, for it jumps where a kink passes a point; erf has no kinks. Then choose muP: nothing depends on the
# width any more, and the alignment grows. In between lies in between.
#
# Now untick **Equal speed** in muP. The weights hardly move, and it looks lazy. Read the training error: the wide net was not lazy, it
# was not trained.

# %% [markdown] tags=["instructor"]
# **Instructor.** Let them find the exponent of "between" before they choose it: the scale is $m^{1/4}$, so weights move as
# $m^{-1/4}$ and the kernel as $m^{-1/2}$. The claims table has the identity behind it: an NTK net and the mean-field net with
# output scale √m agree step by step. All exponents are for a fixed number of steps, not for training to the end.

# %% [markdown]
# ## A model that is solved
#
# Why should weights that move far find better solutions? In one small model we know. Give each weight as a product,
# $w = u^2 - v^2$, and start at $u = v = \alpha$. Large α is lazy, small α is rich.

# %%
lesson.predict("truth")

# %% [markdown]
# ## Build: a step that multiplies
#
# Gradient descent on $\tfrac12\lVert Xw - y\rVert^2$ with respect to $u$ and $v$, by the chain rule.


# %%
@lesson.exercise("diagonal_step")
def diagonal_step(u, v, X, y, lr):
    """One step of gradient descent on |X (u² - v²) - y|² / 2.  u, v (d,), X (n, d), y (n,) -> the new (u, v)."""
    # BEGIN SOLUTION
    residual = X @ (u**2 - v**2) - y
    g = X.T @ residual
    return u - 2 * lr * u * g, v + 2 * lr * v * g
    # END SOLUTION


# %%
lesson.diagonal.show()

# %% [markdown]
# The dots are your steps, run from several starts until they fit. Drag the scale from right to left: at the right, all hundred
# weights share the work; at the left, five do it. Then let the truth use all hundred weights. Now the small start is the worse one:
# rich is a *preference*, good where the truth is simple in the way the net prefers.
#
# <details><summary>Where does the closed form come from?</summary>
#
# Your step multiplies $u$ by $1 - 2\eta g$ and $v$ by $1 + 2\eta g$. With small steps the factors add up to $u = \alpha e^{z/2}$ and
# $v = \alpha e^{-z/2}$, where $z = -4\int g\,dt$. So $w = u^2 - v^2 = 2\alpha^2 \sinh z$. And $g$ is $X^\top$ times a residual, so $z =
# X^\top\nu$ with one number $\nu_i$ an example. Only one $\nu$ makes $w$ fit: the minimiser of $2\alpha^2\sum_i\cosh(X^\top\nu)_i - y^\top\nu$, which is convex.
# For large α, sinh is a line and $w$ lies in the row space of $X$: least squares. For small α only the largest entries of $X^\top\nu$ count.
# These lines are our derivation. That the scale of the start interpolates between the two norms is the result of
# [Woodworth et al. 2020](https://arxiv.org/abs/2002.09277), of which we read the abstract.
#
# </details>

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask who has seen the two ends before: the least l2 norm is ridge regression with no ridge, the least l1 norm the lasso
# with no penalty. Nobody added a penalty here; the way the weights are made did it. The usual slip in `diagonal_step` is the
# sign of v; draw $w = u^2 - v^2$ and ask which way v goes if $w$ is too small. Descent stops at the scales where it is quick;
# below, only the closed form is drawn: from a start near zero, descent leaves it very slowly.

# %% [markdown]
# ## Finite width as a correction
#
# Stay lazy for a moment, and ask how good infinity is as a description. In the NTK parametrization, from zero, the infinitely wide
# net's function is known after any number of steps. A real one differs by chance and by a bias. Average more nets: chance goes, the bias stays.

# %%
lesson.finite_width.show()

# %% [markdown]
# One net's distance falls about as one over the root of the width, that of many nets' mean about as one over the width: the
# slopes are the theory's, their heights are not. Untick the box: a random start never averages out within one net, however wide.
# ([Geiger et al. 2020](https://arxiv.org/abs/1901.01608))

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Take away
#
# - Laziness is a choice of scale. Width makes a net lazy only where the scale grows with it.
# - A lazy net fits with the kernel it was born with; a rich one turns its kernel towards the labels.
# - What a rich net prefers is built into how its weights are made: products prefer few large weights.
#
# **What this does not show.** That rich is better: on digits it was not, and where the truth is spread out it was worse. Nor that real
# nets, deep and trained with large steps, sit at either end; these had one hidden layer. The exponents are for a fixed number of
# steps, and the line of the kernels is an average over parities. What large steps do is lesson 05.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: change your `diagonal_step` to weights with three factors, $w = u^3 - v^3$. Its card will object, for it is
# another model. From which scale on does descent find the five weights now, and why are small starts slower?
#
# On a machine with a GPU, `ddlearn.training.train` takes an `Ensemble` that lives there: try the width sweep with widths in the ten
# thousands, and see whether the exponents move.
#
# [Mei, Montanari, Nguyen 2018](https://arxiv.org/abs/1804.06561) on the mean-field limit ·
# [Jacot, Gabriel, Hongler 2018](https://arxiv.org/abs/1806.07572) on the other one ·
# [Lee et al. 2019](https://arxiv.org/abs/1902.06720) on wide nets as linear models.
