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
# # 6 · Real steps, real widths
#
# ![The plane of two weights, with two starts of the same function. From the one with positive a² − b², the path stays inside a tube over the origin and reaches the curve ab = 1. From the other, where a² − b² is zero, it ends near the origin.](pictures/real_steps_real_widths.svg)
#
# *A network with two weights computes $ab$ times its input. Both starts have the same loss. After 34 steps, one path has less than a millionth of it left, but the
# other 16 %. The imbalance of the first, the number $a^2 - b^2$, keeps it inside the blue tube, away from the origin.*
#
# **Question.** At infinite width, where the weights hardly move, [[neural_tangent_kernel]] explained training. Real networks have finite width, finite steps
# and random starts, and their weights move. Can we prove, before anybody pays for such a run, that it cannot stall? And how many steps will it need at most?
# We answer for two linear layers, whose loss is not convex.
#
# **You will be able to**
# - predict how one step changes the imbalance of two layers (Exercise 1);
# - compute by how much one step must shrink the loss (Exercise 2);
# - choose a step size before training, and defend it with a number (Exercise 3).
#
# **Before you start:** [[large_steps]] · [singular values](refreshers/singular_values.md) ·
# [convexity and smoothness](refreshers/convexity_and_smoothness.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.real_steps_real_widths import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict · 5 by hand, at the board · 4 the first explorer ·
# 8 explain · 5 Exercise 2, then the step multiplier into the gray · 4 width · 3 quiz. Exercises 1 and 3, the claims and the problems are homework.
#
# **Board.** The table of two weights. Below it: strength, floor, floor minus drift.
#
# **The one question to ask:** "The picture is gray. What do we know?" (That this argument is silent.)
#
# **Discussion.** Several times the certified step still converges. How far one can go differs with the width.
#
# **Usual wrong answers.** *"The certified step is the largest step that works"*: the slider shows otherwise. *"Wide enough means the weights do not
# move"*: at the smallest covered widths they move by a third and more.
#
# **Exit ticket.** "Both layers cannot be weak at once. Why?"
#
# **If a machine is slow:** the width picture computes a few seconds, once.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("tenth")

# %% [markdown]
# ## By hand
#
# Take one input, one output and one hidden unit with weights $a$ and $b$. For the input 1 the output is $ab$, and the target is 1. With the residual
# $r = ab - 1$, the loss is $L = \frac12 r^2$. Its gradient is $(rb, ra)$. Start at $a = 2$, $b = 0$ and take two steps of size $\eta = 0.1$.
#
# | step | *a* | *b* | residual $r$ | loss $L$ | imbalance $D = a^2 - b^2$ | strength $a^2 + b^2$ |
# |---|---|---|---|---|---|---|
# | 0 | 2 | 0 | −1 | 0.5 | 4 | 4 |
# | 1 | 2 | 0.2 | −0.6 | 0.18 | 3.96 | 4.04 |
# | 2 | 2.012 | 0.32 | −0.35616 | 0.0634 | 3.945744 | 4.150544 |
#
# **Drift** is the change of the imbalance. It was derived in [[large_steps]]: the terms with a single $\eta$ cancel, and
#
# $$D_{\text{after}} - D_{\text{before}} = \eta^2\left((rb)^2 - (ra)^2\right).$$
#
# *In words:* subtract the squared entries of the gradient, and multiply by $\eta^2$. For the second step, $0.01 \cdot (0.12^2 - 1.2^2) = -0.014256$.
#
# **Strength.** The last column matters because the squared length of the gradient is
#
# $$(rb)^2 + (ra)^2 = 2L(a^2 + b^2).$$
#
# *In words:* at a given loss, strong weights mean a long gradient. So descent cannot stall while the weights are strong. They stay strong, because
# $a^2 + b^2$ is never below $|D|$, and $D$ hardly drifts. So the imbalance puts a **floor** under the strength.

# %% [markdown]
# ## See
#
# The explorer trains a network with four inputs, four outputs and $h$ hidden units, from random weights. Each layer is a matrix, and its smallest singular
# value belongs to its weakest direction. Square this value for both layers and add: the sum is the **strength**.
# - **Left:** the solid line is the strength, the dash-dotted line the same sum for the strongest directions. Both stay in the band, which is computed from the start
#   and the loss so far. Its lower edge comes from the imbalance.
# - **Right:** the solid line is the loss. The dashed line is an upper bound on it, computed before the first step: the **certificate**.
#
# The **Step multiplier** multiplies the certificate's step size, which is chosen before training. If the step is too large to be certified, the right panel
# turns gray. Raise the multiplier until it does. What does the solid line there do?

# %%
lesson.certificate.show()

