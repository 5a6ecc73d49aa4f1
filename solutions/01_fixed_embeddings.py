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
# ![Left: disks lie in the middle of a line and squares on both sides. Right: each point x is lifted to the height x squared. A straight line now separates squares and disks.](pictures/fixed_embeddings.svg)
#
# *No single cut separates the two classes on the line. Lift each point $x$ to the height $x^2$, and a straight line does.*
#
# **Question.** A machine that sorts letters reads postal codes. It must also read a digit written a little to the right. Before
# networks learned features from data, people chose them. An **embedding** is such a choice: a list of features for each input. With one
# such list, 94 % of handwritten digits are recognized. After a shift by two pixels to the right, it is 9 %, no better than guessing. How far does a fixed
# embedding get us?
#
# **You will be able to**
# - train a kernel method by one linear system, without computing features (Exercise 1);
# - estimate the test error from the training points alone (Exercise 2);
# - choose a kernel's width from data that mislead, and defend it with a number (Exercise 3).
#
# **Before you start:** [[start_here]] · [least squares](refreshers/least_squares.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.fixed_embeddings import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict and lift, with everybody's hand up · 5 by hand, at the
# board · 4 explain · 5 Exercise 1 · 4 ridge explorer · 6 Exercise 2 · 3 digits · 2 quiz. Exercise 3, the random features and
# the problems are homework.
#
# **Board.** The two-point kernel matrix, its system, and the two residuals. Below it the parabola with one horizontal line.
#
# **The one question to ask:** "What has the embedding seen of the labels?" (Nothing.) [[learned_embeddings]] depends on this answer.
#
# **Discussion.** Of this kernel, which compares pixel by pixel.
#
# **Usual wrong answers.** *"Two planes, one for each side of the ring"*: they still look at the page, not at the lifted
# points. *"Ridge is needed because K is singular"*: a Gaussian kernel matrix of distinct points is not. The penalty is for the
# noise. *"The training error says when to stop"*: ask for its value at the smallest penalty.
#
# **Exit ticket.** "What does training change in a kernel method?"
#
# **If a machine is slow:** the digits take longest, about a second with moved copies.
#
# </details>

# %% [markdown]
# ## Recap
#
# From [[start_here]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# Now take points in the plane: one class in the middle, the other in a ring around it.

# %%
lesson.predict("lift")

# %% [markdown]
# ## See
#
# In the explorer, disks have the target $-1$ and triangles $+1$. Each entry of the menu **Kernel** stands for one embedding. The
# explorer finds the linear function of these features that fits the targets best. The zeros of this function form a flat plane
# in the embedding (a hyperplane).
# - **Left:** the points. The background is colored by the sign of the function, which is zero where the colors meet.
# - **Right:** a flat view of the embedding. The horizontal axis is the value of the function, its *score*; the plane is seen from its edge, as
#   the vertical line at 0. The vertical axis is the direction along the plane in which the points differ most. Disks belong left of 0, triangles right.
#
# Start with the linear kernel, whose features are $1$, $x_1$ and $x_2$. The polynomial kernel adds the squares and the product of $x_1$ and
# $x_2$. Which of the two succeeds, and why? Then choose the rbf kernel. Its **Width** is the distance over which points count as similar. What
# happens at the smallest width?

# %%
lesson.lift.show()

