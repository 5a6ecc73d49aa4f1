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
# # 14 · Counting and rules
#
# ![Left: ten cells, each divided into the probabilities of two types, for the guesses 0.50 and 0.75. Right: the guess rises from round to round, from 0.50 to 0.75, above the dashed line at 7 of 10.](pictures/counting_and_rules.svg)
#
# *Seven of ten cells look like granulocytes. What is the share of granulocytes? The guess rises from round to round, and ends above 7 of 10.*
#
# **Question.** A doctor needs the share of each type among a patient's blood cells: too many lymphocytes can be the first sign of a leukemia. No cell has a label. One
# expert has a classifier, which errs. Another has rules from a textbook: seven of them name 99 % of our cells correctly. Take only
# three of these, and add a wrong one: now 61 % are named correctly, and 46 % are counted as lymphocytes where there are 12 %. How do you count, and which rules do you believe?
#
# **You will be able to**
# - repair one step of EM, a method that counts a patient's cells (Exercise 1);
# - choose between more purified cells and more counted cells, with a number (Exercise 2);
# - write a label model, which learns how far to trust each rule (Exercise 3).
#
# **Before you start:** [[purified_specimens]] · [Bayes' rule](refreshers/bayes_rule.md) ·
# [binomial numbers and tails](refreshers/binomial_and_tails.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.counting_and_rules import TODO, end_model, lesson, real_rules

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 7 the ten cells, at the board · 4 Exercise 1 · 5 predict and the patients · 6 one rule and silence, at
# the board · 3 vote on the broad rule · 5 the rules · 2 quiz. Exercises 2 and 3, the claims and the real cells are homework.
#
# **Board.** Ten cells and the guesses 0.5, 0.66, 0.715. Later the table of one rule.
#
# **The one question to ask:** "A rule names lymphocytes on 47 of 100 cells. A blood test finds 12. How often can the rule be right?" (At most
# on 12 of the 47.)
#
# **Usual wrong answers.** *"More cells give a better count"*: they reduce chance, and leave the classifier's errors. *"More rules, better labels"*: let them
# switch the broad rule on. *"The label model knows the truth"*: it knows which rules agree. *"The blood test is a label"*: it is a prior, with an error of its own.
#
# **Discussion.** Physiology hurts patients whose shares are unusual, and unusual patients come to a laboratory. A prior that was fitted to thirty people is
# knowledge about *those* people.
#
# **Exit ticket.** "What does a label model assume of its rules?"
#
# **If a machine is slow:** the patients take some seconds when they are first shown, and once more for the other classifier. All else answers at once.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: ten cells
#
# Three types of white blood cell are counted: **granulocytes**, which attack bacteria; **lymphocytes**, which make antibodies; and **monocytes**, which clear away dead
# cells. By hand, granulocytes and monocytes suffice.
#
# A tenth of the cells of each type look like the other type. A classifier learned this from two tubes of equal size, each of one type only. It gives the
# types the probabilities $(0.9, 0.1)$ if a cell looks like a granulocyte, and $(0.1, 0.9)$ otherwise. Of ten cells of a patient, seven look like granulocytes. What is
# the patient's share of granulocytes?
#
# **Count the most probable types:** 0.7. But this forgets the errors. If the share is $g$, the part $0.9\,g + 0.1\,(1 - g)$ of the cells should look like
# granulocytes. That is 0.7 for $g = 0.75$.
#
# **EM** (*expectation and maximization*) finds this share by repetition. Begin with a guess, say one half, the share in the tubes.
# 1. *Expectation.* What does each cell count for? At first, the classifier's probability of a granulocyte: 0.9 or 0.1.
# 2. *Maximization.* The mean is the next guess: $(7 \cdot 0.9 + 3 \cdot 0.1)/10 = 0.66$.
# 3. Repeat. At the guess 0.66, Bayes' rule turns 0.9 into $0.9 \cdot 0.66/(0.9 \cdot 0.66 + 0.1 \cdot 0.34) = 0.946$, and 0.1 into 0.177. The next guess is
#    $(7 \cdot 0.946 + 3 \cdot 0.177)/10 = 0.715$.
#
# The guesses 0.5, 0.66, 0.715, 0.736, … approach 0.75. There EM stands still: 0.9 becomes $0.675/0.7 = 0.964$ and 0.1 becomes $0.075/0.3 = 0.25$, so the
# next guess is $(7 \cdot 0.964 + 3 \cdot 0.25)/10 = 0.75$ again.
#
# ## Explain: EM with physiology
#
# Let the classifier give cell $i$ the probability $P_{ic}$ of type $c$. The classifier learned from tubes in which the types
# have the shares $q_c$. For a guess $\pi$ of the patient's
# shares, each cell counts for
#
# $$r_{ic} = \frac{P_{ic}\,\pi_c/q_c}{\sum_{c'} P_{ic'}\,\pi_{c'}/q_{c'}}.$$
#
# *In words:* this is the change of prior from [[purified_specimens]], with the guess for the prior. The sum of $r_{ic}$ over cells counts type $c$. Divided
# by the number of cells, this sum is the next guess ([Saerens and others 2002](https://doi.org/10.1162/089976602753284446)).
#
# In what sense is the next guess better? If the share is $g$, each of the ten cells looks like a granulocyte with the probability $0.1 + 0.8\,g$. So all ten have the probability
# $(0.1 + 0.8\,g)^7\,(0.9 - 0.8\,g)^3$. This is the **likelihood** of the guess. For 0.5, 0.66, 0.715 and 0.736 it is 0.98, 1.98, 2.18 and 2.22 thousandths, and it is largest at
# 0.75. In general, a round never lowers the likelihood, and EM climbs toward the guess under which the cells are most probable.
#
# **Physiology.** Patients' shares are not arbitrary: in most people, granulocytes are the largest part. The **Dirichlet distribution** is the usual one for random shares. It has a
# parameter $\alpha_c$ per type, and its density is proportional to $\prod_c \pi_c^{\alpha_c - 1}$.
#
# *In words:* if the types were known, $n_c$ cells of each type $c$ would have the likelihood $\prod_c \pi_c^{n_c}$. Multiplied by this density, the prior, it is
# $\prod_c \pi_c^{n_c + \alpha_c - 1}$. So the prior acts as if $\alpha_c - 1$ more cells of type $c$ had been counted. A step adds these cells to the count
# before it divides. By hand: with $\alpha = (3, 1)$, two granulocytes are added, and the first round gives $(6.6 + 2)/12 = 0.717$ instead of 0.66.
#
# <details><summary>Which prior does the explorer use?</summary>
#
# The patients are drawn from Dirichlet(3.21, 1.46, 0.59), which was fitted to thirty real blood samples. For the monocytes, $\alpha_c - 1 = -0.41$, and a
# negative number of cells makes no sense: this density is highest where there are no monocytes at all (problem 3). So the explorer counts with
# Dirichlet(3.21, 1.46, 1), which adds no monocytes and takes none away. Their share still falls a little, because other cells are added.
#
# </details>
#
# ## Exercise 1 · Repair: `shares_step`
#
# The function below should take one step, and is right for $\alpha = (1, 1)$. With $\alpha = (3, 1)$, its first round by hand gives 0.887 instead of 0.717. Find the mistake, and
# repair it.


