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
# # 1 · Fixed embeddings
#
# A blob of orange sits inside a ring of blue. No line parts them. In 2000 we would not have learned a better view of the data:
# we would have *chosen* one, in which a flat plane does the work. How far does a chosen view carry, and where does it end?
#
# **You will** write the three functions on which kernel methods stand. **You need** lesson 00, matrices, and one linear
# system. **Time** 45 minutes. **Difficulty** 2 of 5.

# %%
import torch

from ddlearn.lessons.fixed_embeddings import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 3 predict and lift with everybody's hand up · 6 explain at the board · 6 `gram` · 6
# `ridge` and its explorer · 8 `leave_one_out` · 4 digits · 4 quiz. Skip the random features in class; they read well at home.
#
# **The one question to ask:** "What has the embedding seen of the labels?" (Nothing.) The whole of lesson 02 hangs on it.
#
# **Usual wrong answers.** *"Two planes, one for each side of the ring"*: they still look at the page. *"Ridge is needed because
# K is singular"*: a Gaussian gram matrix of distinct points is not, only nearly; the penalty is there for the noise. *"The
# training error tells when to stop"*: ask for its value at the smallest penalty.
#
# **If a machine is slow:** everything here runs on one core. The digits take the longest, about a second with moved copies.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("lift")

# %% [markdown]
# ## See
#
# Left, the page. Right, the same points *where the kernel puts them*, seen along the plane that was fitted there. Start with
# the linear kernel, then choose the polynomial one, then the rbf (Gaussian) one, and drag its width from one end to the other.

# %%
lesson.lift.show()

# %% [markdown]
# ## Explain
#
# An **embedding** φ sends a point x to a list of features. The third coordinate x₁² + x₂² is one: in it a circle is a height,
# and a flat plane cuts at that height. Linear methods then do the rest, and linear methods are understood.
#
# Rich embeddings are long, some infinitely so. But a linear method needs only inner products, and many of them come cheap:
#
# $$K(x, x') = \langle \varphi(x), \varphi(x') \rangle, \qquad K_{\text{rbf}}(x, x') = e^{-\lVert x - x' \rVert^2 / 2w^2}.$$
#
# That is the **kernel trick**. The matrix of all $K(x_i, x_j)$ is the **gram matrix**. The best plane, with a penalty λ on its
# steepness, is $f(x) = \sum_j \alpha_j K(x, x_j)$, with one weight a point from one linear system:
#
# $$(K + n\lambda I)\,\alpha = y.$$
#
# <details><summary>Where does this system come from?</summary>
#
# Minimise $\frac1n \lVert y - K\alpha \rVert^2 + \lambda\, \alpha^\top K \alpha$. Its gradient is $\frac2n K\,(K\alpha - y) + 2\lambda K\alpha$,
# which vanishes when $K\,[(K + n\lambda I)\alpha - y] = 0$. The bracket's zero is a solution. No other direction of the
# embedding can help: one that is orthogonal to every $\varphi(x_j)$ changes no prediction and only adds to the penalty.
# This last step is the **representer theorem**. Schölkopf, Herbrich and Smola prove it for any loss of the n predictions and any
# penalty that strictly grows with the function's norm: every minimizer is such a sum over the training points.
#
# </details>
#
# The width $w$ decides how far a point's opinion reaches. Too narrow, and each point speaks for itself alone; too wide, and
# all speak in unison.
#
# [Boser, Guyon, Vapnik 1992](https://doi.org/10.1145/130385.130401) ·
# [Schölkopf, Herbrich, Smola 2001](https://doi.org/10.1007/3-540-44581-1_27)

# %% [markdown]
# ## Build: the gram matrix
#
# Write the Gaussian kernel between every row of `x` and every row of `x2`. When it passes, the lift above runs on it.


# %%
@lesson.exercise("gram")
def gram(x, x2, width):
    """exp(-|x_i - x2_j|^2 / (2 width^2)) for all pairs.  x (n, d), x2 (m, d) -> (n, m)."""
    # BEGIN SOLUTION
    differences = x[:, None, :] - x2[None, :, :]
    return torch.exp(-(differences**2).sum(-1) / (2 * width**2))
    # END SOLUTION


# %% [markdown]
# ## Build: ridge regression
#
# The course computes in float64, with about sixteen digits, while torch makes float32 unless told otherwise. So give each new
# tensor the dtype of the arguments: `torch.eye(n, dtype=K.dtype)` is the identity matrix here.


# %%
@lesson.exercise("ridge")
def ridge(K, y, penalty):
    """Solve (K + n * penalty * I) alpha = y for alpha.  K (n, n), y (n,) or (n, k) -> like y."""
    # BEGIN SOLUTION
    n = len(K)
    return torch.linalg.solve(K + n * penalty * torch.eye(n).to(K), y)
    # END SOLUTION


# %% [markdown]
# Now on a curve with noise. Pull **Penalty** from end to end and watch the dots: the training error only ever grows with it,
# the test error has a valley. In the middle, what is left over at each point, once fitted with that point and once without.

# %%
lesson.ridge.show()

