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
# # 13 · Purified specimens
#
# ![Left: tube 1 holds 24 granulocytes and 6 monocytes; tube 2 holds 1 granulocyte and 9 monocytes. Right: the table that is computed below.](pictures/purified_specimens.svg)
#
# *Neither tube is pure. The table says how each type is spread over the tubes.*
#
# **Question.** In [[weak_labels]] a blood test gave only shares. A laboratory can do more: it *purifies* blood into tubes of one type, so that every cell
# has a label. How many such cells replace 64 blood tests, of 512 cells each? What if the tubes are not pure? And when do perfect labels mislead? A wrong answer
# costs 64 tests that teach little, or a network that fails on the next patient.
#
# **You will be able to**
# - compute from the purity of tubes how the cells of a type are spread over them (Exercise 1);
# - learn types although some cells are in the wrong tube (Exercise 2);
# - choose the test that notices when labels mislead, and defend it with numbers (Exercise 3).
#
# **Before you start:** [[weak_labels]] · [Bayes' rule](refreshers/bayes_rule.md) · [logistic loss](refreshers/logistic_loss.md) ·
# [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.purified_specimens import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 5 the sources; first ask for a guess of the number · 6 two tubes, at the
# board · 5 Exercise 2 · 6 predict and impure tubes · 3 vote on the one tube · 4 the specimens · 3 quiz. Exercises 1 and 3, the claims and the problems are
# homework.
#
# **Board.** The two tubes, and the table of the picture.
#
# **The one question to ask:** "Which expert could you ask tomorrow, and what would they know that no label says?" Collect answers that
# are not labels: purified samples, known totals, what cannot happen, what must look the same.
#
# **Usual wrong answers.** *"A thousand purified cells at least"*: 16 to 32 match the healthy donors here. *"A fifth of wrong names costs a fifth of the
# accuracy"*: each tube still has a majority, so most names survive, and the rare type does not. *"The labels are perfect, so more cells will do"*: of the
# same tubes they will not.
#
# **Discussion.** One hospital per disease, one photographer per species, one speaker per dialect. Hold out by hospital, photographer, speaker.
#
# **Exit ticket.** "99 % on cells that were held out at random. Which question do you ask first?" (From which specimens?)
#
# **If a machine is slow:** the explorers train for some seconds when first shown, and again for other networks, tubes and differences.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## What an expert adds
#
# An expert separates three types of white blood cell.
# - **Granulocytes** are the densest because of their granules, so in a centrifuge they sink lowest. They are 61 % of our patients' average blood.
# - **Lymphocytes** have no granules and sink less. They are 28 %.
# - **Monocytes** carry the protein CD14 on their surface. Magnetic beads that bind to CD14 hold them back. They are only 11 %.
#
# The result is a **tube** per type. Every cell in it gets the tube's name as its label. The **purity** of a tube is the share of its cells of
# this type. At first, all tubes are pure.
#
# **The assumption.** Cells of one type look alike in all tubes and in blood. In symbols: the probability of an image $x$ is $P(x \mid c, s) = P(x \mid c)$,
# for a cell of type $c$ from tube $s$.
#
# **How we judge.** The **balanced accuracy** is the share of cells named correctly in each type, averaged over the three types.
#
# ## See: three sources of cells
#
# The explorer shows the balanced accuracy against the number of cells to learn from. A band reaches from the smallest to the
# largest of three draws of cells and network.
# - **Blue:** cells of three pure tubes, a third of each type.
# - **Orange:** blood of healthy donors, who are much alike. **Green:** blood of patients, who differ more. A blood test gives the shares of
#   every 512 cells, and the networks learn from these shares by the mean map of [[weak_labels]].
#
# **Purified cells** moves the diamond on the blue curve, and a line shows its height. Bring the line to the last orange point. Then take the
# wider **Network**.

# %%
lesson.exchange.show()

