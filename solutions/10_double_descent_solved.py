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
# # 10 · Double descent, solved
#
# ![Left: a thin ellipse of targets, with a small circle of noise at its end. Right: a circle of weights, with a long ellipse of noise.](pictures/double_descent_solved.svg)
#
# *Right: weights of one length form a circle. Left: the targets that they predict form the thin blue ellipse. Solving goes from left to
# right, and stretches the small circle of noise.*
#
# **Question.** In [[start_here]] the test error exploded where features were as many as examples, and fell again beyond. With 200 features, 180 noisy examples can give
# nearly three times the error of 100. Why? Can a formula draw the curve, even for real images, before anything is fitted?
#
# **You will be able to**
# - compute the shortest fit, by one division per direction (Exercise 1);
# - predict the error of linear regression at every size, from four numbers (Exercise 2);
# - decide whether more data help, and defend it with a number (Exercise 3).
#
# **Before you start:** [[fixed_embeddings]] · [singular values](refreshers/singular_values.md) ·
# [bias and variance](refreshers/bias_and_variance.md) · [least squares](refreshers/least_squares.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.double_descent_solved import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict · 6 by hand, at the board · 4 the peak · 5 explain · 5 Exercise 1 ·
# 3 digits · 4 why, one change at a time · 2 quiz. The rest is homework.
#
# **Board.** The design, its two singular values, and the three fits.
#
# **The one question to ask:** "At $p = n$ and at $p = 2n$ the fit passes through every noisy label. Why is one terrible and the other fine?"
#
# **Discussion.** Near the peak, the smallest singular value is tiny and the weights are long. A slightly larger penalty, or twice as many features, then lowers the error at once.
#
# **The answer to the question.** At $p = n$ the noise is divided by a tiny singular value, so the weights go far.
#
# **Usual wrong answers.** *"At the peak it overfits"*: beyond it too. *"The second minimum is lower"*: change **Signal**.
#
# **Exit ticket.** "A wide design has no small singular value. Why?"
#
# **If a machine is slow:** the fits to the digits take a few seconds.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("peak")

# %% [markdown]
# ## By hand
#
# Take two examples with two features. Their **design** $X$, the true weights $w_\star$ and the true targets are
#
# $$X = \begin{pmatrix} 1.1 & 0.9\\ 0.9 & 1.1 \end{pmatrix}, \qquad w_\star = \begin{pmatrix} 1\\ 1 \end{pmatrix}, \qquad Xw_\star = \begin{pmatrix} 2\\ 2 \end{pmatrix}.$$
#
# *In words:* the two examples (rows) are similar. $X$ turns $(1, 1)$ into $(2, 2)$, and $(1, -1)$ into $(0.2, -0.2)$. The factors 2 and 0.2 are its singular
# values. We call $(1, -1)$ the **weak direction**.
#
# The measured targets are $y = (2.1, 1.9)$. So the noise is $(0.1, -0.1)$, in the weak direction. Solving divides it by 0.2, and the
# fit is $w = w_\star + (0.5, -0.5) = (1.5, 0.5)$. Noise of $(0.1, 0.1)$ would be divided by 2 only, giving $w = (1.05, 1.05)$.
#
# **One more feature,** which the truth does not use, adds the column $c = (1, -1)$. Squared singular values are eigenvalues of $XX^\top$, which becomes $XX^\top + cc^\top$. The column lies in the weak direction (of targets too, as $X$ is
# symmetric). So only the eigenvalue 0.04 grows, by $\lVert c\rVert^2 = 2$, to $2.04 = 1.43^2$. Of the many weights that fit both targets we take the shortest: without noise, $(1, 1, 0)$. The noise, of length 0.14, moves this fit
# by $0.14/1.43 = 0.10$, not by $0.14/0.2 = 0.71$ (the table has the squares). The column helps only because small weights can now fit the noise.
#
# **Or a penalty.** Keep the two features, and use [[fixed_embeddings|ridge regression]] with $\lambda = 0.1$, so $n\lambda = 0.2$. Ridge multiplies by $s/(s^2 + n\lambda)$ instead of $1/s$, that is, it divides by
# $s + n\lambda/s$. This is 1.2 instead of 0.2 in the weak direction, and 2.1 instead of 2 in the strong one.
#
# | design | singular values | fit $w$ | ‖*w* − *w*⋆‖² |
# |---|---|---|---|
# | 2 features | 2 and 0.2 | (1.5, 0.5) | 0.5 |
# | 3 features, shortest | 2 and 1.43 | (1.010, 0.990, 0.098) | 0.0098 |
# | 2 features, ridge | 2 and 0.2 | (1.036, 0.869) | 0.0184 |

