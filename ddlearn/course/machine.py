"""The facts of this machine, one method a fact, measured when it is asked for and judged nowhere here.

The doctor judges them; a test hands it a machine with one fact replaced. A fact that cannot be measured raises, and
the doctor says so.
"""

import importlib.metadata
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from packaging.requirements import Requirement

from ddlearn import compute
from ddlearn.classroom.progress import Progress, home
from ddlearn.course.notebooks import checkout

WIDGETS = "@jupyter-widgets/jupyterlab-manager"


class Machine:
    """What stands here: versions, front end, cores, memory, device, folders. Each method measures one thing."""

    def sentence(self) -> str:
        """The machine in one line, as a page says it: nothing in it is personal."""
        python, torch, threads = ".".join(map(str, self.python())), self.version("torch"), self.cores_granted()
        memory = f"{self.memory_limit() / 2**30:.1f} GB of memory"
        said = "1 thread" if threads == 1 else f"{threads} threads"
        return f"{self.system()}, Python {python}, torch {torch} ({self.device()}), {said}, {memory}"

    def python(self) -> tuple[int, int, int]:
        return sys.version_info[:3]

    def system(self) -> str:
        return f"{platform.system()} {platform.machine()}"

    def requirements(self) -> list[Requirement]:
        """What ddlearn needs to run, with the ranges of its own metadata; extras are left out."""
        needed = map(Requirement, importlib.metadata.requires("ddlearn") or [])
        return [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]

    def version(self, package: str) -> str | None:
        """The installed version of a package, None where it is missing."""
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def tested_versions(self) -> dict[str, str]:
        """The pins of constraints.txt, package -> version; empty in a wheel, which carries none."""
        root = checkout()
        lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines() if root else []
        pins = (line.partition("#")[0].partition(";")[0].strip().split("==") for line in lines)
        return {pin[0].strip().lower(): pin[1].strip() for pin in pins if len(pin) == 2}

    def widgets_folder(self) -> Path | None:
        """Where JupyterLab finds the extension that draws widgets, None where it finds none."""
        from jupyter_core.paths import jupyter_path

        folders = [Path(root) / WIDGETS for root in jupyter_path("labextensions")]
        return next((folder for folder in folders if (folder / "package.json").is_file()), None)

    def kernel(self) -> str | None:
        """The interpreter that the kernel `python3` of our notebooks starts, None where there is no such kernel."""
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        try:
            command = KernelSpecManager().get_kernel_spec("python3").argv[0]
        except NoSuchKernel:
            return None
        # Jupyter itself reads a bare "python" as the interpreter that it runs on.
        if command in {"python", f"python{sys.version_info[0]}", "python{}.{}".format(*sys.version_info)}:
            return sys.executable
        return shutil.which(command) or command

    def interpreter(self) -> str:
        return sys.executable

    def cores(self) -> int:
        """Cores that the machine shows, whatever of them it grants."""
        return os.cpu_count() or 1

    def cores_granted(self) -> int:
        return compute.threads()

    def torch_threads(self) -> int:
        import torch

        return torch.get_num_threads()

    def pools(self) -> dict[str, int]:
        """Threads of each numerical library loaded, by its name: BLAS and OpenMP, which do not know of a quota."""
        import sklearn.utils  # noqa: F401  (loads NumPy's and SciPy's BLAS, as a lesson does)
        from threadpoolctl import threadpool_info

        return {Path(pool["filepath"]).name.partition(".")[0]: pool["num_threads"] for pool in threadpool_info()}

    def memory_limit(self) -> int:
        return compute.memory_limit()

    def memory_free(self) -> int:
        return compute.memory_left()

    def device(self) -> str:
        """The device in words: its kind, and its name where it is a GPU."""
        import torch

        device = compute.device()
        return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)

    def cuda_build(self) -> str | None:
        """The CUDA version that torch was built with, None for a CPU build."""
        import torch

        return torch.version.cuda

    def has_gpu(self) -> bool:
        import torch

        return torch.cuda.is_available()

    def reference_fit(self) -> float:
        """Seconds of one ridge path on 500 points (20 penalties, leave-one-out included): the median of three.

        Where that takes seconds, once is enough.
        """
        import torch

        from ddlearn.kernels import rbf
        from ddlearn.ridge import ridge_path

        x = torch.randn(500, 2, dtype=torch.float64, generator=compute.generator(0))
        penalties = torch.logspace(-6, 0, 20, dtype=torch.float64)
        seconds = []
        while len(seconds) < 3 and sum(seconds) < 2:
            start = time.perf_counter()
            ridge_path(rbf(x), x[:, 0].sin(), penalties)
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)

    def single_threaded_fit(self) -> float:
        """The same fit on one thread: where it is the faster one, the other threads only wait for a core."""
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return self.reference_fit()
        finally:
            torch.set_num_threads(threads)

    def home(self) -> Path:
        return home()

    def cache(self) -> Path:
        """Where data sets are kept once they are fetched."""
        from ddlearn.fetch import cache_folder

        return cache_folder()

    def refusal(self, folder: Path) -> str | None:
        """Why `folder` cannot be written, None if it can. Makes the folder, for that is what would be done first."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"x")
        except OSError as error:
            return (error.strerror or str(error)).lower()
        return None

    def progress(self) -> Progress:
        return Progress(self.home() / "progress.json", patience=0.5)

    def disk_free(self) -> int:
        """Bytes free where progress is kept."""
        folder = self.home()
        return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.is_dir())).free
