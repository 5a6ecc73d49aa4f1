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
# # 2 · Learned embeddings
#
# In lesson 01 the embedding was chosen, and it had never seen a label. A network chooses its own while it learns. What does
# that buy? Today there is a line that no kernel crosses on average. You will prove it, watch a small net go under it, and then
# take the net's advantage away.
#
# **You will** write the features of a layer, a measure of what they look at, and the best kernel for a puzzle. **You need**
# lesson 01. **Time** 50 minutes. **Difficulty** 3 of 5.

# %%
from itertools import combinations

import torch

from ddlearn.lessons.learned_embeddings import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 5 predict and the film, with one learner at the slider and the room calling the steps ·
# 3 explain · 5 `features` · 3 the probe · 4 `alignment` · 6 the line, its proof at the board · 3 `oracle_kernel` (give the
# hint early) · 5 the net against the line · 2 digits · 1 quiz, the rest at home.
#
# **The one question to ask:** "What has this embedding seen that the kernel has not?" (The labels.) It answers the film, the
# parity and the first quiz item.
#
# **Usual wrong answers.** *"A plane through 64 features cannot miss 300 points that badly"*: it hits the old points and misses
# the new. *"A better kernel crosses the line"*: let them try all five, then ask which of them is allowed to know the subset.
# *"The net broke the theorem"*: the theorem fixes the kernel before the target.
#
# **Misconceptions.** That learned features are always better (the moons among noise, and the digits, say no). That random
# features are bad because they are few (their limit is drawn: infinitely many do not help either). That zero training error
# means that the features were found.
#
# **If a machine is slow:** the film, the line and the default parity each cost a second or two once, and then every slider
# is quick. *3 of 40* is the longest training; its bar shows how far it is and Cancel works.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("noise")

# %% [markdown]
# ## See
#
# A layer of 64 ReLU units embeds each point. In the middle, its weights are those of the start, for ever. On the right, they
# are those of the step that you choose. In both, the best plane is fitted to the same examples, and you look at *new* points
# along it. At step 0 the two pictures are one. Now drag **Training step** to the right, slowly.

# %%
lesson.film.show()

# %% [markdown]
# The fixed embedding is not stupid: choose no noise coordinates, and it parts the rings as well as the learned one. Among
# noise it spends its units on every coordinate alike. The learned one finds out where to look; bottom left you see it turn.
# Then choose the moons among noise, and watch the share of the two coordinates rise *and fall again*: learning goes on, and
# the embedding gets worse.

# %% [markdown]
# ## Explain
#
# A layer with weights $W$ and biases $b$ embeds x as
#
# $$\varphi(x) = \tfrac{1}{\sqrt m}\,\mathrm{relu}(Wx + b), \qquad f(x) = \tfrac{1}{\sqrt m} \sum_j a_j\, \varphi_j(x).$$
#
# Draw W and b at random, fit only the readout $a$: these are the **random features** of lesson 01, an estimate of a kernel.
# Train W and b too, and the embedding moves: φ has become a function of the labels. A net's last step is still a plane.
#
# **The recipe.** Every net of this lesson minimises half the mean squared error. A step uses a random batch of 32 examples
# (drawn with replacement), m times the gradient, the learning rate 0.1, momentum 0.9, and **weight decay** 0.001. Weight decay adds
# 0.001 times each weight to the direction of the step, so that every weight also shrinks a little at each step. The shrinking
# changes what the net finds; *The net against the line*, below, has a switch that turns it off.
#
# How much the embedding moves depends on how the net is scaled. Ours has the mean-field scale, in which features move as much
# at any width. There is another, in which a wide net hardly moves them at all: lessons 03 and 04.
#
# <details><summary>Why do the units turn towards the right coordinates? Two forces.</summary>
#
# *The gradient* makes useful weights grow. A step of gradient descent moves $w_j$ by a multiple of
# $a_j \sum_i (y_i - f(x_i))\, 1[w_j \cdot x_i + b_j > 0]\, x_i$: a mixture of the examples on which unit j is active, weighted by
# what is still wrong there. A coordinate that has nothing to do with the labels averages out, by one over the root of the
# number of examples. A coordinate that goes with the labels, on the examples where the unit is active, does not. But the
# average is never exactly zero: a net that fits noisy coordinates by chance gets weights there, too.
#
# *Weight decay* makes all weights shrink, useful or not. With momentum 0.9 each push acts ten times over, so each step multiplies a weight
# by about $1 - 10 \cdot 0.1 \cdot 0.001 = 0.999$, apart from what the gradient adds. After 300 steps, the length of this film, a weight that
# the gradient no longer renews has 74 % of its size. After 2,000 steps it has 14 %. What lasts is what the gradient keeps renewing:
# the coordinates that *all* examples need.
#
# </details>
#
# [Yehudai and Shamir 2019](https://arxiv.org/abs/1904.00687) prove that random features cannot learn even one ReLU neuron, on
# Gaussian inputs, unless their number or their weights are exponentially large in the dimension ·
# [Karkada 2024](https://arxiv.org/abs/2404.19719) on the two regimes