# %% [markdown]
# ## See
#
# In the explorer, $n$ examples have $p$ features, independent Gaussian numbers of variance 1. The **excess risk** is the mean squared distance of predictions from the true targets of new points.
# Here it is $\lVert w - w_\star\rVert^2$. The true weights have length 1, so predicting 0 has risk 1. At the start, the noise in the targets has variance 0.2.
# - **Left:** the risk against $p/n$. Dots are medians of six random designs, the band is their range. The dashed line is a formula, not fitted.
# - **Right:** its parts. Bias² is what the fit misses of the true weights, variance what the noise adds.
#
# Move **Noise variance** to zero, and back. Then change **Examples** from 40 to 60: now 60 features are at $p/n = 1$, not 1.5. Did more data help?

# %%
lesson.peak.show()

# %% [markdown]
# ## Explain: noise is divided by singular values
#
# Let $y$ be $Xw_\star$ plus noise of variance $\sigma^2$. Let $r^2 = \lVert w_\star\rVert^2$ be the **signal**. Write $X = U \operatorname{diag}(s)\,V^\top$ with its $\min(n, p)$ singular values $s_i$. Of all weights with the smallest squared
# error, the shortest are
#
# $$w = V \operatorname{diag}(1/s)\, U^\top y.$$
#
# *In words:* write the targets in the directions $u_i$, divide each coordinate by $s_i$, and go back along $v_i$. The risk has two parts.
#
# - **Variance:** $\sigma^2 \sum_i 1/s_i^2$, because the noise along each $u_i$ is divided by $s_i$. By hand, $\sum_i 1/s_i^2$ is 25.25 with two features and 0.74 with three.
# - **Bias²:** $r^2(1 - n/p)$ for $p > n$, else zero. The examples span $n$ of $p$ directions. In the others the shortest $w$ is zero: it misses the share $1 - n/p$ of the signal on average.
#
# A small singular value means that some combination of columns nearly vanishes. Take one column. In a square design, the others span all directions but one. The column's part along this one
# is a single Gaussian number. If it is close to zero, the others nearly make up the column. In a tall design the column has parts along many free directions, rarely all small. Wide designs are tall ones, transposed. Averaged over Gaussian designs,
#
# $$\mathbb{E} \sum_i \frac1{s_i^2} = \frac{\min(n, p)}{|p - n| - 1}, \qquad \text{infinite for } |p - n| \le 1.$$
#
# *In words:* the variance grows as $p$ approaches $n$ from either side. For $n = 40$ the fraction is $20/19$ at $p = 20$, 38 at $p = 38$ and $40/39$ at
# $p = 80$. With signal 1, noise variance 0.2 and 60 features, 40 examples have the risk $\frac13 + 0.2 \cdot \frac{40}{19} = 0.75$. With 60 examples the fraction is infinite: more data hurt. Rare designs with a singular value close to zero make the mean infinite. The median stays finite. Without noise only the bias is left, without a peak.
#
# <details><summary>Where does this average come from?</summary>
#
# For $p < n$ the sum is the trace of $(X^\top X)^{-1}$. By block inversion, its diagonal entry $j$ is one over the squared length of the part of column $j$ outside the
# span of the other columns. That part has $n - p + 1$ free directions, so its squared length is a $\chi^2$ variable with $\nu = n - p + 1$ degrees of
# freedom, and $\mathbb{E}\,1/\chi^2_\nu = 1/(\nu - 2)$. There are $p$ entries. For $p > n$, rows and columns exchange their roles. As for the bias, a
# random subspace of $n$ dimensions contains on average the share $n/p$ of $\lVert w_\star\rVert^2$. In a square design the smallest singular value is of order $1/\sqrt n$.
#
# </details>
#
# <details><summary>What happens for many examples, and whose results are these?</summary>
#
# Let $n$ grow with $g = p/n$ fixed. The risk approaches $\sigma^2 g/(1-g)$ for $g < 1$ and $r^2(1 - 1/g) + \sigma^2/(g-1)$ for $g > 1$. For Gaussian
# designs this follows from the formula. [Hastie, Montanari, Rosset and Tibshirani (2022)](https://arxiv.org/abs/1903.08560) prove such limits, as their abstract says, for inputs
# $\Sigma^{1/2} z$, where $z$ has independent entries. Here $\Sigma$ is the identity. Formulas for finite $n$ and $p$ are in
# [Belkin, Hsu and Xu (2020)](https://arxiv.org/abs/1903.07571), after [Breiman and Freedman (1983)](https://doi.org/10.1080/01621459.1983.10477941).
#
# </details>