# %% [markdown]
# ## Explain: how much one step must achieve
#
# The proof has three links. Strong layers make a long gradient. A long gradient makes the loss fall. And a step can move
# the imbalance only by lowering the loss, so the imbalance lasts and keeps the layers strong. Now the numbers become matrices. This section
# proves two links, the next the third.
#
# With $d$ inputs, $k$ outputs and $h$ hidden units, the layers are $W_1$ of shape $(d, h)$ and $W_2$ of shape $(k, h)$. Together they compute
# $W = W_1 W_2^\top$, and the target is a matrix $W_\star$. Least squares becomes
#
# $$L = \tfrac12 \left\lVert \operatorname{diag}(s)(W - W_\star) \right\rVert^2.$$
#
# *In words:* multiply row $i$ of the error by a number $s_i > 0$, and take half the sum of squares. The $s_i$ are the singular values of the data matrix (fold). Let $\mu$ be the smallest
# and $\beta$ the largest $s_i^2$. By hand, $\mu = \beta = 1$.
#
# <details><summary>How does any least-squares problem get this form?</summary>
#
# Let the $n$ training inputs be the rows of a matrix $X$, and the targets the rows of $Y$. With first layer $V_1$ of shape $(d, h)$, the outputs are
# $X V_1 W_2^\top$, and the loss is $\frac{1}{2n}\lVert X V_1 W_2^\top - Y\rVert^2$. Take the [singular value decomposition](refreshers/singular_values.md)
# $X/\sqrt n = U \operatorname{diag}(s)\, V^\top$, and suppose that all $d$ singular values are positive. Set $W_1 = V^\top V_1$ and
# $W_\star = \operatorname{diag}(s)^{-1} U^\top Y/\sqrt n$. Then
#
# $$\tfrac{1}{2n}\lVert X V_1 W_2^\top - Y\rVert^2 = \tfrac12 \lVert \operatorname{diag}(s)(W_1 W_2^\top - W_\star)\rVert^2 + \text{constant}.$$
#
# *In words:* in rotated coordinates the loss has the form of the page, plus the error that no $W$ can remove. We leave this constant out. A rotation
# does not change gradient descent, so the rotated layers take the same steps. In `ddlearn.linear_networks`, `reduce_data(X, Y)` does this for your own data, without the factor $\frac1n$. Give it
# tensors on a GPU, and everything stays there.
#
# </details>
#
# Descent moves the layers, not $W$ itself. Let $G$ be the gradient of the loss with respect to $W$. By the chain rule, the gradients of the two layers are the pair
#
# $$T(G) = (G W_2,\; G^\top W_1).$$
#
# *In words:* the linear map $T$ turns $G$ into one gradient per layer. We call the pair $\nabla L$, and its squared length $\lVert\nabla L\rVert^2$ sums all squared
# entries of both.
#
# Training could stall if $T$ made a long $G$ short. Let $s_{\min}(T)$ be the length of the shortest $T(G)$ for $G$ of length 1, and
# $s_i(M)$ the $i$-th largest singular value of a matrix $M$. Then
#
# $$s_{\min}(T)^2 = s_d(W_1)^2 + s_k(W_2)^2.$$
#
# *In words:* this is the strength. The reason: $W_2$ scales the length of each row of $G$ at least by $s_k(W_2)$, and $W_1$ each column at least by $s_d(W_1)$. Both
# bounds are reached by a $G$ of rank 1: its rows lie along the weakest direction of $W_2$, and its columns along that of $W_1$. If $h < k$, $W_2$ maps some row to zero, so $s_k(W_2)$ counts as 0; likewise $s_d(W_1)$ if $h < d$.
#
# So the gradient is long while the loss is large:
#
# $$\lVert\nabla L\rVert^2 \;\ge\; s_{\min}(T)^2 \lVert G\rVert^2 \;\ge\; 2\mu\, s_{\min}(T)^2\, L.$$
#
# *In words:* this is the matrix version of $2L(a^2 + b^2)$. The last step holds because row $i$ of $G$ is $s_i$ times row $i$ of
# $\operatorname{diag}(s)(W - W_\star)$, and each $s_i^2$ is at least $\mu$.
#
# Now take one step. An index $t$ marks values after $t$ steps. Let $C_t$ be an upper bound on the curvature of the loss along the next step (fold). Then
#
# $$L_{t+1} \le L_t - \eta\left(1 - \tfrac12\eta C_t\right)\lVert\nabla L_t\rVert^2.$$
#
# *In words:* the slope lowers the loss by $\eta\lVert\nabla L_t\rVert^2$, and the curvature takes back at most the fraction $\frac12\eta C_t$ of it. If
# $\eta C_t \le 2$, the bracket is not negative, and we may insert the lower bound for $\lVert\nabla L_t\rVert^2$:
#
# $$L_{t+1} \le \left(1 - 2\mu_t\eta + \mu_t C_t\eta^2\right) L_t, \qquad \mu_t = \mu\, s_{\min}(T_t)^2.$$
#
# *In words:* one step multiplies the loss by at most the **shrink factor** in the brackets. By hand, $C_0 = 5.41$ (fold) and $\mu_0 = 4$, so the first shrink factor is
# $1 - 0.8 + 0.2164 = 0.4164$. The step did better: $L_1/L_0 = 0.36$.
#
# <details><summary>Derivation: the curvature bound</summary>
#
# Let $A = GW_2$ and $B = G^\top W_1$ be the gradients of the layers, and leave out the index $t$. One step changes $W$ by
#
# $$\Delta = -\eta(AW_2^\top + W_1B^\top) + \eta^2 AB^\top.$$
#
# *In words:* the first part is what the two layers do separately, and the second part is their joint effect. The loss is quadratic in $W$ with curvature at
# most $\beta$, so it changes by at most $\langle G, \Delta\rangle + \frac{\beta}{2}\lVert\Delta\rVert^2$. Here $\langle G, \Delta\rangle$ is the sum of the
# products of matching entries.
#
# 1. The first part of $\Delta$ contributes $-\eta(\lVert A\rVert^2 + \lVert B\rVert^2) = -\eta\lVert\nabla L\rVert^2$ to $\langle G, \Delta\rangle$, because
#    $\langle G, AW_2^\top\rangle = \langle GW_2, A\rangle = \lVert A\rVert^2$, and likewise for $B$.
# 2. The second part contributes $\eta^2\langle G, AB^\top\rangle = \eta^2\langle GB, A\rangle$. Let $\lVert G\rVert_2$ be the largest singular value of $G$. Then
#    $\lVert GB\rVert \le \lVert G\rVert_2\lVert B\rVert$, so this is at most $\eta^2\lVert G\rVert_2\lVert A\rVert\lVert B\rVert \le \frac12\eta^2\lVert G\rVert_2\lVert\nabla L\rVert^2$.
# 3. The map from $(A, B)$ to $AW_2^\top + W_1B^\top$ is the transpose of $T$, so it stretches a pair at most by the largest singular value of $T$. The length of $AB^\top$ is at most $\lVert A\rVert\lVert B\rVert \le \frac12\lVert\nabla L\rVert^2$. With
#    $s_{\max}(T)^2 = s_1(W_1)^2 + s_1(W_2)^2$, the length $\lVert\Delta\rVert$ is at most
#    $\eta\lVert\nabla L\rVert\left(s_{\max}(T) + \frac12\eta\lVert\nabla L\rVert\right)$.
#
# Adding the three gives the inequality of the page, with
#
# $$C = \lVert G\rVert_2 + \beta\left(s_{\max}(T) + \tfrac12\eta\lVert\nabla L\rVert\right)^2.$$
#
# *In words:* the curvature is large if the gradient in $W$ is large or if a layer has a very strong direction. For two weights $\lVert G\rVert_2 = |r|$ and
# $s_{\max}(T)^2 = a^2 + b^2$, so $C_0 = 1 + (2 + 0.05 \cdot 2)^2 = 5.41$.
#
# </details>
#
# ## Explain: what holds the strength up
#
# For matrices the imbalance is $D = W_1^\top W_1 - W_2^\top W_2$. Gradient flow conserves $D$
# ([Arora, Cohen, Hazan 2018](https://arxiv.org/abs/1802.06509); [Du, Hu, Lee 2018](https://arxiv.org/abs/1806.00900)). A finite step changes $D$ by a term in
# $\eta^2$ only, which you derive in Exercise 1. As by hand, it is $\eta^2$ times a difference of two squares. The square of a matrix $M$ is here $M^\top M$, which has no negative eigenvalues. The
# size $\lVert\cdot\rVert_2$ of a matrix is its largest singular value. The difference of two squares is at most as large as the larger square, so the drift is at most
# $\eta^2\lVert\nabla L_t\rVert^2$.
#
# From now on let every step satisfy $\eta C_t \le 1$. Then the curvature takes back at most half, so each step lowers the loss by at least
# $\frac{\eta}{2}\lVert\nabla L_t\rVert^2$. So the drift of a step is at most $2\eta$ times this fall. Add up all steps:
#
# $$\lVert D_t - D_0 \rVert_2 \le 2\eta(L_0 - L_t) \le 2\eta L_0.$$
#
# *In words:* every move of $D$ costs loss, and there is only $L_0$ to spend, however long training lasts. By hand, two steps moved $D$ by 0.054, and all steps
# together can never move it by more than $2 \cdot 0.1 \cdot 0.5 = 0.1$. Steps ten times smaller make this bound ten times smaller.
#
# Now $W_1^\top W_1$ equals $D + W_2^\top W_2$, and adding a matrix without negative eigenvalues lowers no eigenvalue. So the $d$-th largest eigenvalue of $W_1^\top W_1$,
# which is $s_d(W_1)^2$, is at least that of $D$. In the same way, $s_k(W_2)^2$ is at least the $k$-th largest eigenvalue of $-D$. Write $\lambda_i(M)$ for the $i$-th largest
# eigenvalue of $M$, and $[x]_+$ for the larger of $x$ and 0. The **floor** is
#
# $$\text{floor} = [\lambda_d(D_0)]_+ + [\lambda_k(-D_0)]_+.$$
#
# *In words:* the floor is positive if $D_0$ has at least $d$ positive or $k$ negative eigenvalues. $D_0$ has only $h$ eigenvalues: if $h < d$, the first term counts as 0, and if
# $h < k$, the second. For two weights it is $|D_0|$. The drift lowers it by at most $2\eta L_0$, so $s_{\min}(T_t)^2 \ge \text{floor} - 2\eta L_0$.
#
# <details><summary>Two terms can fall: why is 2ηL₀ subtracted only once? And when is the floor zero?</summary>
#
# Each term of the floor can fall by a drift, so we might have to subtract $2\eta L_0$ twice. How far can one step lower both together? In the drift, the gradient of $W_1$ adds a matrix without negative eigenvalues to $D$, and that of $W_2$
# subtracts one. Only the latter lowers $\lambda_d(D)$, so a step lowers it by at most $\eta^2$ times the squared gradient of $W_2$. It lowers $\lambda_k(-D)$ by at most
# $\eta^2$ times the squared gradient of $W_1$. Together a step costs at most $\eta^2\lVert\nabla L_t\rVert^2$, which is at most $2\eta(L_t - L_{t+1})$. So all
# steps together cost at most $2\eta L_0$.
#
# The floor can be zero although the layers are not balanced. Take $d = k = h = 2$ and a $D_0$ with eigenvalues 1 and −1. Then the second-largest eigenvalue of
# $D_0$ is −1, that of $-D_0$ is −1, and both terms of the floor are 0.
#
# </details>
#
# ## Explain: the certificate
#
# With $\eta C_t \le 1$, the shrink factor is at most $1 - \eta\mu_t$. Insert the lower bound for the strength. If
# $\text{floor} > 2\eta L_0$,
#
# $$L_t \le \left(1 - \eta\mu\,(\text{floor} - 2\eta L_0)\right)^t L_0.$$
#
# *In words:* every step multiplies the loss by at most the **certified factor** in the brackets, and this factor is known before the first step. By hand it is
# $1 - 0.1 \cdot (4 - 0.1) = 0.61$. Since $0.61^{28} < 10^{-6}$, this certifies a millionth of the loss after 28 steps. The run is faster: it needs 13 steps.
#
# The condition $\eta C_t \le 1$ can be guaranteed before training too, because imbalance and loss also limit how strong the layers become (fold, for two weights).
#
# <details><summary>By hand: how do we know that every step satisfies the condition?</summary>
#
# Suppose that all steps so far satisfied $\eta C_t \le 1$. Then the loss has not risen, so $|r| \le 1$ and $0 \le ab \le 2$. By hand the drift is
# $-\eta^2r^2D$, so $D$ has not grown beyond 4. The strength satisfies
#
# $$(a^2 + b^2)^2 = D^2 + 4(ab)^2 \le 16 + 16.$$
#
# *In words:* imbalance and output together limit the strength, here to $\sqrt{32} < 5.66$. Since $\lVert\nabla L\rVert = |r|\sqrt{a^2 + b^2}$, we get
# $C_t \le 1 + 5.66 \cdot (1 + 0.05)^2 < 7.25$. Hence $\eta C_t < 0.725$, and the next step satisfies the condition too. The argument repeats at every step. The explorer does the same with a bound on $s_{\max}(T)^2$ (last formula of the next fold).
#
# </details>
#
# <details><summary>What does the explorer compute beyond this page?</summary>
#
# **The lower edge** also uses how close $W$ is to its target. The error $W - W_\star$ has a length of at most $\sqrt{2L/\mu}$, and changes each singular value by at most this length.
# So all singular values of $W$ are at least $u = [s_d(W_\star) - \sqrt{2L/\mu}]_+$.
#
# *For two weights*, the equality of the previous fold says $a^2 + b^2 = \sqrt{D^2 + 4(ab)^2}$. Since $|ab| \ge u$, the strength is at least $\sqrt{D^2 + 4u^2}$. So it can be far above $|D|$.
#
# *For matrices with $d = k$*, let $f_1$ and $f_2$ be the two terms of the floor. Let $e_\pm = [\lambda_1(\pm D)]_+$ be the largest eigenvalues of $D$ and $-D$, or 0 where these are negative. Then
#
# $$s_{\min}(T)^2 \ge \tfrac12\left[f_1 - e_- + \sqrt{(f_1 + e_-)^2 + 4u^2}\right] + \tfrac12\left[f_2 - e_+ + \sqrt{(f_2 + e_+)^2 + 4u^2}\right].$$
#
# *In words:* the first bracket bounds $s_d(W_1)^2$, and the second $s_k(W_2)^2$. For two weights with $D > 0$, we have $f_1 = e_+ = D$ and $f_2 = e_- = 0$, and the two halves add up to $\sqrt{D^2 + 4u^2}$.
# For $u = 0$ the sum is the floor $f_1 + f_2$. For balanced layers, $D = 0$, it is $2u$: a start near the target is certified without any imbalance (problem 4). We do not prove the
# formula here: it is in Table 2 of Xu and others 2023 (next fold), and our tests check it.
#
# For the band, the explorer takes $D$ from the start and $L$ from the run so far. For the dashed line, it takes the certified loss instead. From the right side of this formula, the explorer then subtracts the largest possible drift. One subtraction is enough, for the same reason as in the floor. As the loss
# falls, $u$ can grow. Then the edge rises, and the dashed line falls faster.
#
# **The upper edge** limits the step. With $w = s_1(W_\star) + \sqrt{2L/\mu}$, no singular value of $W$ is above $w$, and
#
# $$s_{\max}(T)^2 \le \tfrac12\left[e_+ + \sqrt{e_+^2 + 4w^2}\right] + \tfrac12\left[e_- + \sqrt{e_-^2 + 4w^2}\right].$$
#
# *In words:* imbalance and product limit the strongest direction too. The formula holds for the present $D$. The explorer inserts $D_0$ and adds the largest possible drift, $2\eta L_0$, to the whole right side, once. With $\lVert G\rVert \le \sqrt{2\beta L}$ and $\lVert\nabla L\rVert \le s_{\max}(T)\lVert G\rVert$, this bounds $C_t$
# before training.
#
# Under **More controls**, choose the **step rule**. *Constant* uses one step size for the whole run. *Planned ahead* lets the step grow with the certified fall of the loss. *Measured on the way* takes the
# largest step with $\eta C_t \le 1$ at the present weights, so its steps are known only during the run. **Scale of W₁ over W₂** makes one layer larger than the other. A scale of 4 or 8 raises the imbalance: the
# certificates become tighter, and the weights move less.
#
# </details>
#
# <details><summary>Whose theorems are these, and what is ours?</summary>
#
# - [Min, Tarmoun, Vidal and Mallada (2021)](https://arxiv.org/abs/2105.06351), Theorem 1: under gradient flow, enough imbalance alone makes the loss fall
#   geometrically.
# - [Xu, Min, Tarmoun, Mallada and Vidal (AISTATS 2023)](https://proceedings.mlr.press/v206/xu23c.html), Theorem 3.2: two linear layers, squared
#   loss, any finite width. The start needs enough imbalance *or* a product that is close enough to the target. Then the loss falls
#   geometrically for every step below a bound that can be computed. Their Table 2 bounds $s_{\min}(T)^2$ and $s_{\max}(T)^2$ by imbalance and product, as the
#   explorer does. Their Algorithm 1 adapts the step to the present loss, up to that bound.
# - [Xu, Min, Tarmoun, Mallada and Vidal (TMLR 2025)](https://arxiv.org/abs/2505.11664), Theorem 3.1: the shrink factor, for smooth and strongly convex losses,
#   with another bound on the curvature. Theorem 3.2: geometric convergence with steps that may grow. Lemma 3.3: from
#   $d + k$ units on, almost every random start from a continuous distribution has enough imbalance.
# - *Our derivation*, in their setting: the exact drift and its bound $2\eta(L_0 - L_t)$, our $C_t$, the band, and the plan of growing steps. Gaussian starts need one unit less,
#   $d + k - 1$. The numbers that you see are ours.
#
# </details>
#
# <details><summary>Do other methods conserve D? Muon has a law of its own</summary>
#
# **Muon**, here without momentum, sets all singular values of a layer's gradient to 1 before the step. A single number is replaced by its sign. By hand, at $a = 2$, $b = 0.2$, the gradient
# $(-0.12, -1.2)$ becomes $(-1, -1)$, and both weights grow by $\eta$. So $a - b$ stays, and $a^2 - b^2$ does not.
#
# For matrices, let $\sqrt{M}$ be the symmetric matrix without negative eigenvalues whose square is $M$. Take $s_i = 1$ and $W_\star = U\operatorname{diag}(c)V^\top$, where $U$ and $V$ now belong to the target. Call the layers *aligned*, with each other and with
# the target, if $W_1 = U\operatorname{diag}(p)Q^\top$ and $W_2 = V\operatorname{diag}(q)Q^\top$. Here $Q$ has orthonormal columns, and all $p_i$ and $q_i$ are positive. The gradients are then
#
# $$U\operatorname{diag}((p_iq_i - c_i)\,q_i)\,Q^\top \qquad\text{and}\qquad V\operatorname{diag}((p_iq_i - c_i)\,p_i)\,Q^\top.$$
#
# *In words:* both diagonals have the same signs, those of $p_iq_i - c_i$, and Muon keeps only these signs. So its step adds the same number, $\eta$ or $-\eta$, to $p_i$ and to $q_i$. The layers stay aligned, and
# $\sqrt{W_1^\top W_1} - \sqrt{W_2^\top W_2} = Q\operatorname{diag}(p - q)\,Q^\top$ does not change, at any step size that keeps all $p_i$ and $q_i$ positive.
#
# From a random start, the layers are not aligned and Muon's law fails. We ran 100 steps of 0.01. From random layers, Muon changed the difference of the roots by about 0.6 of its size;
# from aligned layers, only by rounding errors. Gradient descent changed $D$ by less than 0.02 of its size from both starts, and smaller steps would change it less. One claim measures Muon's law.
#
# [Rhee, Simon and Karkada (2026)](https://arxiv.org/abs/2606.30509) state in their abstract that Muon *flow* conserves this difference once the weights are aligned. The derivation for finite steps is ours.
#
# </details>
#
# ## Exercise 1 · Write: `imbalance_drift`
#
# Return the drift of the matrix $D$ in one step, from the gradients of the two layers and the step size alone. Derive it on paper: insert the new layers
# into $D$, and see which terms cancel. Do not subtract two imbalances: the check also takes a step of $10^{-8}$ with large layers, where rounding errors hide their difference. In the explorer, let the
# **left panel** show the **imbalance**: the circles are the eigenvalues of $D_0$ plus your drifts.