# %% [markdown]
# ## Build: the features of a layer
#
# One function for both worlds: with random W and b it gives random features, with trained ones learned features.


# %%
@lesson.exercise("features")
def features(x, W, b):
    """relu(w_j . x_i + b_j) / sqrt(m) for every point and unit.  x (n, d), W (m, d), b (m,) -> (n, m)."""
    # BEGIN SOLUTION
    return torch.relu(x @ W.T + b) / len(W) ** 0.5
    # END SOLUTION


# %% [markdown]
# Now a race at equal examples. Give the random units more and more company: they move towards the dotted line, a kernel in
# closed form, on which infinitely many would end.

# %%
lesson.probe.show()

# %% [markdown]
# Choose the moons: a fixed embedding is ahead for a long while. Learning one costs examples too.

# %% [markdown]
# ## Build: alignment
#
# Does an embedding look at what the labels look at? Compare its kernel with the labels' own, $y y^\top$, both centred with
# $H = I - \frac1n \mathbf 1 \mathbf 1^\top$:
#
# $$A = \frac{y_c^\top K_c\, y_c}{\lVert K_c \rVert_F\, \lVert y_c \rVert^2}, \qquad K_c = HKH, \quad y_c = Hy.$$
#
# It is a cosine: 1 if the kernel sees the labels and nothing else. ([Cortes, Mohri, Rostamizadeh
# 2012](https://jmlr.org/papers/v13/cortes12a.html))


# %%
@lesson.exercise("alignment")
def alignment(K, y):
    """The centred alignment of a kernel with the labels.  K (n, n), y (n,) -> one number."""
    # BEGIN SOLUTION
    n = len(y)
    H = torch.eye(n).to(K) - 1 / n
    K, y = H @ K @ H, H @ y
    return y @ K @ y / (K.norm() * (y @ y))
    # END SOLUTION


# %% [markdown]
# The film's sentence now reports *your* alignment.
#
# ## Theory over experiment: the line
#
# Points are strings of d signs. A **parity** of size k multiplies k of the coordinates. There are $N = \binom dk$ of them, and
# they are orthogonal: the mean of the product of two different ones, over all $2^d$ points, is zero. You get n examples of
# one. Predict first.

# %%
lesson.predict("bound")

# %%
lesson.bound.show()

# %% [markdown]
# No kernel's *average over the N parities* is below the black line, and green rings sit on it. The proof is in counting. Fix a
# kernel and n points, the same for all targets. Every prediction is then a mixture of the n functions
# $K(\cdot, x_j)$: it lies in a space V of at most n dimensions, whatever the labels are. And n dimensions have room for n of
# N orthogonal targets. With $\chi_S$ the parity of the subset S, and $\lVert g \rVert^2$ the mean of $g(x)^2$ over all $2^d$
# points,
#
# $$\frac1N \sum_S \min_{g \in V} \lVert \chi_S - g \rVert^2 \;\ge\; 1 - \frac nN.$$
#
# In words: on average over the targets, even the best function in V misses at least the share $1 - n/N$.
#
# <details><summary>The proof, in two lines</summary>
#
# With $P$ the projection on V, $\min_g \lVert \chi_S - g \rVert^2 = 1 - \lVert P\chi_S \rVert^2$, for a parity has length 1. And
# $\sum_S \lVert P\chi_S \rVert^2 \le \operatorname{tr} P \le n$, for the parities are orthonormal. The argument is folklore. It holds
# for every kernel, every penalty and every choice of points, as long as they do not depend on the target.
#
# </details>
#
# The bound says nothing about a single parity. Choose *one that knows the subset*: its average is large, and on one parity its
# error is zero. To beat the line on your target you need only know which embedding to take. Who tells you?

# %% [markdown]
# ## Build: the kernel on the line
#
# The best that one can do *without* knowing the subset: an embedding with one coordinate for every parity of size k,
# $K(x, x') = \frac1N \sum_S \chi_S(x)\, \chi_S(x')$. When yours passes, the green rings are yours.


# %%
@lesson.exercise("oracle_kernel")
def oracle_kernel(x, x2, k):
    """The mean of chi_S(x_i) chi_S(x2_j) over all subsets S of size k.  x (n, d), x2 (m, d) -> (n, m)."""
    # BEGIN SOLUTION
    subsets = list(combinations(range(x.shape[1]), k))
    one, other = (torch.stack([points[:, S].prod(1) for S in subsets], 1) for points in (x, x2))
    return one @ other.T / len(subsets)
    # END SOLUTION


