"""What nbval's one run of a notebook tells beside the errors in its cells: a plugin, `pytest -p measured --nbval-lax`.

Each notebook runs as on a hosted machine, on one core and without a network, and keeps a record of progress of its own.
A last item, `as a whole`, then asks what was promised: its time, its memory, that each claim held, and of the exercises
that none is passed as shipped and all are passed as solved. Time is the processor's, which neighbors disturb least.

As shipped, a notebook measures its claims at seed 0, and each control must fail. Solved, it leaves them to the slow
tests, which measure them at seed 1.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

import psutil
import pytest
from nbval import plugin
from one_core import on_one_core

from ddlearn import lessons
from ddlearn.classroom.progress import PASSED, Progress
from ddlearn.course import run

CLAIMS = "lesson.claims()"
WITH_CONTROLS = """
from ddlearn.classroom.claim import Claim
measured, run = [], Claim.run
Claim.run = lambda claim, seeds: measured.append(run(claim, seeds)) or measured[-1]
lesson.claims()
assert len(measured) == len(lesson.parts.claims)
assert [one for one in measured if not one.control_fails] == []
"""
AT_SEED_1 = """
measured = [claim.run([1]) for claim in lesson.parts.claims]
assert [one for one in measured if not (one.holds and one.control_fails)] == []
"""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector):
    """Take the place of what nbval collects."""
    found = yield
    return [Measured.from_parent(parent, path=file_path) if isinstance(one, plugin.IPyNbFile) else one for one in found]


class Measured(plugin.IPyNbFile):
    """A notebook of `lessons/` or `solutions/`; of the solved ones every cell must hold (`DDLEARN_STRICT`)."""

    def setup(self):
        """Start the kernel, in an environment of its own, and watch it."""
        self.folder = Path(tempfile.mkdtemp(prefix="ddlearn-nbval-"))
        self.run = run.Run(self.path.stem)
        startup = self.folder / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "offline.py").write_text(run.REFUSE_NETWORK)
        ours = {"DDLEARN_HOME": self.folder, "IPYTHONDIR": self.folder, "DDLEARN_STRICT": int(self.solved)}
        one_core = {"CPU_LIMIT": 1, "OMP_NUM_THREADS": 1}
        with pytest.MonkeyPatch.context() as patch, on_one_core():
            for name, value in {**ours, **one_core}.items():
                patch.setenv(name, str(value))
            super().setup()
        self.process = psutil.Process(self.kernel.km.provisioner.pid)
        self.watch = contextlib.ExitStack()
        self.watch.enter_context(run.peak_memory(self.process.pid, self.run))

    def collect(self):
        """The cells, and then the whole."""
        self.solved = self.path.parent.name == "solutions"
        cells = list(super().collect())
        (claims,) = (item for item in cells if item.cell.source == CLAIMS)
        claims.cell.source = AT_SEED_1 if self.solved else WITH_CONTROLS
        if self.solved:
            claims.add_marker("slow")
        yield from cells
        yield Whole.from_parent(self, name="as a whole")

    def teardown(self):
        """Stop the kernel; what it wrote goes too."""
        self.watch.close()
        super().teardown()
        shutil.rmtree(self.folder)


class Whole(pytest.Item):
    """The promises that no single cell can break."""

    def runtest(self):
        """Compare what was measured with what was promised."""
        notebook, number = self.parent, self.path.stem[:2]
        heavy, times = number >= "02", notebook.process.cpu_times()
        record = Progress(notebook.folder / "progress.json").lesson(lessons.LESSONS[number])
        room = lessons.load(number).parts
        print(f"{sum(times[:4]):.1f} s, {notebook.run.peak_mb:.0f} MB")
        assert sum(times[:4]) <= (75 if heavy else 60)  # of the kernel and of what it started, in user's and system's
        assert notebook.run.peak_mb <= (700 if heavy else 600)
        held = {name for name, claim in record["claims"].items() if claim["holds"]}
        assert held == {claim.name for claim in room.claims if not notebook.solved}
        passed = [name for name, one in record["exercises"].items() if one["status"] == PASSED]
        assert sorted(passed) == sorted(lessons.exercises(number) if notebook.solved else [])

    def reportinfo(self):
        """Where the notebook is, for pytest."""
        return self.path, None, f"{self.path.stem} as a whole"