# %%
@lesson.exercise("imbalance_drift")
def imbalance_drift(W1, W2, G, rate):
    """D after the step minus D before, from the gradients.  W1 (d, h), W2 (k, h), G (d, k) -> (h, h)."""
    # BEGIN SOLUTION
    A, B = G @ W2, G.T @ W1
    return rate**2 * (A.T @ A - B.T @ B)
    # END SOLUTION


# %% [markdown]
# <details><summary>Why do the terms with a single η cancel?</summary>
#
# The two terms are $-\eta\,(W_1^\top A + A^\top W_1) + \eta\,(W_2^\top B + B^\top W_2)$ with $A = GW_2$ and $B = G^\top W_1$. Now $W_1^\top A = W_1^\top G W_2$, and
# $B^\top W_2 = W_1^\top G W_2$ as well. The two layers share one gradient $G$. So up to terms in $\eta^2$, a step changes $W_1^\top W_1$
# and $W_2^\top W_2$ by the same matrix, which cancels in $D$.
#
# </details>
#
# ## Exercise 2 · Repair: `local_rate`
#
# The function below should return the shrink factor $1 - 2\mu_t\eta + \mu_t C_t\eta^2$. It runs, and for two weights it is right. Find the mistake and repair it. The
# dotted curve in the explorer is the first loss, multiplied by your shrink factors step after step.