# %% [markdown]
# ## Explain: an inner product instead of features
#
# The circle $x_1^2 + x_2^2 = r^2$ is curved in the plane. In an embedding with the features $1$, $x_1^2$ and $x_2^2$, the same equation is linear, so a
# flat plane does the work.
#
# An embedding $\varphi$ sends an input $x$ to a list of features. A linear model is $f(x) = w^\top \varphi(x)$, with one weight per
# feature. We will need only inner products of features. The function
#
# $$k(x, x') = \varphi(x)^\top \varphi(x')$$
#
# is called a **kernel**. *In words:* a kernel says how similar two inputs are in the embedding.
#
# A kernel can be cheap when its embedding is long. For images of 64 pixels, $k(x, x') = (1 + x^\top x')^3$ takes 66 multiplications: 64 for
# $x^\top x'$, and 2 for the power. It is an inner product of 47,905 features.
#
# <details><summary>Which features are these?</summary>
#
# For numbers $x$ and $x'$, multiply out $(1 + xx')^2 = 1 + 2xx' + x^2x'^2$. This is the inner product of the features $(1, \sqrt2\,x, x^2)$ of
# $x$ and of $x'$. In the same way, the third power for images has one feature for each choice of three factors among 65: the 64 pixels and
# the number 1. A factor may be chosen again. These are $\binom{65 + 3 - 1}{3} = 47{,}905$ features.
#
# </details>
#
# The **rbf kernel** (radial basis function, or Gaussian kernel) is $k(x, x') = e^{-\lVert x - x'\rVert^2/(2\tau^2)}$ with the width $\tau$. It
# is 1 for equal inputs, and almost 0 at distances of a few widths. Its embedding has infinitely many features; problem 3 draws some of them.
#
# At the explorer's smallest width, each training point is similar to hardly any other. The function is right at all 120 of them, and near 0
# on most of the plane. It knows the points by heart, but only 90 % of new points get the right sign. At width 0.5 all do.
#
# In [[start_here]], the worst model reproduced noise with huge weights, and a penalty on them removed the peak. We add such a
# penalty, of size $\lambda > 0$. **Kernel ridge regression** on $n$ training points minimizes, over $w$,
#
# $$\frac1n \sum_{i=1}^n \left(f(x_i) - y_i\right)^2 + \lambda \lVert w \rVert^2.$$
#
# *In words:* the first term asks for small errors on the training points, the second for small weights. The best $w$ is a sum of
# the training points' features, with one coefficient $a_i$ per point: $w = \sum_i a_i \varphi(x_i)$. (The next box says why.) Therefore
#
# $$f(x) = \sum_{i=1}^n a_i\, k(x, x_i), \qquad (K + n\lambda I)\,a = y, \qquad K_{ij} = k(x_i, x_j).$$
#
# *In words:* to predict, add up the similarities to all training points, each times its coefficient. To train, solve one linear system. The
# targets decide only $a$, so training never changes the embedding.
#
# <details><summary>Where does this system come from?</summary>
#
# A part of $w$ that is orthogonal to all $\varphi(x_i)$ changes no prediction at a training point, and adds to the penalty. So
# the best $w$ has no such part, and $w = \sum_i a_i \varphi(x_i)$. This is the **representer theorem**. Schölkopf, Herbrich and
# Smola prove it for every loss of the $n$ predictions and every penalty that strictly grows with $\lVert w\rVert$
# ([2001, Theorem 1](https://doi.org/10.1007/3-540-44581-1_27)).
#
# Insert this $w$. The predictions at the training points are $Ka$, and $\lVert w\rVert^2 = a^\top K a$. The gradient of
# $\frac1n\lVert y - Ka\rVert^2 + \lambda\, a^\top K a$ is $\frac2n K\left[(K + n\lambda I)a - y\right]$. It vanishes where the
# bracket does.
#
# </details>

# %% [markdown]
# ## By hand
#
# Take two training points with targets $y = (3, 1)$. Their similarity is $k(x_1, x_2) = \frac12$, and $k(x, x) = 1$. Choose
# $\lambda = \frac14$, so $n\lambda = \frac12$. The system is
#
# $$\begin{pmatrix} 1.5 & 0.5\\ 0.5 & 1.5 \end{pmatrix} a = \begin{pmatrix} 3\\ 1 \end{pmatrix}, \qquad a = \begin{pmatrix} 2\\ 0 \end{pmatrix}.$$
#
# The predictions are $f(x_1) = 2 \cdot 1 = 2$ and $f(x_2) = 2 \cdot \frac12 = 1$. Row $i$ of the system says $y_i - f(x_i) = n\lambda a_i$: the error at a training
# point is its coefficient times $n\lambda$. So the errors are 1 and 0.
#
# ## Exercise 1 · Repair: `ridge`
#
# The function below should solve the system. It runs, and for the two points above it returns $(2.8, -1.2)$ where $(2, 0)$ is right.
# Repair it.


