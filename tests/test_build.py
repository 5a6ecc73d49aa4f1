"""The build: one source, two notebooks; every rule broken on purpose, and caught by name."""

import json
from pathlib import Path

import nbformat
import pytest

from ddlearn.course import build

SOURCE = '''\
# %% [markdown]
# # A small lesson
#
# ![a blob in a ring](ring.png)

# %%
from ddlearn.lessons.fixed_embeddings import TODO, lesson

lesson.start()

# %% [markdown]
# ## Build

# %% [markdown] tags=["instructor"]
# Ask why the diagonal is one.

# %%
@lesson.exercise("gram")
def gram(x):
    """The inner products."""
    # BEGIN SOLUTION
    products = x @ x.T

    return products
    # END SOLUTION

# %%
gram.hint()

# %%
1 + 1

# %%
1 + 2

# %%
1 + 3

# %%
1 + 3

# %%
lesson.quiz()
'''
SOLVED = SOURCE[SOURCE.index("    # BEGIN") : SOURCE.index("\n# %%\ngram.hint")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "01_small.py").write_text(SOURCE, "utf-8")
    return tmp_path


def rewrite(root: Path, old: str, new: str) -> None:
    path = root / "solutions" / "01_small.py"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def built(root: Path, folder: str) -> nbformat.NotebookNode:
    return nbformat.read(root / folder / "01_small.ipynb", as_version=4)


def faults(root: Path, exercises=("gram",)) -> list[str]:
    return build.check(root, lambda number: exercises)


def test_both_notebooks_come_from_one_source(root):
    made = [root / folder / "01_small.ipynb" for folder in ("lessons", "solutions")]
    assert [build.build(root), build.build(root)] == [made, []], "a second build writes nothing"
    learner, solved = built(root, "lessons"), built(root, "solutions")
    asked = next(cell for cell in learner.cells if cell.id == "exercise-gram")
    given = next(cell for cell in solved.cells if cell.id == "exercise-gram")
    head = '@lesson.exercise("gram")\ndef gram(x):\n    """The inner products."""\n    '
    assert asked.source == head + "return TODO"
    assert given.source == head + "products = x @ x.T\n\n    return products"
    (note,) = (cell for cell in solved.cells if "instructor" in cell.metadata.get("tags", ()))
    assert note.source == "Ask why the diagonal is one."
    assert len(learner.cells) == len(solved.cells) - 1
    for notebook in (learner, solved):
        nbformat.validate(notebook)
        assert notebook.metadata.kernelspec.name == "python3"
        assert all(cell.outputs == [] and cell.execution_count is None for cell in notebook.cells if "outputs" in cell)
    assert faults(root) == []