# %%
@lesson.exercise("local_rate")
def local_rate(W1, W2, mu, curvature, rate):
    """The shrink factor of the next step.  W1 (d, h), W2 (k, h); curvature is C_t -> a tensor with one number."""
    # BEGIN SOLUTION
    strength = torch.linalg.eigvalsh(W1 @ W1.T)[0] + torch.linalg.eigvalsh(W2 @ W2.T)[0]
    mu_t = mu * strength
    return 1 - 2 * mu_t * rate + mu_t * curvature * rate**2
    # BEGIN GIVEN
    # strength = torch.linalg.eigvalsh(W1 @ W1.T)[-1] + torch.linalg.eigvalsh(W2 @ W2.T)[-1]
    # mu_t = mu * strength
    # return 1 - 2 * mu_t * rate + mu_t * curvature * rate**2
    # END SOLUTION


# %% [markdown]
# ## Exercise 3 · Decide: which step?
#
# Two weights start at $a = 1$, $b = -0.8$, with target 1. So $\mu = 1$, the floor is 0.36 and $L_0 = 1.62$. For every step size up to 0.1, the condition
# $\eta C_t \le 1$ is guaranteed. Choose the step with the smallest certified factor. Give the step, and 1 minus its certified factor. Explain
# in one sentence why 0.1 is not the best.