# %%
@lesson.exercise("shares_step")
def shares_step(P, p_from, shares, alpha):
    """The next guess (C,).  P (cells, C); p_from = q (C,); shares = pi (C,), the guess; alpha (C,), all at least 1."""
    # BEGIN SOLUTION
    R = P * shares / p_from
    R = R / R.sum(1, keepdim=True)
    total = R.sum(0) + alpha - 1
    return total / total.sum()
    # BEGIN GIVEN
    # R = P * shares / p_from
    # R = R / R.sum(1, keepdim=True)
    # total = R.mean(0) + alpha - 1
    # return total / total.sum()
    # END SOLUTION


# %% [markdown]
# ## Predict

# %%
lesson.predict("physiology")

# %% [markdown]
# ## See: forty patients
#
# A classifier from three pure tubes counts forty patients with your steps.
# - **Left:** one patient. The bars are the true shares. The marks are three ways to count: the most probable types, EM, and EM with physiology.
# - **Right:** the mean error of a share, in percentage points, against the number of cells counted. The dashed line is what **chance alone** leaves: the error if the
#   type of every counted cell were known.
#
# Step through some patients. Then take more **cells counted**, and the classifier **from 900 purified cells**.

# %%
lesson.patient.show()

# %% [markdown]
# **EM against counting.** With 300 cells and the classifier from 900 purified cells, EM errs by 2.2 points, and counting the most probable types by 3.0. Chance alone
# leaves 1.7. With the classifier from 30 purified cells, EM errs by 7.2 points, because its probabilities are wrong and no guess of the shares repairs them.
#
# **Physiology** gains 1.2 points with ten cells and the classifier from 30 purified cells. With 300 cells and the other classifier it gains nothing,
# because a few added cells no longer matter.
#
# ## Exercise 2 · Decide: purified cells or counted cells?
#
# A laboratory can pay for one plan. Plan A: 30 purified cells to learn from, and 300 counted cells per patient. Plan B: 900 purified cells, and 30 counted
# cells per patient. `mean_error(purified, counted)` is the mean error of EM with physiology, in points. Give the better plan, `"A"` or `"B"`, then the
# errors of A and B. Before you call `mean_error`, estimate both errors from the numbers above. The error of chance shrinks like one over the root of the number of cells.