# %% [markdown]
# ## Exercise 1 · Repair: `min_norm_fit`
#
# The function should return the shortest fit, for $p < n$ and $p > n$, to each column of `y`. For By hand's two features it returns $(1.12, 0.83)$ instead of $(1.5, 0.5)$. It would lower the peak of
# the explorer from 11 to 2.


# %%
@lesson.exercise("min_norm_fit")
def min_norm_fit(X, y):
    """Of all w with the smallest |y - X w|^2 the shortest, column by column.  X (n, p), y (n, k) -> (p, k)."""
    # BEGIN SOLUTION
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return Vh.T @ ((U.T @ y) / s[:, None])
    # BEGIN GIVEN
    # p = X.shape[1]
    # return torch.linalg.solve(X.T @ X + 0.1 * torch.eye(p).to(X), X.T @ y)
    # END SOLUTION


# %% [markdown]
# ## Exercise 2 · Write: `risk`
#
# Return the expected excess risk for any $n$ and $p$, the dashed line. Without noise it is finite everywhere. For the Question, with
# $p = 200$, signal 1 and noise 0.2, it gives 0.70 at $n = 100$ and 1.99 at $n = 180$.


# %%
@lesson.exercise("risk")
def risk(n, p, signal, noise):
    """Expected excess risk of the shortest fit, n examples, p features; signal is r², noise is σ² -> a number."""
    # BEGIN SOLUTION
    bias = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return bias
    if abs(p - n) <= 1:
        return float("inf")
    return bias + noise * min(n, p) / (abs(p - n) - 1)
    # END SOLUTION