# %%
# BEGIN SOLUTION
step = 0.36 / (4 * 1.62)  # where the derivative of step * (0.36 - 2 * 1.62 * step) is zero
decrease = step * (0.36 - 2 * 1.62 * step)
# BEGIN GIVEN
# step, decrease = TODO, TODO
# END SOLUTION
lesson.decide("certified_step", step, decrease)

# %% [markdown]
# <details><summary>What do the best steps of all starts have in common?</summary>
#
# The number $\eta\,(\text{floor} - 2\eta L_0)$ is largest at $\eta = \text{floor}/(4L_0)$. So the best step spends exactly half of the floor on the drift, $2\eta L_0 = \text{floor}/2$, if this step
# satisfies the condition. Here it is 0.18 of 0.36.
#
# </details>
#
# ## Width
#
# How wide must a random network be for a positive floor? The rows of both layers are independent Gaussian vectors. For $h = d + k$ hidden units, $D_0$ then has exactly $d$
# positive and $k$ negative eigenvalues. Each unit less removes one of them, and we do not know which kind.

# %%
lesson.predict("cover")

# %% [markdown]
# The theory of infinite width has a certificate of its own, the **fixed kernel**. In a ball around the start, the strength (the smallest eigenvalue of the tangent kernel of $W$) keeps half its value. There, the
# loss shrinks at least at a known rate, and the steps shrink with it, so the path of the weights has a limited length. In a wide network, the path is shorter than the radius of the ball, and the weights never leave. In a narrow one it
# may be longer, and the argument says nothing.
#
# A start with a certificate for some step size is **covered**.
# - **Left:** steps until the loss is a millionth of its start: certified by the imbalance (triangles), by the fixed kernel (squares), and taken (disks). Light gray: only the imbalance
#   covers every start. Dark gray: neither does.
# - **Right:** how far the weights move, relative to their length.
#
# Move **Hidden units h**. How far do the weights move in the light gray? Then let the **right panel** show the share of covered starts.