def test_a_cell_keeps_its_id_when_cells_come_and_change_around_it(root):
    build.build(root)
    before = [cell.id for cell in built(root, "lessons").cells]
    assert len(set(before)) == len(before)
    rewrite(
        root,
        "# %% [markdown]\n# ## Build\n",
        "# %% [markdown]\n# ## New\n\n# %%\nlesson.fresh()\n\n# %% [markdown]\n# ## Build\n",
    )
    rewrite(root, "# %%\nlesson.quiz()", "# %%\n1 + 3 + 2\n\n# %%\n1 + 3\n\n# %%\nlesson.quiz()")  # like a numbered id
    rewrite(root, "lesson.start()", "lesson.start()  # edited")
    rewrite(root, "# Ask why", '# Another note.\n\n# %% [markdown] tags=["instructor"]\n# Ask why')
    build.build(root)
    after = [cell.id for cell in built(root, "lessons").cells]
    assert [one for one in after if one in before] == before
    assert len(after) == len(set(after)) == len(before) + 4
    assert after == [cell.id for cell in built(root, "solutions").cells if "tags" not in cell.metadata]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("# ## Build", "# #### Build", "jumps from level 1 to 4"),
        ("# ## Build", "# # Build", "begins with its title, its only heading of level 1"),
        ("# # A small lesson", "# A small lesson", "a lesson begins with its title"),
        ("a blob in a ring", " ", "a picture without words"),
        ("![a blob in a ring](ring.png)", '<img src="ring.png">', "a picture without words"),
        ("![a blob in a ring](ring.png)", '<img src="ring.png" alt="">', "a picture without words"),
        ("gram.hint()", "import pip", "mentions pip"),
        ("gram.hint()", "!ls", "not plain Python"),
        ("gram.hint()", "\n".join(["x = 1"] * 26), "26 lines; 25 at most"),
        ("gram.hint()", "gram(x)\n# products = x @ x.T", "shows a line of a solution: products = x @ x.T"),
        ("# ## Build", "# ## Build\n#\n# It is `products = x @ x.T`.", "shows a line of a solution"),
        ("gram.hint()", "# see the line BEGIN SOLUTION", "a solution's marker is left"),
        ("# %%\n1 + 1\n", "# %% [markdown]\n# words\n", "7 cells of code; at least 8"),
        (
            "gram.hint()",
            '@lesson.exercise("gram")\ndef gram(x):\n    return TODO',
            "asks for gram, gram; its room declares gram",
        ),
        ('exercise("gram")', 'exercise("ridge")', "asks for ridge; its room declares gram"),
        ("    # BEGIN SOLUTION\n", "", "must stand in pairs"),
        ("    # END SOLUTION\n", "", "must stand in pairs"),
        ("    # END SOLUTION\n", "    # BEGIN SOLUTION\n", "must stand in pairs"),
        ("    # BEGIN SOLUTION\n", "    # BEGIN SOLUTION\n    # BEGIN SOLUTION\n", "must stand in pairs"),
        ("    products = x @ x.T\n\n    return products\n", "", "must stand in pairs, with a solution between them"),
        (SOLVED, "    return x @ x.T\n", "must leave one `return TODO`"),
        ("    return products", "    return TODO", "solutions/01_small.ipynb, cell 5: still says `return TODO`"),
    ],
)
def test_each_rule_is_caught_with_its_file(root, old, new, sentence):
    rewrite(root, old, new)
    try:
        build.build(root)
        said = faults(root)
    except ValueError as error:
        said = [str(error)]
    matching = [fault for fault in said if sentence in fault]
    assert matching, said
    assert all("01_small" in fault for fault in matching)


def test_a_comment_in_a_fenced_block_is_no_heading(root):
    rewrite(root, "# ## Build", "# ## Build\n#\n# ```\n# # a comment\n# ```")
    build.build(root)
    assert faults(root) == []