# %% [markdown]
# ## Explain: the penalty, and who wins
#
# **A penalty removes the peak.** By hand's factor $s_i/(s_i^2 + n\lambda)$ is nearly $1/s_i$ for strong directions. For weak ones it is nearly 0, so
# their noise is not amplified.
#
# **How large?** The best penalty grows with the noise: $\lambda = \sigma^2 p/(n r^2)$, whatever the design. With this penalty and many examples, the risk is
# $\frac12\left(a + \sqrt{a^2 + 4 r^2 \sigma^2}\right)$, where $a = r^2(1 - n/p) - \sigma^2$. *In words:* the risk grows with $a$, which grows smoothly with $p/n$: there is no peak. For $r^2 = 1$ and $\sigma^2 = 0.2$ the risk
# at $p = n$ is 0.36, not infinite. In the first explorer, choose the *best penalty* (**More controls**).
#
# <details><summary>Why is one penalty the best for every direction?</summary>
#
# Let $c = n\lambda$. Averaged over noise and directions of $w_\star$, a direction costs $(r^2/p)\,c^2/(s^2+c)^2 + \sigma^2 s^2/(s^2+c)^2$. The derivative in $c$ is
# $2 s^2 (c\, r^2/p - \sigma^2)/(s^2+c)^3$. It is zero at $c = \sigma^2 p / r^2$, whatever $s$ is. With this penalty, more examples never hurt
# ([Nakkiran, Venkat, Kakade and Ma 2021](https://arxiv.org/abs/2003.01897)). The risk with it is a limit of Hastie and others (2022).
#
# </details>
#
# **Who wins?** Until now the truth had exactly the features of the fit. Now let it have very many, sorted by importance. A fit uses the first $p$. What they miss adds to the risk, and also acts as noise.
# In the first explorer, with 40 examples and the *shortest fit*, change **Signal**:
# - *most of it in the first*: the risk descends twice, but the first minimum, 0.45 at 16 features, is lower than the second, 0.71 at 77.
# - *spread over many*: wide fits win, **but all fits are poor**: the best risk is 0.93.
#
# <details><summary>How much do the first features capture?</summary>
#
# In the explorer, the first $p$ features capture the share $1 - (1 + p/n)^{-b}$ of the signal, with $b = 5$ or $b = 1$. The numbers above are the formula's, for
# 40 examples and noise 0.2. Hastie and others treat such misspecified models in the limit.
#
# </details>

# %% [markdown]
# ## Exercise 3 · Decide: buy more examples?
#
# You have 150 examples, 200 features, signal 1, noise variance 0.2, and no penalty. Should you buy 60 more examples? Give three numbers: the risk now; the smallest
# number of examples above 150 with a risk no larger; the risk now with the best penalty.

# %%
# BEGIN SOLUTION
now = risk(150, 200, 1, 0.2)
enough = next(n for n in range(151, 1000) if risk(n, 200, 1, 0.2) <= now)
a = 1 - 150 / 200 - 0.2
tuned = (a + (a**2 + 4 * 0.2) ** 0.5) / 2
# BEGIN GIVEN
# now, enough, tuned = TODO, TODO, TODO
# END SOLUTION
lesson.decide("buy", now, enough, tuned)

# %% [markdown]
# ## Theory over experiment: real digits
#
# Now an image $x$ has $N$ [random features](GLOSSARY.md#random-features) $\cos(g^\top x + c)$, with random $g$ and $c$. With very many, the fit is that of the
# [[fixed_embeddings|rbf kernel]]. Fits learn from $n = 200$ digits. Before any fit, take the eigenvalues $\lambda_i$ of the kernel matrix of all digits, and the labels' part along each eigenvector.
#
# As in [[learning_curves]], there is a water level, here $\gamma$: the share $\lambda_i/(\lambda_i + \gamma)$ of part $i$ is learned. Without a penalty, the shares add up to
# $\min(n, N)$. This fixes $\gamma$. **The peak:** for $N < n$, the theory multiplies what is not learned, noise included, by $n/(n - N) = 1 + N/(n - N)$. The 1 counts this part itself, the rest the variance that it causes as noise (*Explain*). The factor is 2 at 100 features, 20 at 190, infinite at 200.
# - **Left:** the eigenvalues, and the part of the labels outside the first $i$ eigenvectors (dashed).
# - **Right:** the squared error on new digits against $N$ (dashed: theory).
#
# At the start, 10 % of the training labels are wrong (**Wrong labels**). Tick **Make the fits too**. Then choose *the theory's best* penalty.

# %%
lesson.images.show()