# %% [markdown]
# ## Build: leave-one-out
#
# An honest error needs points that the fit has not seen. Leave one out, fit the rest, predict it; then the next. That is n
# fits. But for ridge regression all n answers follow from one inverse. Let $f_{-i}$ be the fit to the other $n - 1$ points
# *with the same number $n\lambda$ on the diagonal*. With $A = K + n\lambda I$ and $\alpha = A^{-1}y$,
#
# $$y_i - f_{-i}(x_i) = \frac{\alpha_i}{(A^{-1})_{ii}}.$$
#
# Note the number on the diagonal. Your `ridge` would use $(n - 1)\lambda$ for $n - 1$ points, a slightly weaker penalty. Refits by
# `ridge` itself therefore differ a little from this formula: for 40 points of a noisy wave by 0.2 to 1.2 percent of the largest
# prediction.
#
# Write it with one inverse and without a loop.


# %%
@lesson.exercise("leave_one_out")
def leave_one_out(K, y, penalty):
    """The prediction at every point by the fit to all others.  K (n, n), y (n,) -> (n,)."""
    # BEGIN SOLUTION
    n = len(K)
    inverse = torch.linalg.inv(K + n * penalty * torch.eye(n).to(K))
    return y - (inverse @ y) / inverse.diagonal()
    # END SOLUTION


# %% [markdown]
# <details><summary>Why is this exact?</summary>
#
# Hold $n\lambda$ fixed. A fit minimises $\sum_j (y_j - f(x_j))^2 + n\lambda \lVert f \rVert^2$, over all points or over all but point i.
# Now replace $y_i$ by the prediction $f_{-i}(x_i)$ and fit all n points. The fit $f_{-i}$ is still the best: the new term of
# the sum is zero for it, and it minimises all other terms. Its weight on point i is zero. So entry i of $A^{-1}(y - r\,e_i)$
# is zero, where $r = y_i - f_{-i}(x_i)$ and $e_i$ has a one in entry i and zeros elsewhere. That entry is
# $\alpha_i - r\,(A^{-1})_{ii}$. With $(n - 1)\lambda$ for the refit the two sums would have different penalties, and the second
# step would fail. ([Allen 1974](https://doi.org/10.1080/00401706.1974.10489157)
# chose models by predicting each point without itself; the proof here is the usual one.)
#
# </details>
#
# The purple curve of the explorer above is this function along a whole path of penalties. Its valley lies near the test error's,
# and no new point was needed.

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask for the leverage $h_{ii}$ of a point alone at the end of the line (near 1: it predicts itself) and of one in
# a crowd (near 0). The commonest slip is to return the residual; the card says so. A quick group can show that the shortcut
# with the *mean* of the diagonal is generalized cross-validation, and meet it again in lesson 06.

# %% [markdown]
# ## Theory over experiment
#
# The Gaussian kernel's embedding has infinitely many coordinates. Take D of them at random instead: cosines and sines of random
# waves. Their inner products are *averages*, and averages err by $1/\sqrt{D}$. Predict first.

# %%
lesson.predict("tenfold")

# %%
lesson.features.show()

# %% [markdown]
# The dashed line was computed from the kernel alone, constant and all; nothing was fitted. Nor does the number of dimensions
# slow the averages down. (Rahimi and Recht's theorem is about another number, the *largest* error over all pairs of points in a
# bounded region. Sutherland and Schneider improve it. They also give the variance of one pair, which is drawn here.) The second choice in the menu is a layer of random ReLU units, of which no weight is ever trained: a wide network at its start *is* a kernel, the arc-cosine
# kernel. Keep that for lesson 03. ([Rahimi and Recht 2007](https://papers.nips.cc/paper/3182-random-features-for-large-scale-kernel-machines),
# [Cho and Saul 2009](https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning))

# %% [markdown]
# ## Where a fixed embedding ends
#
# Real handwritten digits, each in the middle of a small frame. The classifier is your `ridge` on your `gram`. Now move the
# *test* digits by one pixel, then by two. For you nothing has changed.

# %%
lesson.digits.show()

# %% [markdown]
# Pixel by pixel, a moved digit is a different point, far from where it was; the embedding was fixed before it saw a digit and
# cannot know better. Tick the last box: we *tell* it, by training on copies moved left and right, and it works again, for those moves. The
# other way out is to let the data shape the embedding. That is lesson 02.
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).

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
# - A kernel is an inner product in an embedding that was chosen; learning is one linear system in it.
# - Leave-one-out costs one inverse, and tells what the training error cannot.
# - The embedding never looks at the labels, so it does not know which differences matter.
#
# **What this does not show.** That kernels are weak: with the right kernel they are hard to beat on small data, and on centred
# digits they are excellent. And leave-one-out is an estimate, not a guarantee; lesson 06 asks what can be promised.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: replace the body of `gram` by the Laplace kernel, $e^{-\lVert x - x' \rVert / w}$. Its card will object, for it
# is no Gaussian. Compare the two in the ridge explorer's menu on a noisy curve: which one is rough, and why does that hurt less
# than you would think?
#
# On a machine with a GPU the digits and the random features above ran on it already, and so did your functions: they take
# their tensors from where they are. For more points than fit a laptop, hand `ddlearn.ridge.ridge_path` tensors that live there.
#
# [Efron 2004](https://doi.org/10.1198/016214504000000692) on degrees of freedom ·
# [Sutherland and Schneider 2015](https://arxiv.org/abs/1506.02785) on the error of random Fourier features ·
# [LeCun, Bottou, Bengio, Haffner 1998](https://doi.org/10.1109/5.726791) on building shifts into the network.