# %%
from ddlearn.lessons.counting_and_rules.patient import mean_error

# BEGIN SOLUTION
plan, error_a, error_b = "B", mean_error(30, 300), mean_error(900, 30)
# BEGIN GIVEN
# plan, error_a, error_b = TODO, TODO, TODO
# END SOLUTION
lesson.decide("spend", plan, error_a, error_b)

# %% [markdown]
# ## By hand: one rule, and its silence
#
# EM found the shares from known probabilities. Now nobody has purified anything, so the probabilities must be found as well. A textbook says: *a cell whose nucleus has segments is a granulocyte*. A **rule** names a type for some cells, and is
# silent about the others. If several rules speak, a **majority vote** takes the type that most of them name. It trusts all rules alike.
#
# A **label model** learns how far to trust each rule, with no label at all ([Dawid and Skene 1979](https://doi.org/10.2307/2346806)). The **habits** of a
# rule say how often it gives each of its answers, for each type. From known habits, Bayes' rule gives each cell's probabilities of the types. From known
# probabilities, counting gives the habits. Neither is known, so EM begins with a guess of the probabilities and repeats both steps.
#
# Take one rule and four cells. For now, the cells count as granulocytes with the probabilities 0.9, 0.9, 0.1 and 0.1. The rule names the first two
# granulocytes, the third a monocyte, and is silent about the fourth. In the table, each cell counts for each type with its probability.
#
# | cells | says granulocyte | says monocyte | is silent | sum |
# |---|---|---|---|---|
# | granulocytes | 0.9 + 0.9 = 1.8 | 0.1 | 0.1 | 2 |
# | monocytes | 0.1 + 0.1 = 0.2 | 0.9 | 0.9 | 2 |
#
# Divided by the sums, the rule's habits are $(0.9, 0.05, 0.05)$ for granulocytes and $(0.1, 0.45, 0.45)$ for monocytes. It is silent nine times as often
# about a monocyte. So silence is evidence: with equal shares, the fourth cell is a granulocyte with the probability $0.05/(0.05 + 0.45) = 0.1$.
#
# ## Exercise 3 · Write: `label_round`
#
# Let $r_{ic}$ be the present probability that cell $i$ has type $c$, and $\theta_{jcl}$ the probability that rule $j$ says $l$ of a cell of type $c$.
# Silence is one of the answers $l$. Write $l(i, j)$ for what rule $j$ says of cell $i$. A round computes
#
# $$\theta_{jcl} \propto s + \sum_{i:\, j \text{ says } l \text{ of } i} r_{ic}, \qquad r_{ic} \propto \pi_c \prod_j \theta_{jc\,l(i,j)}.$$
#
# *In words:* the first formula counts the habits, as in the table. It adds $s$ cells to each entry, so that none is zero. The sign $\propto$ says: divide by
# the sum, here over the answers $l$.
#
# The second formula is Bayes' rule for each cell, with one factor per rule. Here $\propto$ says: divide by the sum over the types $c$. The prior $\pi$ is called the **class balance**: the
# shares of the types among all cells. The product treats the rules as independent: given the type, one rule's errors say nothing about another's.
#
# Write one round, rule by rule. Instead of multiplying factors, add their logarithms, and end with a softmax over the types. If nobody knows
# the class balance, the explorer passes the mean of $r$ over the cells as `balance`.