# %% [markdown]
# Away from the peak, theory and fits differ by 3 % (median). The peak is at 200 features, not at 2,000: each output has its own weights and
# 200 labels.
#
# <details><summary>Which formula is it, and which part is a heuristic?</summary>
#
# The formula is that of [Simon, Karkada, Ghosh and Belkin (2024)](https://arxiv.org/abs/2311.14646). It predicts the error on a digit drawn from *all* digits, the
# training digits included. We measure on the others only. A correction of our own takes the training digits out of the prediction. This correction is a heuristic, which we tested on images only.
#
# Where 10 % of the labels are wrong, the best prediction is the *expected* label: 0.9 for the true class, and 0.1 shared by the other nine. The squared error is the squared distance to it.
# The picture itself, without the theory, is that of [Belkin, Hsu, Ma and Mandal (2019)](https://arxiv.org/abs/1812.11118).
#
# </details>

# %% [markdown]
# ## Why? Three factors
#
# Take 100 digits without a wrong label. The best weights for *all* digits leave a part $\varepsilon$ of these 100 labels unexplained, which acts as noise.
# At a new digit with features $x$, each direction $i$ of the design adds a product to the prediction's error:
#
# $$\frac{1}{s_i} \;\times\; \left(u_i^\top \varepsilon\right) \;\times\; \left(x^\top v_i\right).$$
#
# *In words:* a peak needs a weak direction, an unexplained part of the labels along it, and new digits with a part along it.
# - **Left:** the error with one **Change** (circles) and without (gray).
# - **Right:** a view of the peak: the weakest singular value over the largest, bias² and variance, or [effective parameters](GLOSSARY.md#effective-parameters).
#
# <details><summary>What are effective parameters?</summary>
#
# With noise of variance 1, least squares with $p < n$ weights has the variance $p/n$, averaged over the *training* points. So $n$ times the variance counts weights. We take the same count at *new* points $x$.
# For the shortest fit it is
#
# $$n \cdot \text{mean over new } x \text{ of } \sum_i (x^\top v_i)^2/s_i^2.$$
#
# *In words:* a weak direction counts as many parameters, because its noise is amplified. The number is largest at the peak, and falls beyond.
#
# </details>
#
# The first three changes of the menu remove one factor each. The last three are settings of solvers. A **rank cut-off** counts
# singular values below a share of the largest as zero. Which changes leave a peak?

# %%
lesson.why.show()

# %% [markdown]
# Remove one factor, and no peak is left ([Schaeffer and others 2023](https://arxiv.org/abs/2303.14151)). A weak
# direction makes the variance large, and effective parameters measure this variance. Against them (**Right panel**), the error runs to the right up to the peak,
# then back. Wide fits have *fewer* effective parameters than fits near the peak: 246 with 400 features, 699 with 85 ([Curth, Jeffares and van der Schaar 2023](https://arxiv.org/abs/2310.18988)).

# %% [markdown]
# ## Where it breaks
#
# - **Solvers hide the peak.** A rank cut-off drops weak directions, and the default one for float32 is large.
# - **The second descent need not win.** Give the digits 20 % wrong labels and (**More controls**) a kernel of width 3. The widest fit loses: 0.50, against 0.39 at 32 features.
# - **The theory knew all labels,** the test digits' too, so it cannot choose a penalty for your own data. Leave-one-out can ([[fixed_embeddings]]).
#
# **Discuss:** You add examples to your own data, and the error grows. How do you find out whether this peak is the cause?

# %% [markdown] tags=["instructor"]
# <details><summary>More to discuss</summary>
#
# - The median design lies under the line next to the peak, and should: the line is a mean, and near $p = n$ rare, terrible designs make the mean. What would happen with six hundred designs? (The median would stay, the mean would
#   climb.)
# - *"The peak is at n × classes"*: each output has weights of its own. *"More data never hurts"*: move from 40 examples to 60 at 60 features.
# - *"The second minimum is the lower one"*: find a setting where it is, and one where it is not, and say both in one sentence.
# - Is the axis a choice? (Yes, and an honest plot names it. The error at $p = n$ is none.)
# - Float32 is in the menu on purpose: many libraries work in it, and the default cut-off of a pseudo-inverse there is larger than the smallest singular value at $p = n$. Descent for a fixed number of steps is a cut-off too:
#   [[double_descent_trained]] meets it as early stopping.
#
# </details>