# %% [markdown]
# **How many purified cells are enough?** On the blue curve, 26 cells do as well as all 32,768 cells of healthy donors. Ten runs gave 16 to 32. Matching the patients' cells took 125 to 263.
#
# The wider network does not help: healthy donors stay at 74 %, where 300 purified cells give 88 %. The donors' shares are nearly the same, so their
# bags hardly separate the types. **Patients who differ** reach 86 % with the narrow network already. So whether a label per cell is needed depends on how much
# the bags differ.
#
# ## By hand: two tubes
#
# Now the tubes are impure. Tube 1 has 30 cells: 24 granulocytes and 6 monocytes, so its purity is 80 %. Tube 2 has 10 cells: 1 granulocyte and 9
# monocytes, a purity of 90 %.
#
# The shares in a tube are P(type given tube). But a network gives types, and we know only the tube's name. To turn
# types into names, we need P(tube given type). So count by type. Of the 25 granulocytes, 24 are in tube 1: $24/25 = 0.96$. Of the 15 monocytes, 6 are in tube 1: $6/15 = 0.40$.
# Although tube 1 is fairly pure, it holds 40 % of all monocytes, because it is larger. The mix of all cells is $(25/40, 15/40) = (0.625, 0.375)$.
#
# Let tube $s$ hold the part $\tau_s$ of all cells, and let $A_{sc}$ be the share of type $c$ in it. Then
#
# $$q_c = \sum_s \tau_s A_{sc}, \qquad T_{cs} = P(\text{tube } s \mid \text{type } c) = \frac{\tau_s A_{sc}}{q_c}.$$
#
# *In words:* $q$ is the mix of all tubes together. The [**transition matrix**](GLOSSARY.md#transition-matrix) $T$ has a row per type, which says how the cells of this type are
# distributed over the tubes.
#
# ## Exercise 1 · Write: `transition`
#
# You know for each tube the shares of all types in it ($A$, in code `purity`) and its part of all cells ($\tau$, in code `shares`). Return $T$ and $q$.


# %%
@lesson.exercise("transition")
def transition(purity, shares):
    """T (types, tubes) and q (types,).  purity A (tubes, types), rows add up to 1; shares tau (tubes,) -> T, q"""
    # BEGIN SOLUTION
    joint = shares[:, None] * purity
    q = joint.sum(0)
    return (joint / q).T, q
    # END SOLUTION


# %% [markdown]
# ## Explain: learn types from names
#
# For one cell, a network gives the probability $P_c$ to each type $c$. By the assumption, once the type is
# known, the image says nothing more about the tube, and the name of tube $s$ has the probability
#
# $$P(\text{tube } s \mid x) = \sum_c T_{cs}\, P_c.$$
#
# *In words:* average the rows of $T$, weighted by the network's probabilities. The loss of the cell is minus the logarithm of this number for its own tube. This is the
# **forward correction**: the network says types, $T$ turns them into names, and only names are compared.
#
# By hand: a cell of tube 1 gets the probabilities $(0.1, 0.9)$. The name "tube 1" has the probability $0.96 \cdot 0.1 + 0.4 \cdot 0.9 = 0.456$, and the loss
# is $-\ln 0.456 = 0.785$. If the tubes were pure, it would be $-\ln 0.1 = 2.30$. So it costs the network far less to call a cell of tube 1 a
# monocyte.
#
# Let $T$ be known and invertible. Then the smallest expected loss is reached where the network says the true probabilities of the types
# ([Patrini and others 2017](https://arxiv.org/abs/1609.03683), Theorem 2). So if the network can express these probabilities, the error
# that impurity causes goes to zero as the number of cells grows.
#
# **From tubes to blood.** Tubes hold the types in the mix $q$, and blood in other shares $\pi$. By Bayes' rule, $P_c$ is proportional to
# $q_c\,P(x \mid c)$. To put $\pi_c$ in the place of $q_c$, multiply by $\pi_c/q_c$, and divide by the sum over types. The shares $\pi$ are the **prior**: a
# blood test tells them before any cell is seen.
#
# ## Exercise 2 · Repair: `forward_loss`
#
# The function below is right for pure tubes. For the cell above it returns 2.25 instead of 0.785. Repair it.


# %%
@lesson.exercise("forward_loss")
def forward_loss(logits, tubes, T):
    """The mean forward loss.  logits (cells, types), tubes (cells,) integers, T (types, tubes) -> a tensor ()."""
    # BEGIN SOLUTION
    types = logits.softmax(1)
    names = types @ T
    own = names.gather(1, tubes[:, None])
    return -own.log().mean()
    # BEGIN GIVEN
    # types = logits.log_softmax(1)
    # names = types @ T
    # own = names.gather(1, tubes[:, None])
    # return -own.mean()
    # END SOLUTION