# %%
@lesson.exercise("label_round")
def label_round(r, heard, balance, s):
    """The next r (cells, C).  heard (cells, rules, C + 1): 1 where rule j says l, silence last; balance = pi (C,)."""
    # BEGIN SOLUTION
    joint = balance.log().repeat(len(r), 1)
    for j in range(heard.shape[1]):
        counts = r.T @ heard[:, j] + s
        theta = counts / counts.sum(1, keepdim=True)
        joint = joint + heard[:, j] @ theta.log().T
    return joint.softmax(1)
    # END SOLUTION


# %% [markdown]
# ## Predict
#
# EM needs a start. Your rounds begin at the majority vote: a cell counts for the type that most of the speaking rules name, and equally
# for all types if no rule speaks. This start also decides which type is which. The votes cannot: if two types exchange habits and shares, the votes are just as probable. The rounds go
# on until nothing changes.

# %%
lesson.predict("broad")

# %% [markdown]
# ## See: rules from a textbook
#
# You choose **seven** rules, **nine**, or the **three narrow ones** of the prediction. Each narrow rule names few cells:
# one as lymphocytes, the two others as monocytes. The three are among the seven, and the seven among the nine. A switch adds the fourth rule of the prediction, which is **broad and wrong**. The habits of all rules were counted on 6,169 real cells
# ([WBCAtt](https://arxiv.org/abs/2306.13531)). Here their votes are drawn with these habits, each rule on its own.
# - **Left:** for majority vote and label model, the accuracy, the calibration error of [[purified_specimens]], and the **count error**, the mean gap
#   between counted and true shares.
# - **Right:** how often each rule is right when it speaks: the truth (circles), and what the label model believes (crosses).
#
# <details><summary>What do the rules say?</summary>
#
# The last two columns come from the habits and the shares of the types among the real cells.
#
# | rule | gives the name | speaks of | right when it speaks |
# |---|---|---|---|
# | nucleus has segments, or is a band (a bent rod, in a young cell) | granulocyte | 68 % | 99.9 % |
# | nucleus is round | lymphocyte | 11 % | 87 % |
# | nucleus is indented | monocyte | 13 % | 78 % |
# | nucleus fills the cell (narrow) | lymphocyte | 12 % | 91 % |
# | chromatin is loose (narrow) | monocyte | 9 % | 90 % |
# | cytoplasm has vacuoles (narrow) | monocyte | 7 % | 84 % |
# | cytoplasm is frosted | lymphocyte or monocyte | 19 % | 91 % |
# | cytoplasm is clear (in nine only) | granulocyte | 81 % | 93 % |
# | cell is big and irregular (in nine only) | monocyte | 16 % | 45 % |
# | cell is small (broad, wrong) | lymphocyte | 47 % | 25 % |
#
# </details>
#
# Start with seven rules. Then take the **three narrow ones**. Before you switch the **broad, wrong rule** on, guess: will the model name more cells correctly, or fewer? Finally, give the model
# **the blood test** as class balance: it finds the shares of the types.

# %%
lesson.rules.show()