# %%
@lesson.exercise("ridge")
def ridge(K, y, penalty):
    """Solve (K + n * penalty * I) a = y for a.  K (n, n), y (n,) or (n, k) -> like y."""
    # BEGIN SOLUTION
    n = len(K)
    return torch.linalg.solve(K + n * penalty * torch.eye(n).to(K), y)
    # BEGIN GIVEN
    # n = len(K)
    # return torch.linalg.solve(K + n * penalty, y)
    # END SOLUTION


# %% [markdown]
# Now see ridge regression on a noisy wave, with the rbf kernel.
# - **Left:** the training points, the fit, and the true wave (dashed).
# - **Middle:** the residual $y_i - f(x_i)$ at each training point (squares), and the same for a fit that has not seen that point (triangles).
# - **Right:** three mean squared errors against the penalty: on the training points (dashed), on points left out (dash-dotted), and on new
#   noisy points (solid).
#
# <details><summary>The sentence below the picture also gives effective degrees of freedom. What are they?</summary>
#
# The **effective degrees of freedom** are a sum of $n$ numbers. Number $i$ is the change of the prediction at point $i$ if target $i$ rises by 1.
# The sum is between 0 (the fit ignores the targets) and $n$ (the fit repeats them). In the two-point example, raise the first target by 1. The system with the right side $(1, 0)$ gives the change of $a$, $(\frac34, -\frac14)$. So $f(x_1)$ changes by
# $\frac34 \cdot 1 - \frac14 \cdot \frac12 = 0.625$. The second point has the same number, so the sum is 1.25, out of at most 2.
#
# </details>
#
# Move **Penalty** from end to end. Which error on the right could choose it for you, without new points?

# %%
lesson.ridge.show()

# %% [markdown]
# ## Explain: an honest error from the training points
#
# The training error falls as the penalty falls, so it cannot choose one. An honest estimate needs points that the fit has
# not seen. **Leave-one-out** makes them: drop point $i$, fit the others, and predict point $i$. Call this fit $f_{-i}$. Doing so
# for all points takes $n$ fits. For ridge regression one inverse is enough. Let $A = K + n\lambda I$ and $a = A^{-1}y$. For an
# exact formula, the refits keep the number $n\lambda$ on the diagonal, although they have $n - 1$ points. Then
#
# $$y_i - f_{-i}(x_i) = \frac{a_i}{(A^{-1})_{ii}}.$$
#
# *In words:* the error at a point left out is its coefficient, divided by the diagonal entry of the inverse.
#
# **Why is one inverse enough?** Put point $i$ back, but with the target $f_{-i}(x_i)$. The fit $f_{-i}$ is the best for the other
# points and makes no error here, so it remains the best. The coefficient of point $i$ is its error divided by $n\lambda$, so it is zero. Now
# ask how far $y_i$ must fall until its coefficient is zero. Lowering $y_i$ by $r$ lowers $a_i$ by $r\,(A^{-1})_{ii}$. Hence $r = a_i/(A^{-1})_{ii}$. This fall, from $y_i$ to
# $f_{-i}(x_i)$, is the error at the point left out.
#
# In our example $A^{-1}$ has $\frac34$ on its diagonal, so the first point has the error $2/\frac34 = \frac83$. Check it without the formula: the fit to the second
# point alone has the coefficient $1/1.5 = \frac23$. It predicts $\frac13$ at the first point, and $3 - \frac13 = \frac83$.
#
# <details><summary>What if the refits use the penalty of $n - 1$ points?</summary>
#
# The argument needs the same $n\lambda$ with and without point $i$: only then is $f_{-i}$ still the best fit when the point is back. Your
# `ridge` would use $(n-1)\lambda$ for $n - 1$ points. For 40 points of the noisy wave, refits with `ridge` differ from the formula by 0.2 to 1.2 percent of the largest prediction, depending on points and penalty.
#
# [Allen (1974)](https://doi.org/10.1080/00401706.1974.10489157) chose models by predicting each point without itself; the proof
# here is the usual one.
#
# </details>
#
# ## Exercise 2 · Write: `leave_one_out`
#
# Return the prediction at each point by the fit to all others, $(\frac13, 1)$ for the two points above. Use one inverse and no loop. The
# explorer's dash-dotted curve then runs on your function.


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
# ## Exercise 3 · Decide: which width?
#
# Training never changes the embedding, but choosing a width from data does. A colleague sends a file with 80
# examples of the wave, and reports: "Leave-one-out chooses the width 0.06, with an error of 0.22." The noise has the standard deviation 0.6. Nobody
# can predict noise, so on new points even the true wave has the error $0.6^2 = 0.36$ on average. The report looks too good.
#
# Look at the rows of the file, and mend what is wrong. Then give your width, and its leave-one-out error (a mean of squares, to three
# significant digits).