# %% [markdown] tags=["instructor"]
# **Instructor.** Ask why the rings sit *on* the line: all n dimensions are spent on parities of the right size, none is wasted.
# Then ask for the polynomial kernel of degree k, which is also made of products: it spends dimensions on smaller subsets, and
# interpolating makes it worse than predicting zero. Quick learners can find the sum over subsets as a polynomial in the
# Hamming distance (Krawtchouk); `ddlearn.parities.krawtchouk` has it.

# %% [markdown]
# ## The net against the line
#
# Forty coordinates now, and nobody says which two count. The line is drawn before anything is trained. Drag **Training** to
# the right.

# %%
lesson.parity.show()

# %% [markdown]
# The net goes far below. (The line is an average over all 780 parities of two coordinates, and this net learned one. But the net
# treats all coordinates alike before training, so on average over starts and samples it does as well on any other.) Did it
# leave the world of kernels? Look at the green curve: the best plane in its hidden layer, a kernel method like any other, and
# it does as well as the net. The net did not do without a kernel. It *learned* one that weights the two coordinates most.
#
# Which of the two forces taught it? Keep *2 of 40*, 200 examples and all of the training, and untick **Weight decay**. The net
# still fits every example and still finds the two coordinates. But they have less than half of the squared weight instead of
# almost nine tenths, and the error on new points is about twenty times as large. Move **Training** and watch the lower
# right panel. In the first hundred steps both nets grow large weights on the two coordinates, and also on the other 38, which
# fit the noise of these examples. Without decay all weights then stay as they are. With decay the weights on the 38 fade, because
# the two coordinates explain every label and nothing renews the rest. So the *gradient* finds the coordinates, and *decay* removes the
# others. For *3 of 40* with 600 examples decay decides everything: with it the error is below 0.1, without it above 1.5.
#
# Now take the advantage away. Look at the left end of the curve, then choose *3 of 40* and move **Examples** to 300. The net
# fits every example, its units look nowhere in particular, and it is worse than predicting zero. Features, too, must be
# estimated from examples. ([Barak et al. 2022](https://arxiv.org/abs/2207.08799) study when networks find parities, and how
# progress hides before it shows)

# %% [markdown] tags=["instructor"]
# **Instructor.** At *3 of 40* with 600 examples stop at 30 % of the training: nothing yet; at 100 % it is there. How many
# examples are enough depends on the recipe too: with a wider net, larger batches and fewer steps we saw 600 fail. Nobody
# should leave with a magic number. The line of theory here is for the average of *any* kernel; for the net there is no line yet, only
# measurements. Lesson 06 asks what can be promised.

# %% [markdown]
# ## Where a fixed embedding wins
#
# Parities are a task on which every fixed kernel fails on average when examples are few. Here are real digits, in two classes. Predict, then look.

# %%
lesson.predict("digits")

# %%
lesson.digits.show()

# %% [markdown]
# Learned units beat as many random ones, by far. But the Gaussian kernel of lesson 01 makes the fewest errors. (Here it has
# the best of six settings, picked on the new points, in its favour. In the claims below leave-one-out chooses, and it wins as
# well.) Two pictures that are close in pixels mostly show the same digit: the fixed embedding is already a good one, and
# learning another from so few examples does not pay.
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
# ([Arora et al. 2020](https://arxiv.org/abs/1910.01663) report the like for tangent kernels on many small data sets)

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
# - A fixed kernel with n examples predicts in n dimensions, chosen before it sees a label. Its average error over N orthogonal targets
#   is at least 1 − n/N.
# - A net goes below that average because it learns its kernel from the labels: the gradient finds the coordinates, weight decay
#   removes the rest.
# - Learning an embedding takes examples. With too few it is worse than none; on small, tame data a fixed one may win.
#
# **What this does not show.** That nets beat kernels on real data: parities were made for the purpose, and the digits say
# otherwise. The line is an average over targets and says nothing of one kernel on one target. And no theorem here tells how many
# examples the *net* needs: that was measured, for one small net and one recipe, tuned for none of these data. Without weight decay
# it needs more.

# %% [markdown]
# ## Go further
#
# A stretch, checked by the card you have: write `oracle_kernel` without listing a single subset. All that matters of two points
# is the number h of coordinates in which they differ. Of the subsets of size k, how many hold j of those h? Each counts with
# the sign $(-1)^j$. The sum is a Krawtchouk polynomial, and d may then be a thousand.
#
# Everything here runs on one core; a GPU would spend its time on starting such small steps. With one, go larger: give
# `ddlearn.training.train` tensors that live there, a parity of 4 out of 50 and some ten thousand examples.
#
# [Ghorbani, Mei, Misiakiewicz, Montanari 2020](https://arxiv.org/abs/2006.13409) on when networks outperform kernels: less so
# where the inputs vary in the directions that matter, and more among noise ·
# [Cristianini et al. 2001](https://papers.nips.cc/paper/1946-on-kernel-target-alignment) on alignment