# %% [markdown]
# ## Predict

# %%
lesson.predict("impure")

# %% [markdown]
# ## See: impure tubes
#
# Three tubes of equal size have the **impurity** $e$: each holds $1 - e$ of its own type and $e/2$ of each other type. A classifier is **calibrated** if, of all cells to which it
# assigns a type with probability 0.8, 80 % are of this type. To test this, group cells by the probability of their most probable type. The *gap* of a group is the difference between
# its mean probability and its share of cells named correctly. The **calibration error** is the mean gap, weighted by the numbers of cells.
# - **Left:** the balanced accuracy against the impurity. Orange takes names for types. Blue is corrected by your `transition`, green by an
#   estimated purity. The dashed line predicts orange from networks of pure tubes: $T$ turns their probabilities of types into those of names.
# - **Right:** each group's share named correctly against its mean probability, at the chosen impurity. On the diagonal, the gap is zero.
#
# Move **Impurity** from 20 to 30. Then take 100 **cells per tube**, and as measure the **calibration error**.

# %%
lesson.tubes.show()

# %% [markdown]
# **Why the monocytes?** They suffer most. Take a **sure** monocyte, one whose looks leave no doubt, and let $e = 0.3$. Each tube and each type is a third of all cells, so
# $\tau_s = q_c$, and $T_{cs} = A_{sc}$. This cell is from the monocytes' tube with probability 0.70, from the granulocytes' with 0.15. A network that takes names for
# types says just this. Now comes the blood's prior. As all $q_c$ are equal, multiply by $\pi_c$ alone: monocyte gets $0.70 \cdot 0.11 = 0.077$, but
# granulocyte $0.15 \cdot 0.61 = 0.092$. Granulocyte wins, in spite of the clear image. In general, with the shares $\pi_G$ and $\pi_M$, it wins if $\frac e2\, \pi_G > (1 - e)\, \pi_M$, that is
#
# $$e > \frac{2 \pi_M}{\pi_G + 2 \pi_M}.$$
#
# *In words:* the rarer the type, the smaller the impurity at which it is lost. Here, the limit is $0.22/0.83 = 0.265$. From there on *no* cell is called a monocyte.
# The derivation is ours. The orange network loses monocytes earlier, because cells in doubt are lost first.
#
# **The price.** At 20 % impurity and 3,000 cells per tube, the correction raises the balanced accuracy from 75 to 89 %. At 40 % and 100 cells per tube,
# the balanced accuracy rises from 58 to 64 % only, and the calibration error from 13 to 21 %. Why? If the type of tube $s$ has the probability $P_s$, its name has the
# probability $(1 - e) P_s + \frac e2 (1 - P_s) = \frac e2 + (1 - \frac32 e) P_s$. To get $P_s$, subtract $\frac e2$ and divide by $1 - \frac32 e$.
# This divides the network's errors too, at 40 % by 0.4: so they grow 2.5 times, and with few cells they are large already.
#
# <details><summary>How is the purity estimated?</summary>
#
# Count the cells that surely look like those of another tube. One half of the cells trains a network, which then gives the cells of the other half probabilities of names. Then the halves change places, so every
# cell is judged by a network that has not seen it. Let $t_c$ be the mean probability of the name $c$ over the cells of tube $c$. A cell counts for the type $c$ if its probability of the
# name $c$ is at least $t_c$. If that holds for several types, it counts for the most probable one.
#
# The counts form a table, the *confident joint*, with a row per tube and a column per type. Each row, divided by its sum, estimates the purity of a
# tube ([Northcutt, Jiang and Chuang 2021](https://arxiv.org/abs/1911.00068)). In our runs the estimate is too low. Where the truth is 80 %, it is 78 % from 3,000 cells per tube, and 65 % from 100.
#
# </details>

# %% [markdown]
# ## Where it breaks
#
# So far, labels were vague or wrong. Now every label is true, but **the assumption breaks.** A tube is a specimen of its own, seen once: all
# its cells share one focus, one light, one liquid. So cells of one type do *not* look alike in every tube.

# %%
lesson.predict("tube")

# %% [markdown]
# The explorer shows the share of new patients' cells that are named correctly (not balanced), against the number of tubes of each type. The number of
# purified cells is always the same.
# - **Orange:** tubes alone. **Blue:** tubes, and blood tests of forty patients. **Green:** blood tests alone.
# - **Small marks:** each of three data sets.
#
# Start with one tube. Then take more, and set the **differences between specimens** to none.