# %%
from ddlearn import kernels
from ddlearn.lessons.fixed_embeddings.decisions import PENALTY, WIDTHS, file

x, y = file()  # x (80, 1), y (80,)
# Of one width: K = kernels.rbf(x, x, width) is the kernel matrix, and leave_one_out(K, y, PENALTY) are predictions.

# BEGIN SOLUTION
order = x[:, 0].argsort()[::2]  # each example is in the file twice: keep one of the two
once, targets, errors = x[order], y[order], {}
for width in WIDTHS:
    K = kernels.rbf(once, once, width)
    errors[width] = float((leave_one_out(K, targets, PENALTY) - targets).square().mean())
width = min(errors, key=errors.get)
error = errors[width]
# BEGIN GIVEN
# width, error = TODO, TODO
# END SOLUTION
lesson.decide("width", width, error)

# %% [markdown]
# ## Where it breaks
#
# Here are real handwritten digits of 8 × 8 pixels, with an empty border of two pixels so that a moved digit stays inside. The
# classifier is your `ridge` on an rbf kernel of the pixels, of width 2. For each of the ten digits it fits a function with the target 0.9 for
# that digit and −0.1 for the others. The function with the largest value names the digit. The explorer moves the *test* digits only.
# - **Left:** eight test digits, each with the classifier's name for it.
# - **Right:** the share of test digits that are named correctly, against the shift.
#
# Guess the accuracy after one pixel. Then move **Shift right** by one, and by two.

# %%
lesson.digits.show()

# %% [markdown]
# The rbf kernel depends on $\lVert x - x'\rVert^2$, a sum over pixels. A moved digit has its ink on other pixels. So it is far from all training
# points, and all ten functions are small there. The largest of these ten small values says little about the digit. Training only chooses
# coefficients: it cannot make the moved digit similar to the training digits of its class. And leave-one-out did not warn us: the digit left
# out is centered, like all others. There are two ways out.
# - **Train on moved digits.** Tick **Train on moved copies too**. Each training digit gets two copies, moved two pixels left and
#   right. For these moves the accuracy rises to 95 %. For a move by one pixel to the right, which no copy shows, it rises only from
#   52 % to 74 %.
# - **Learn the embedding** from the labels, as in [[learned_embeddings]].
#
# **Discuss:** Is this a weakness of kernels, or of this kernel? Find a kernel for which digit and moved digit are the same point.
#
# <details><summary>An answer</summary>
#
# Of this kernel. Take the features of all moved copies of a digit, and use their mean as its embedding. If ink that leaves the frame returns on the other side,
# a digit and its moved copy have the same copies, so they are the same point. But somebody has to know that moves do not matter.
#
# </details>

# %% [markdown]
# ## Claims
#
# [[start_here]] explains band and control. One claim is that the shortcut for leave-one-out equals $n$ refits, within a band for rounding. The
# control, refits with $(n-1)\lambda$, must fall outside.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **How far does a fixed embedding get us?** To 94 % of centered digits, but to 9 % of those moved two pixels to the right.
#   Moved copies restore 95 % for the moves that they show, but only 74 % for one pixel to the right.
# - A [kernel](GLOSSARY.md#kernel) is an inner product in an [embedding](GLOSSARY.md#embedding).
# - Training solves one linear system. It changes the plane, never the embedding.
# - The [leave-one-out error](GLOSSARY.md#leave-one-out-error) costs one inverse. It can choose a penalty or a width, if the
#   fit has really not seen the point left out.
#
# **What this does not show.** Kernels need not be weak: a well-chosen one does well on small data. And leave-one-out remains an estimate.