# %%
lesson.width.show()

# %% [markdown]
# In the light gray, the weights move by 42 % of their length at width 8 and by 5 % at width 1024. The move falls roughly as one over the root of the width. However far they move,
# the imbalance certifies convergence there, perhaps at a slow rate. At width 4, in the dark gray, descent converged too, after 483 steps.
#
# <details><summary>Why d + k − 1?</summary>
#
# Stack both layers into a matrix $Z$ with $d + k$ rows. Then $D = Z^\top J Z$, where the diagonal matrix $J$ has $d$ times $+1$ and $k$ times $-1$. For a vector $v$ with $h$ entries,
# $v^\top D v = (Zv)^\top J\,(Zv)$. Take spaces of vectors $z = Zv$ in which $z^\top J z > 0$ for all $z \ne 0$. The largest dimension of such a space is the number of positive eigenvalues of $D$, and likewise for negative ones (Sylvester's law of inertia).
#
# From $h = d + k$ on, almost every Gaussian $Z$ has independent rows. The vectors $Zv$ then fill the whole space, and $D$ has exactly $d$ positive and $k$ negative eigenvalues. With
# $h = d + k - 1$, they fill only a hyperplane: all vectors at a right angle to some vector $n$. The direction that is lost is $Jn$: for every $z$ in the hyperplane, $z^\top J\,(Jn) = z^\top n = 0$. For $z + cJn$ the value is $z^\top J z + c^2\, n^\top J n$. So the whole space has the signs of the hyperplane and one more, that of $n^\top J n$, which is almost never 0. This one is lost. But then *either* all $d$ positive ones are left *or* all $k$ negative ones, and one of the two is enough.
#
# </details>
#
# ## Where it breaks
#
# - **Gray means silence, not failure.** By hand, a step of 0.2 is gray: $C_0$ is then $1 + 2.2^2 = 5.84$, and $0.2 \cdot 5.84 = 1.168$ exceeds 1. Yet the run reaches a
#   millionth of its loss after 4 steps, and with steps of 0.1 after 13.
# - **A certificate can be loose.** At the best step of Exercise 3 it reaches a millionth of the loss after 1,375 steps, and the run after 90.
# - **Zero floor.** The balanced start $a = b = 0.5$ has the floor 0, so this certificate is silent. The run still reaches a millionth of its loss after 39 steps of 0.1.
# - **Nonlinear layers.** The argument uses $W = W_1 W_2^\top$. No network with an activation function is covered.
#
# **Discuss:** How far can you raise the step multiplier before the run fails?