# %%
lesson.batch.show()

# %% [markdown]
# Without differences, one tube of each type is enough: more than 95 % are named correctly.
#
# With differences, let the monocytes' tube be slightly out of focus. Two rules fit all tubes: "large and smooth is
# a monocyte", and "blurred is a monocyte". *Types and tubes cannot be distinguished.* Luck decides which rule is learned: 47 to 87 % over the three data sets. Blood
# tests are vague about types, but they come from forty specimens, in which the rule of blur fails. With one tube per type, they raise
# the accuracy from 70 to 88 % in the mean. With eight tubes, they add nothing more: blur then marks no type.
#
# **Discuss:** Where else does one specimen stand for a whole class? How would you notice?
#
# ## Exercise 3 · Decide: which cells to hold out?
#
# There are eight pure tubes of each type, with 24 cells each. `accuracy("by cell")` trains on seven eighths of the cells of every tube, and tests on
# the others. `accuracy("by tube")` trains on seven tubes of each type, and tests on the eighth. Both are means over eight such tests,
# with equally many cells of each type. Guess first: which is larger, and by how much? The network will name cells of new patients. Which accuracy do you
# promise? Give `"by cell"` or `"by tube"`, then both accuracies.

# %%
from ddlearn.lessons.purified_specimens.held_out import accuracy