# %% [markdown]
# ## Claims
#
# Claims on effective parameters belong to problem 3, on ReLU features to problem 4.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - The peak of [double descent](GLOSSARY.md#double-descent) is noise, divided by small singular values of a nearly square design.
# - Why 180 examples lose to 100, with 200 features: 180 is close to 200, so the variance is $0.2 \cdot 180/19 = 1.89$ instead of $0.2 \cdot 100/99 = 0.20$. The [excess risks](GLOSSARY.md#excess-risk) are 1.99 and 0.70.
# - A formula draws the curve before anything is fitted: on real digits it differs by 3 % from the fits (median, away from the peak).
# - A well-chosen penalty removes the peak. A careless solver hides it. Which descent is lower depends on signal and noise.
#
# **What this does not show.** Every fit was linear in its weights: no network was trained. The theory of the digits contains a heuristic (fold).

# %% [markdown]
# ## Problems
#
# **1. A third example (easy).** Give By hand's design a third *example* $(1, -1)$ instead of a third feature. What are the singular values, and
# $\sum_i 1/s_i^2$?
#
# **2. Bias and variance (checked below).** Along $v_i$, ridge regression keeps the share $s_i^2/(s_i^2 + n\lambda)$ of the true weight. Derive both parts of its risk, averaged over the noise and all
# directions of $w_\star$.
#
# <details><summary>What helps, and numbers to compare with</summary>
#
# Each of the $p$ directions has $r^2/p$ of the signal on average. There are $m = \min(n, p)$ singular values, and in the other $p - m$ directions everything is missed. The noise along $u_i$ is
# multiplied by $s_i/(s_i^2 + n\lambda)$. For the two features of By hand with $n\lambda = 0.2$, $r^2 = 2$ and $\sigma^2 = 0.01$, bias² is 0.697 and the variance is 0.0092.
#
# </details>
#
# **3. Effective parameters (checked below).** For Gaussian features, the mean of $(x^\top v_i)^2$ is 1. Let $n = 60$. How many effective parameters (fold of Why?) has
# the shortest fit on average at $p = 30$, and at $p = 240$? Which $p > 60$ has as many as $p = 30$?
#
# **4. Which draw is at fault? (hard)** Two data sets are fitted with two draws of random features each. The truth at a new point is 0. Fits to data set 1 predict 1 with
# draw A and −1 with B, fits to data set 2 the reverse. Which average removes the error: over draws, or over data sets?


# %%
@lesson.problem("bias_variance")
def bias_variance(s, n, p, penalty, signal, noise):
    """Both parts of the risk.  s (min(n, p),) singular values of X (n, p); penalty is λ -> two numbers, bias² first."""
    # BEGIN SOLUTION
    lam = n * penalty
    left = (lam / (s**2 + lam)) ** 2
    bias = signal / p * (left.sum() + p - len(s))
    variance = noise * (s**2 / (s**2 + lam) ** 2).sum()
    return float(bias), float(variance)
    # END SOLUTION


# %%
# BEGIN SOLUTION
narrow, wide = 60 * 30 / 29, 60 * 60 / 179
same = 119
# BEGIN GIVEN
# narrow, wide, same = TODO, TODO, TODO
# END SOLUTION
lesson.decide("effective", narrow, wide, same)

# %% [markdown]
# Problem 4 continues with random ReLU features, each data set with each draw: a **crossed design**.
# **Left:** the parts of the error, stacked: bias², variance by data alone, by features alone, and by their **interaction**, which depends on the pair. **Right:** each part. Which makes the peak?