# %% [markdown]
# ## Claims
#
# Each claim stands beside a control that must fail.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **The answer.** Before the run, we can certify that training cannot stall, and after how many steps the loss is small: by hand, a millionth after 28 steps. The run took 13.
# - **Why.** Flow conserves the [imbalance](GLOSSARY.md#imbalance) of two linear layers. Descent lets it [drift](GLOSSARY.md#drift) by at most $2\eta L_0$, if every step satisfies $\eta C_t \le 1$. If
#   the floor exceeds this drift, the strength stays positive.
# - **Which networks.** From width $d + k - 1$ on, almost every Gaussian start has a [certificate](GLOSSARY.md#certificate): from 7 units on in the explorer. The fixed kernel needs 2048 there.
# - **To use it.** Compute the floor and $L_0$. The step $\text{floor}/(4L_0)$, if it satisfies the condition, has the best certified factor.
#
# **What this does not show.** That a certificate is tight. From very small starts, the certified number of steps was about a hundred times too large when we tried.

# %% [markdown]
# ## Problems
#
# **1. The tube of the picture (easy).** Two weights start at $a = 1.5$, $b = -1$. Compute the floor and $L_0$. For which step sizes is the floor larger than $2\eta L_0$? The
# picture has $\eta = 0.1$. If every step satisfies $\eta C_t \le 1$, between which values does the bound $2\eta L_0$ keep $D$?
#
# **2. The floor (checked).** Write `floor` for a given imbalance. What changes if $h < d$ or $h < k$?
#
# **3. Five layers (checked).** The output is $W_5 W_4 W_3 W_2 W_1 x$. There is an imbalance $W_{l+1}^\top W_{l+1} - W_l W_l^\top$ for each $l$. How many are there?
# Show that gradient flow conserves each. Then add weight decay with the coefficient $\gamma$: the time derivative of each $W_l$ gains the term $-\gamma W_l$. With $\gamma = 0.05$, what share of each imbalance is left
# at time 10?
#
# **4. Balanced layers near the target (hard).** Let $D = 0$ and $d = k$. Show that $s_{\min}(T)^2 = 2 s_d(W)$. Conclude that balanced layers cannot stall while
# $\sqrt{2L/\mu} < s_d(W_\star)$.