# %% [markdown]
# ## Problems
#
# **1. The kernel of the picture (easy).** For $\varphi(x) = (1, x, x^2)$, write $k(x, x')$, and compute $K$ for the points $-1$, $0$ and $2$. With
# $v = (1, -2, 1)$, compute $v^\top K v$ twice: from $K$, and as the squared length of $\varphi(-1) - 2\varphi(0) + \varphi(2)$. Why can it never be negative?
#
# **2. The Gaussian kernel matrix (checked below).** Write `gram` without a loop.
#
# **3. Random features (explorer below).** Draw $p/2$ vectors $g$ with independent Gaussian entries of mean 0 and standard deviation $1/\tau$. The features
# $\cos(g^\top x)$ and $\sin(g^\top x)$, times $\sqrt{2/p}$, are $p$ *random features*. The inner product of the features of $x$ and $x'$
# estimates the rbf kernel, and is equal to it on average over the draws of $g$. How many times more features give a tenth of the error?
#
# **4. Leverage (hard).** Let $H = K(K + n\lambda I)^{-1}$, so that $Hy$ are the fitted values. The entry $H_{ii}$, the *leverage*, is the change of prediction $i$
# if target $i$ rises by 1. Their sum is the effective degrees of freedom. Show that $y_i - f_{-i}(x_i) = (y_i - f(x_i)) / (1 - H_{ii})$. What is $H_{ii}$ under the rbf kernel
# for a point far from all others?


# %%
@lesson.problem("gram")
def gram(x, x2, width):
    """exp(-|x_i - x2_j|^2 / (2 width^2)) for all pairs.  x (n, d), x2 (m, d) -> (n, m)."""
    # BEGIN SOLUTION
    differences = x[:, None, :] - x2[None, :, :]
    return torch.exp(-(differences**2).sum(-1) / (2 * width**2))
    # END SOLUTION


# %%
lesson.features.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $k(x, x') = 1 + xx' + x^2x'^2$. The matrix $K$ has the rows $(3, 1, 3)$, $(1, 1, 1)$ and $(3, 1, 21)$, and $v^\top K v = 26$. The vector is
# $\varphi(-1) - 2\varphi(0) + \varphi(2) = (0, 1, 5)$, of squared length 26. A squared length is never negative.
#
# **2.** See the cell above. `x[:, None, :] - x2[None, :, :]` has shape $(n, m, d)$. Sum the squares over the last axis.
#
# **3.** An average of independent draws has an error that falls as one over the square root of their number. A tenth of the error takes a
# hundred times as many features. The dashed line of the explorer is computed from the kernel alone, with its constant.
# [Sutherland and Schneider 2015](https://arxiv.org/abs/1506.02785) give the variance of one pair, and
# [Rahimi and Recht 2007](https://papers.nips.cc/paper/3182-random-features-for-large-scale-kernel-machines) bound the largest error over
# all pairs. The second choice in the menu is a layer of random ReLU units. A wide network at its start is a kernel too, the
# arc-cosine kernel of [Cho and Saul 2009](https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning).
#
# **4.** $I - H = n\lambda A^{-1}$ with $A = K + n\lambda I$. So $y_i - f(x_i) = n\lambda a_i$ and $1 - H_{ii} = n\lambda (A^{-1})_{ii}$. Their
# ratio is $a_i/(A^{-1})_{ii}$. For a point far from all others, row $i$ of $K$ is zero but for $K_{ii} = 1$, so
# $H_{ii} = 1/(1 + n\lambda)$. With a small penalty this is close to 1: the point predicts itself, and its residual says little.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Four papers</summary>
#
# - Boser, Guyon, Vapnik: [A training algorithm for optimal margin classifiers](https://doi.org/10.1145/130385.130401) (1992). Kernels
#   become a tool for learning.
# - Schölkopf, Herbrich, Smola: [A generalized representer theorem](https://doi.org/10.1007/3-540-44581-1_27) (2001). One coefficient per
#   point is enough.
# - Efron: [The estimation of prediction error](https://doi.org/10.1198/016214504000000692) (2004). Degrees of freedom.
# - LeCun, Bottou, Bengio, Haffner: [Gradient-based learning applied to document recognition](https://doi.org/10.1109/5.726791) (1998).
#   Shifts, built in.
#
# </details>
#
# <details><summary>Where do the digits come from?</summary>
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# </details>
#
# **Next:** [[learned_embeddings]], Learned embeddings.