def run_a_cell(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 3
    path.write_text(json.dumps(notebook), "utf-8")


@pytest.mark.parametrize("damage", [run_a_cell, Path.unlink, lambda path: path.write_text("{")])
def test_drift_names_the_file(root, damage):
    build.build(root)
    damage(root / "lessons" / "01_small.ipynb")
    drift = "is not what its source says. Edit the source, then `ddlearn build`."
    assert faults(root) == [f"lessons/01_small.ipynb: {drift}"]
    assert build.build(root) == [root / "lessons" / "01_small.ipynb"]
    assert faults(root) == []


def test_a_source_whose_place_changed_must_be_renamed(root):
    source = root / "solutions" / "07_fixed_embeddings.py"
    source.write_text(SOURCE, "utf-8")
    with pytest.raises(ValueError, match=r"In solutions/ rename 07_fixed_embeddings.py to 01_fixed_embeddings.py,"):
        build.build(root)
    assert sorted(path.name for path in root.rglob("*")) == ["01_small.py", source.name, "solutions"]


REPAIR = """\
    # BEGIN SOLUTION
    n = len(x)
    return x @ x.T / n
    # BEGIN GIVEN
    # n = len(x)
    # return x @ x / n
    # END SOLUTION"""


def test_a_version_to_repair_is_in_the_learners_notebook_only_and_the_solution_of_a_problem_in_the_solved_one(root):
    rewrite(root, SOLVED, REPAIR)
    rewrite(root, 'tags=["instructor"]', 'tags=["solution"]')
    build.build(root)
    assert "Ask why" not in (root / "lessons" / "01_small.ipynb").read_text("utf-8")
    assert "Ask why" in (root / "solutions" / "01_small.ipynb").read_text("utf-8")
    (learners,), (solved,) = (
        [cell.source for cell in built(root, folder).cells if "gram(x)" in cell.source]
        for folder in ("lessons", "solutions")
    )
    assert learners.endswith('"""The inner products."""\n    n = len(x)\n    return x @ x / n')
    assert solved.endswith('"""The inner products."""\n    n = len(x)\n    return x @ x.T / n')
    assert faults(root) == []


def test_a_lesson_is_linked_by_its_name_and_an_unknown_one_is_refused(root):
    rewrite(root, "Ask why the diagonal is one.", "See [[alone]] and [[alone#Build|its exercise]].")
    (root / "solutions" / "01_small.py").rename(root / "solutions" / "07_alone.py")
    build.build(root)
    text = (root / "solutions" / "07_alone.ipynb").read_text("utf-8")
    assert "See [lesson 07](07_alone.ipynb) and [its exercise](07_alone.ipynb#Build)." in text
    with pytest.raises(ValueError, match=r"\[\[nowhere\]\] names no lesson. There are: alone"):
        build.linked("[[nowhere]]", root / "solutions")
    with pytest.raises(ValueError, match=r"\[\[alone#By hand\|there\]\] is no link: write \[\[slug\]\]"):
        build.linked("See [[alone#By hand|there]].", root / "solutions")
    assert build.linked("A matrix [[1, 2], [3, 4]] stays.", root / "solutions") == "A matrix [[1, 2], [3, 4]] stays."


def test_what_lessons_link_to_lies_beside_them(root):
    (root / "solutions" / "refreshers").mkdir()
    (root / "solutions" / "refreshers" / "eigenvalues.md").write_text("# Eigenvalues\n", "utf-8")
    build.build(root)
    copied = root / "lessons" / "refreshers" / "eigenvalues.md"
    assert copied.read_text("utf-8") == "# Eigenvalues\n"
    copied.write_text("# Mine\n", "utf-8")
    for orphan in ("NOTATION.md", "02_orphan.ipynb"):
        (root / "lessons" / orphan).touch()
    assert faults(root) == [
        "lessons/02_orphan.ipynb: no source in solutions/ makes this file; remove it.",
        "lessons/NOTATION.md: no source in solutions/ makes this file; remove it.",
        "lessons/refreshers/eigenvalues.md: is not what its source says. Edit the source, then `ddlearn build`.",
    ]


def test_a_lesson_ends_with_a_link_for_each_part_where_the_address_of_the_issues_is_known(root):
    build.build(root)
    assert "Report a problem" not in (root / "lessons" / "01_small.ipynb").read_text("utf-8")
    (root / "pyproject.toml").write_text('[project.urls]\nIssues = "https://example.org/o/r/issues/"\n')
    assert len(build.build(root)) == 2
    for folder in ("lessons", "solutions"):
        last = nbformat.read(root / folder / "01_small.ipynb", as_version=4).cells[-1]
        assert last.source.count("](") == 1
        address = "https://example.org/o/r/issues/new?template=problem.yml&lesson=01_small&part=Build"
        assert f"[Build]({address})" in last.source


def test_the_links_fill_fields_that_the_form_has():
    form = Path(__file__).parents[1].joinpath(".github", "ISSUE_TEMPLATE", "problem.yml").read_text("utf-8")
    for name in ("lesson", "part", "doctor"):
        assert f"    id: {name}\n" in form