# %%
@lesson.problem("floor")
def floor(D, d, k):
    """[λ_d(D)]₊ + [λ_k(−D)]₊, where a term is 0 if D has too few rows.  D (h, h) -> a tensor with one number."""
    # BEGIN SOLUTION
    values = torch.linalg.eigvalsh(D)  # upward
    h = len(D)
    total = D.new_zeros(())
    if d <= h:
        total = total + values[h - d].clamp(min=0)
    if k <= h:
        total = total + (-values[k - 1]).clamp(min=0)
    return total
    # END SOLUTION


# %%
# BEGIN SOLUTION
imbalances, left = 4, torch.tensor(-2 * 0.05 * 10).exp()
# BEGIN GIVEN
# imbalances, left = TODO, TODO
# END SOLUTION
lesson.decide("layers", imbalances, left)

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $D_0 = 2.25 - 1 = 1.25$ is the floor, and $L_0 = \frac12(-1.5 - 1)^2 = 3.125$. So $2\eta L_0 = 6.25\eta$, which is smaller than 1.25 for $\eta < 0.2$. With
# $\eta = 0.1$ the drift is at most 0.625, if every step satisfies $\eta C_t \le 1$. So the bound keeps $D$ between 0.625 and 1.875. By hand the drift of a step is $-\eta^2r^2D$, so $D$ only falls:
# in truth it stays between 0.625 and 1.25.
#
# **2.** See the cell above. For $d = k = h = 1$ it is $|D|$.
#
# **3.** Neighboring layers share a hidden layer, so five layers have four imbalances. Let $G$ be the gradient in the product, $P$ the product of the layers above $W_{l+1}$, and
# $Q$ that of the layers below $W_l$. The gradients are $P^\top G\,(W_lQ)^\top$ in $W_{l+1}$ and $(PW_{l+1})^\top G\,Q^\top$ in $W_l$. So $W_{l+1}^\top$ times the first is
# $W_{l+1}^\top P^\top G\,Q^\top W_l^\top$, and the second times $W_l^\top$ is the same matrix. Under flow, $W_{l+1}^\top W_{l+1}$ and $W_lW_l^\top$ therefore change equally, and their
# difference is constant. Decay adds $-2\gamma$ times each of the two products, so each imbalance shrinks by $e^{-2\gamma t} = e^{-1} \approx 0.37$. One claim measures this for three layers, with decay as its control.
#
# **4.** With $W_1^\top W_1 = W_2^\top W_2$ we get $WW^\top = W_1W_2^\top W_2W_1^\top = (W_1W_1^\top)^2$. So $s_i(W) = s_i(W_1)^2$, and in the same way $s_i(W) = s_i(W_2)^2$. Add
# both for $i = d$. The error $W - W_\star$ has length at most $\sqrt{2L/\mu}$, and a singular value changes by at most this length. So $s_d(W) \ge s_d(W_\star) - \sqrt{2L/\mu} > 0$.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Five papers: finite steps, flow, width, balanced starts and deeper networks</summary>
#
# - Xu, Min, Tarmoun, Mallada, Vidal: [Linear convergence of gradient descent for finite width over-parametrized linear networks with general
#   initialization](https://proceedings.mlr.press/v206/xu23c.html) (2023). The theorem of this lesson.
# - Min, Tarmoun, Vidal, Mallada: [On the explicit role of initialization on the convergence and implicit bias of overparametrized linear
#   networks](https://arxiv.org/abs/2105.06351) (2021). Flow, and which minimum is found.
# - Du, Hu: [Width provably matters in optimization for deep linear neural networks](https://arxiv.org/abs/1901.08572) (2019). Width by itself.
# - Saxe, McClelland, Ganguli: [Exact solutions to the nonlinear dynamics of learning in deep linear neural networks](https://arxiv.org/abs/1312.6120) (2014). Balanced starts.
# - Arora, Cohen, Golowich, Hu: [A convergence analysis of gradient descent for deep linear neural networks](https://arxiv.org/abs/1810.02281) (2019). More layers.
#
# </details>
#
# **Next:** [[what_descent_finds]], What descent finds.