# BEGIN SOLUTION
way, by_cell, by_tube = "by tube", accuracy("by cell"), accuracy("by tube")
# BEGIN GIVEN
# way, by_cell, by_tube = TODO, TODO, TODO
# END SOLUTION
lesson.decide("held_out", way, by_cell, by_tube)

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **How many cells?** 26 purified cells (16 to 32 in ten runs) reach the [balanced accuracy](GLOSSARY.md#balanced-accuracy) of 32,768 cells of healthy donors with
#   blood tests, 74 %. As many cells of patients take 125 to 263.
# - **Impure tubes?** [Purity](GLOSSARY.md#purity) becomes a [transition matrix](GLOSSARY.md#transition-matrix). At 20 % impurity, the
#   [forward correction](GLOSSARY.md#forward-correction) raises the balanced accuracy from 75 to 89 %. The error that impurity causes then vanishes with more and
#   more cells.
# - **When do perfect labels mislead?** When each type is one specimen: 47 to 87 % on new patients. Add specimens or blood tests, and hold out whole specimens.
#
# **What this does not show.** There is one simulator, small networks, and healthy donors whose differences we assumed. Purification may change how cells look, which no
# test on tubes alone can notice.

# %% [markdown]
# ## Problems
#
# **1. Two more tubes (easy, checked).** Tube 1 has 20 cells: 18 granulocytes and 2 monocytes. Tube 2 has 60 cells: 12 granulocytes and 48 monocytes. Give $q_G$ (`share`), the
# probability that a granulocyte is from tube 2 (`granulocyte`), and that a monocyte is from tube 1 (`monocyte`).
#
# **2. Lost types (checked).** From which impurity on does a network without correction lose all monocytes of healthy donors, whose shares are
# $(0.62, 0.30, 0.08)$ (`donors`)? And all lymphocytes of the average blood, $(0.61, 0.28, 0.11)$ (`lymphocytes`)?
#
# <details><summary>3 and 4 (hard)</summary>
#
# **3. Forgotten sizes.** You take the two tubes of *By hand* to be equally large. Which $T$ do you get? Train with it until every cell's expected loss is as small as possible. What does the
# network say of a sure monocyte? Why can the name of a sure granulocyte not get its true probability?
#
# **4. A formula and a score.** In [[weak_labels#Explain:-the-effective-bag-size|Weak labels]], $N$ cells in bags are worth $Nq_c\,e_c$ labeled cells
# of type $c$, with $e_c = 1/(m_{\text{eff}}(1 - q_c) + q_c)$. This $e_c$ is an efficiency, and has nothing to do with the impurity $e$. The effective bag size $m_{\text{eff}}$ says how alike the bags are, and $q_c$ is the share
# in the population. Healthy donors have $m_{\text{eff}} = 81$ and the shares of problem 2. Patients have 6.26 and the shares of the average
# blood. (a) How many labeled monocytes are 32,768 cells of donors worth, and as many of patients? (b) How many purified cells hold as many monocytes, if a third of them are
# monocytes? Compare with what the ten runs gave. (c) Why does the formula predict no balanced accuracy?
#
# </details>
#
# <details><summary>A hint for the last question of problem 4</summary>
#
# The formula is for least squares, which estimates the mean of a feature over one type. The balanced accuracy depends on all types, and on how alike they look.
# And a network is not least squares: it can fit the noise of the blood tests.
#
# </details>

# %%
# BEGIN SOLUTION
share, granulocyte, monocyte, donors, lymphocytes = 30 / 80, 12 / 30, 2 / 50, 0.16 / 0.78, 0.56 / 1.17
# BEGIN GIVEN
# share, granulocyte, monocyte, donors, lymphocytes = TODO, TODO, TODO, TODO, TODO
# END SOLUTION
lesson.decide("by_hand", share, granulocyte, monocyte, donors, lymphocytes)

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** There are 30 granulocytes and 50 monocytes, so $q_G = 30/80 = 0.375$. Of the granulocytes, $12/30 = 0.4$ are in tube 2. Of the monocytes, $2/50 = 0.04$ are in tube 1. The
# sizes are as unequal as by hand, the other way around.
#
# **2.** $2 \cdot 0.08/(0.62 + 0.16) = 0.205$ for the monocytes of healthy donors. For lymphocytes, the same derivation gives $2 \pi_L/(\pi_G + 2\pi_L) = 0.56/1.17 = 0.479$.
#
# **3.** With equal sizes, $T$ has the rows $(0.8/0.9, 0.1/0.9) = (0.889, 0.111)$ and $(0.2/1.1, 0.9/1.1) = (0.182, 0.818)$. The expected loss of a cell is smallest where its name has
# the true probability, or one as close to it as $T$ allows. A sure monocyte has the name of tube 1 with probability 0.4. This lies between 0.182 and 0.889, so the network can match it: with the probability $P_G$ of granulocyte for
# which $0.889\,P_G + 0.182\,(1 - P_G) = 0.4$. So $P_G = 0.31$, although the true one is 0. A sure granulocyte has the name of tube 1 with probability 0.96, and the wrong $T$ gives at most 0.889, at $P_G = 1$.
# (To match 0.96, $P_G$ would have to be 1.10.) So $P_G = 1$ is right, and the name keeps a wrong probability. With pure tubes $T$ is the identity, whatever the sizes. To see it in a training, draw cells of
# `ddlearn.blood.purity(0.3)` with shares of one half, a third and a sixth, and train with `ddlearn.weak_labels.forward_loss`.
#
# **4.** For healthy donors the formula gives $32{,}768\, q_c e_c = 647$ labeled granulocytes, 172 lymphocytes and 35 monocytes. Three equal tubes match the monocytes with 105 cells. Patients are
# worth 6,551 granulocytes, 1,917 lymphocytes and 634 monocytes, or 1,903 cells in tubes. In ten runs we measured 16 to 32 purified cells for the healthy donors, and
# 125 to 263 for patients. So the order is right, and the sizes are not. A mean of a feature is estimated by least squares, one type at a time. A network is
# trained with weights of both signs on the losses of single cells, so it fits the noise of the blood tests as well. And the balanced accuracy counts only on which
# side of a boundary each cell lies. In formulas, purified tubes are bags too: the mean map with $A$ for the table of shares.
#
# **Without a solution.** More tubes and more patients are one `Plan` away, in `ddlearn.lessons.purified_specimens.batch`. A larger pool of cells is
# `ddlearn.blood.cell_pool(20_000, 4_000, generator)`, for half a minute of one core.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Yellin, Haeffele, Roth, Vidal: [Multi-cell detection and classification using a generative convolutional model](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html) (2018). The
#   setting of this page. Our cells are simulated.
#
# <details><summary>The papers of the methods</summary>
#
# - Patrini and others: [Making deep neural networks robust to label noise](https://arxiv.org/abs/1609.03683) (2017). The forward correction.
# - Northcutt, Jiang, Chuang: [Confident learning](https://arxiv.org/abs/1911.00068) (2021). The estimated purity.
#
# </details>
#
# **Next:** [[counting_and_rules]], Counting and rules.