# %%
lesson.variance.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $X^\top X$ has the eigenvalue 4 for $(1, 1)$ and $0.04 + 2 = 2.04$ for $(1, -1)$. The singular values are 2 and 1.43, and the sum is
# $1/4 + 1/2.04 = 0.74$, as with a third feature. A tall and a wide design are transposes of each other, and have the same singular values. Only the bias differs.
#
# **2.** Along $v_i$ the fit keeps the share $s_i^2/(s_i^2 + n\lambda)$ of the true weight, and misses the rest. In the $p - m$ directions that no example
# spans it misses everything. Each of the $p$ directions has $r^2/p$ of the signal on average. So
#
# $$\text{bias}^2 = \frac{r^2}{p} \Big[\sum_i \Big(\frac{n\lambda}{s_i^2 + n\lambda}\Big)^2 + p - m\Big], \qquad
# \text{variance} = \sigma^2 \sum_i \Big(\frac{s_i}{s_i^2 + n\lambda}\Big)^2.$$
#
# *In words:* the bias counts what the penalty shrinks and the directions that no example spans. In the variance, the noise along each direction is divided by $s_i + n\lambda/s_i$.
#
# **3.** The mean of the sum is $\mathbb{E}\sum_i 1/s_i^2$, so there are $n\min(n, p)/(|p - n| - 1)$ effective parameters. At $p = 30$: $60 \cdot 30/29 = 62.1$. At $p = 240$:
# $60 \cdot 60/179 = 20.1$. They agree where $60/(p - 61) = 30/29$, so $p = 119$. Effective parameters at the *training* points are $\min(n, p)$, and never fall.
#
# **4.** Each data set has the mean 0 over the features, and each draw of the features the mean 0 over the data. Either mean removes the whole error: neither draw alone is at fault, but the *pair*.
#
# In general, a crossed design has a fit $f_{tk}$ for each data set $t$ and each draw $k$ of the features. Its error splits into four parts, as in an analysis of variance.
# **Bias²** is the error that is left when $f_{tk}$ is averaged over all data sets and all draws of the features. **Data alone** is how the mean over features still varies with the data set.
# **Features alone** is how the mean over data sets still varies with the features. **Interaction** is the rest, which depends on the pair. The four parts add up to the error of one fit.
#
# Set the **Noise variance** to zero. At 1.1 features per example the interaction is about nine tenths of the error, and the features alone and the data alone are 7 % and 1 %. So whoever asks for the
# variance over features, with the data fixed, finds 98 %. Whoever asks for the variance over data, with the features fixed, finds 92 %. Both count the same interaction. An account that goes through the sources
# one after the other gives it to the last one: [d'Ascoli and others (2020)](https://arxiv.org/abs/2003.01054) give it to the features.
#
# For this reason *either* mean removes the peak. An **ensemble** averages over draws of the features, and leaves bias² and data alone. **Bagging** averages over resampled data, and leaves bias² and features alone. (Our data
# sets are fresh, so that mean has ten times as many examples.) The symmetric decomposition, and this conclusion, are those of [Adlam and Pennington (2020)](https://arxiv.org/abs/2011.03321), quoted from their
# abstract. The estimates are ours.
#
# **An experiment without a solution.** On a machine with a GPU, give `ddlearn.double_descent.image_curve` tensors that are stored there. `ddlearn.datasets.fashion_mnist()` with ten times as many images needs the
# same few lines.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>The papers of the formulas</summary>
#
# - Defilippis, Loureiro, Misiakiewicz: [Dimension-free deterministic equivalents](https://arxiv.org/abs/2405.15699) (2024). A proof of such a formula.
# - Hastie, Montanari, Rosset, Tibshirani: [Surprises in high-dimensional ridgeless least squares](https://arxiv.org/abs/1903.08560) (2022). The limits.
# - Mei, Montanari: [The generalization error of random features regression](https://arxiv.org/abs/1908.05355) (2022). Random features, in the limit.
# - Breiman, Freedman: [How many variables should be entered in a regression equation?](https://doi.org/10.1080/01621459.1983.10477941) (1983). The first such formula.
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
# **Next:** [[double_descent_trained]], Double descent, trained.
