"""The minutes that a lesson states are those of its source."""

import pytest

from ddlearn.course import minutes

PAGE = """# %% [markdown]
# # A title of five words
# WORDS
# $$a + b = c$$
# In words: $a$ and $b$. <details>All that is folded is left out.</details>

# %%
lesson.predict("first")

# %%
lesson.peak.show()

# %%
@lesson.exercise("ridge")
def ridge(X, y, penalty):
    return TODO
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    # 15 words and one formula stand around them; one explorer, one exercise, and 5 + 1 questions take 22 minutes.
    [(0, 22), (180 * 10 - 55, 32), (180 * 30 - 55, 52)],
)
def test_minutes_are_counted_from_the_source(tmp_path, words, expected):
    source = tmp_path / "01_fixed_embeddings.py"
    source.write_text(PAGE.replace("WORDS", "word " * words), "utf-8")
    assert minutes.of(source) == expected
    assert minutes.stated(source) % 5 == 0
    assert 0 <= minutes.stated(source) - expected < 5


def page_of(root, words):
    (root / "solutions").mkdir()
    (root / "solutions" / "01_fixed_embeddings.py").write_text(PAGE.replace("WORDS", "word " * words), "utf-8")
    return minutes.faults(root)


def test_a_lesson_that_states_other_minutes_is_a_fault(tmp_path):
    (fault,) = page_of(tmp_path, 0)
    assert fault == "solutions/01_fixed_embeddings.py: takes 22 minutes. Write `minutes=25` in its room."


def test_a_lesson_of_more_than_fifty_minutes_is_a_fault(tmp_path):
    (fault,) = page_of(tmp_path, 180 * 30)
    assert "takes 52 minutes; at most 50" in fault