# %% [markdown]
# **Whom does the model believe?** Take the three narrow rules and the broad one, with the balance left to the model. On 74 % of the cells that the broad rule names, no other rule
# speaks. There the broad rule alone is the majority. So the first round takes it for a good rule, and the last round believes that it is right on 96 % of its cells. The truth is 25 %.
#
# **Without the wrong rule, the model can be worse.** With the three narrow rules alone, the model names 22 % of the cells correctly, instead of 61 %. No narrow rule names
# granulocytes, and on 77 % of the cells all three are silent. The model finds that few of these cells are monocytes: two rules name monocytes, often on the same cells. Rules that err independently agree so often only if few monocytes escape both. But a single
# rule names lymphocytes, and no vote tells how many of the silent cells it missed. The last round gives each of them 48 % granulocyte and 49 % lymphocyte, and so calls all of them lymphocytes. Chance
# decides. Of twenty draws of the votes, 11 end like this one. In the others, the model names at least 93 % correctly.
#
# **Wrong when it speaks, right when it is silent.** How can a rule that is wrong three times out of four help? It names 99 % of the lymphocytes, and 44 % of the granulocytes.
# The model misses the second fact, and finds the first. So a cell on which all four rules are silent is very probably no lymphocyte, and the model calls it a granulocyte. That is right for
# 94 % of these cells. But the granulocytes that the rule names, a third of all cells, are called lymphocytes.
#
# <details><summary>Why does a majority vote of the narrow rules reach 93.5 %?</summary>
#
# By luck. Where all rules are silent, a majority vote takes the first type on its list. This is the granulocyte, and 95 % of these cells are granulocytes.
#
# </details>
#
# **The votes have two explanations.** In the first, nearly half of the cells are lymphocytes, and the broad rule is right. In the second, few are, and it is wrong. *Both
# make the votes nearly equally probable* (problem 4), so no number of rounds can decide. The class balance can.
#
# **What the class balance adds.** The broad rule calls 47 % of the cells lymphocytes. The blood test finds 12 %. So the rule can be right on at most
# $12/47 = 26$ % of the cells that it names. With the balance fixed, the first explanation is impossible, and the model names 94 % of the cells correctly. A
# majority vote uses the balance only where votes are tied or absent, and names 61.5 %.

# %% [markdown]
# ## Where it breaks
#
# - **Rules that err together.** If three of six rules always say the same, a label model takes them for three independent witnesses. It trusts them too
#   much (see the claims).
# - **A wrong class balance.** Take the seven rules on 2,000 cells, as at the start, and change the class balance to **equal thirds**. The count error
#   grows from 0.2 to 1.3 points. More cells need not help, because a wrong balance does not average out. With 3,000 **Cells**,
#   the error is even 4.8 points, with 93 % of the cells named correctly instead of 99.5 %.
# - **Unusual patients.** Physiology moves each count toward the usual patient. Patient 38 has 81 % lymphocytes. From ten cells and 900
#   purified cells, EM errs by 1.5 points, and with physiology by 9.5.
#
# <details><summary>Why do equal thirds hurt, and is it always so?</summary>
#
# On 6 % of the cells all seven rules are silent, and nearly all of these are granulocytes. Thirds ask for more lymphocytes, so with 3,000 cells the model calls these cells
# lymphocytes. Whether this happens is chance: of twenty draws of the votes, ten end like this with 3,000 cells, and ten with 2,000.
#
# </details>
#
# **Discuss:** A prior was fitted to thirty people. Which patients does it hurt, and who comes to a laboratory?

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
# - **How do you count?** By [EM](GLOSSARY.md#em): count with probabilities, correct them by the count, and repeat. With 300 cells and a classifier from 900 purified ones, it errs by 2.2 points,
#   and counting the most probable types by 3.0. Chance alone leaves 1.7.
# - Physiology enters as a [Dirichlet](GLOSSARY.md#dirichlet-distribution) prior, as if some cells had been counted already. It helps where few cells are counted.
# - **Which rules do you believe?** A [label model](GLOSSARY.md#label-model) learns this from agreement alone. Ours believed the wrong rule, and named 61 % of the cells correctly. With
#   the class balance of a blood test, it names 94 %.
#
# **What this does not show.** Votes are drawn one rule at a time, as the label model assumes. Real rules look at the same properties and err together. And whoever wrote these
# rules had seen the cells.

# %% [markdown]
# ## Problems
#
# **1. Chance alone (easy, checked).** A share $\pi_c$ that is counted on $n$ cells has the standard deviation $\sqrt{\pi_c(1 - \pi_c)/n}$, and its error is nearly normal. The mean absolute
# value of a normal error is $\sqrt{2/3.1416} = 0.798$ standard deviations. A patient has the shares $(0.61, 0.28, 0.11)$. How many cells give a mean error of one percentage point, over the three types?
#
# **2. Where EM stands still (checked).** A classifier gives $(0.8, 0.2)$ to cells that look like the first type, and $(0.2, 0.8)$ to all others, at equal shares. Of very many cells, 62 % look
# like the first type. Which share does plain EM find? And if only 10 % do?
#
# **3. The most probable shares.** Show that the Dirichlet density with all $\alpha_c > 1$ is largest at $\pi_c = (\alpha_c - 1)/\sum_{c'} (\alpha_{c'} - 1)$. Where is it largest if one $\alpha_c$ is below 1?
#
# **4. Two explanations (hard).** One rule says *lymphocyte* of 47 % of the cells, and is silent about the others. There are two types. Show that the votes alone cannot tell how often it is right. What changes if the
# share of lymphocytes is known to be 12 %? Then add three narrow rules. Which votes on one cell contradict the broad rule? Why may these votes not be enough?

# %%
# BEGIN SOLUTION
cells, first, second = 0.798**2 * 0.4165**2 / 0.01**2, 0.7, 0
# BEGIN GIVEN
# cells, first, second = TODO, TODO, TODO
# END SOLUTION
lesson.decide("numbers", cells, first, second)

# %% [markdown]
# <details><summary>The rules on the real cells, for a machine with internet access</summary>
#
# The properties of the real cells are a table of 2 MB, which is fetched once. Without internet access, the box below the cell says so. In a new notebook cell, show the same explorer with the votes of the real rules:
#
# ```python
# real_rules.show()
# ```
#
# Then train a neural network on the label model's answers, with no label anywhere, and test it on the official test cells. Which set of rules does best, and what does
# the broad rule do to it?
#
# ```python
# end_model("seven", broad=False, balance="left to the model")
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** The standard deviations for one cell are 0.488, 0.449 and 0.313, with the mean 0.4165. The mean error is $0.798 \cdot 0.4165/\sqrt n = 0.01$ for $n = 1{,}105$.
#
# **2.** At the share $g$, the part $0.8\,g + 0.2\,(1 - g)$ looks like the first type. That is 0.62 for $g = 0.7$, where EM stands still. It would be 0.1 for $g = -1/6$. No share can be
# negative, so EM falls to 0: the classifier is wrong for this patient, and EM cannot say so.
#
# **3.** The logarithm of the density is $\sum_c (\alpha_c - 1)\ln\pi_c$ and a constant. With a multiplier $\nu$ for $\sum_c \pi_c = 1$, its derivative is zero where
# $(\alpha_c - 1)/\pi_c = \nu$ for all $c$. So $\pi_c$ is proportional to $\alpha_c - 1$. The logarithm is concave if all $\alpha_c > 1$, so this is the maximum. If $\alpha_c < 1$, the density grows without bound as
# $\pi_c$ goes to zero. So a most probable patient does not exist.
#
# **4.** Let $a$ be the share of lymphocytes, and let the rule speak of the parts $t$ of them and $u$ of all others. The votes of one rule depend only on $a t + (1 - a) u = 0.47$. Every choice on this surface
# makes the votes equally probable. The rule is right on $a t/0.47$ of its cells, and this can be anything from 0 to 1. With $a = 0.12$ known, it is at most $0.12/0.47 = 0.26$. Narrow rules add agreements and contradictions: a cell
# that the broad rule names and a narrow rule denies. But the narrow rules are silent on 77 % of the cells. We ran the rounds on 3,000 cells, from the majority vote and from the truth. They end at different explanations, with
# the log-likelihoods $-4374.6$ and $-4374.3$. In the first, the broad rule is right on 91 % of its cells, and in the second on 25 %. The votes cannot tell them apart.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Yellin, Haeffele, Roth, Vidal: [Multi-cell detection and classification using a generative convolutional model](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html) (2018). A prior
#   from patients' blood counts.
#
# <details><summary>The papers of EM, of the label model and of the cells</summary>
#
# - Saerens, Latinne, Decaestecker: [Adjusting the outputs of a classifier to new a priori probabilities](https://doi.org/10.1162/089976602753284446) (2002). EM for shares.
# - Dawid, Skene: [Maximum likelihood estimation of observer error-rates using the EM algorithm](https://doi.org/10.2307/2346806) (1979). The label model.
# - Tsutsui, Pang, Wen: [WBCAtt](https://arxiv.org/abs/2306.13531) (2023). The real cells and their properties.
# - Patrini and others: [(Almost) no label no cry](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) (2014). Labels from proportions.
#
# </details>
#
# **Next:** [[capstone]], Capstone.
