"""Where the cells of a sweep, or the claims of the course, are computed: here in turn, on every core, or on a cluster.

    with cluster.workers("dask"):  # one process a core of this machine
        double_descent.image_curve(...)
    with cluster.workers("dask", "tcp://10.0.0.1:8786"):  # a cluster that is running already
        double_descent.image_curve(...)

These are backends of joblib, and `joblib.parallel_config(backend="dask")` on a client of your own does as well. What
this adds: it waits for the workers, it refuses workers with another version of the course, and it mends two habits of
joblib's Dask backend. Given a cluster of one core that computes here, and for a cell under which every worker died it
waits for ever. A worker that is killed is no error: Dask runs its cells again elsewhere, and only the fourth death
under one and the same cell ends the sweep, in a sentence.

The numbers are those of a serial run, to rounding: each cell has a seed of its own. Rounding differs where a worker's
processor or number of threads does. Workers that are started here compute on one thread each, in torch and in BLAS. In
workers that run already, a cell holds its process to one thread while it runs. So that no two cells share a process,
start such workers with one thread: `dask worker ADDRESS --nthreads 1 --nworkers auto`. A sweep computes on the device
of its tensors; a claim on its worker's, which `DDLEARN_DEVICE` in the worker's environment sets. Random numbers drawn
on a GPU are not those of a CPU: do not mix the two in one run.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import joblib

import ddlearn
from ddlearn import arguments, compute, thread_pools

__all__ = ["BACKENDS", "workers"]

BACKENDS = ("sequential", "loky", "dask")
SECONDS_TO_JOIN = 60


@contextmanager
def workers(backend: str, scheduler: str | None = None) -> Iterator[None]:
    """Whatever runs through joblib inside runs on this backend; a cluster that was started for it ends with it.

    `scheduler` is the address of a running Dask cluster. Raises `ValueError` for what cannot be meant, and `OSError`,
    each in a sentence, for a cluster that is not there, that has no workers, or that lost too many of them.
    """
    arguments.one_of("backend", backend, BACKENDS)
    if scheduler and backend != "dask":
        raise ValueError(f"A scheduler belongs to the backend dask; the backend is {backend}.")
    if backend != "dask":
        how = {"n_jobs": compute.threads(), "inner_max_num_threads": 1} if backend == "loky" else {"n_jobs": 1}
        with warnings.catch_warnings(), joblib.parallel_config(backend=backend, **how):
            # loky replaces a worker whose memory has grown by 300 MB, and warns of it. No result is lost by that.
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
            yield
        return
    with _client(scheduler) as client, joblib.parallel_config(backend=_steadfast(client)):
        from distributed.scheduler import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise OSError(
                f"{error.allowed_failures + 1} workers in turn died under the same cell; most often there is too "
                "little memory for it. Give each worker more, or choose a smaller size."
            ) from error


@contextmanager
def _client(scheduler: str | None) -> Iterator:
    try:
        from dask import config
        from dask.distributed import Client, LocalCluster
    except ImportError:
        raise ValueError("The backend dask needs Dask: install the course with its extra, ddlearn[dask].") from None

    if scheduler is None:
        options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
        # A worker that died is started again, and on a slow machine that takes longer than the 15 seconds after which
        # Dask would do without it: the last one gone, a sweep would wait for ever.
        patient = config.set({"distributed.deploy.lost-worker-timeout": "1h"})
        options |= {"n_workers": compute.threads(), "env": dict.fromkeys(thread_pools.THREAD_VARIABLES, "1")}
        with _environment_kept(), patient, LocalCluster(**options) as local, Client(local) as client:
            yield _joined(client, compute.threads())
        return
    try:
        client = Client(scheduler, timeout=SECONDS_TO_JOIN)
    except OSError as error:
        raise OSError(f"There is no Dask scheduler at {scheduler} ({error}).") from error
    with client:
        yield _joined(client, 1)


@contextmanager
def _environment_kept() -> Iterator[None]:
    """Take back what Dask writes into the environment of this process, for the workers that it starts to inherit."""
    from dask import config

    names = {"PYTHONHASHSEED", *config.get("distributed.nanny.pre-spawn-environ")}
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _joined(client, count: int):
    """The client, once so many workers are there, all of which have this version of the course."""
    where = client.scheduler.address
    try:
        client.wait_for_workers(count, timeout=SECONDS_TO_JOIN)
    except TimeoutError as error:
        raise OSError(f"The cluster at {where} has no workers: {error}.") from error
    try:
        versions = set(client.run(_version).values())
    except ImportError as error:
        raise OSError(f"The workers at {where} lack the course ({error}). Install it there.") from error
    if versions != {ddlearn.__version__}:
        found = ", ".join(sorted(versions - {ddlearn.__version__}))
        raise OSError(f"The workers at {where} have ddlearn {found}, and this is {ddlearn.__version__}.")
    return client


def _version() -> str:
    return ddlearn.__version__


def _steadfast(client) -> joblib.parallel.ParallelBackendBase:
    from joblib._dask import DaskDistributedBackend

    class Steadfast(DaskDistributedBackend):
        """joblib's, which says so when Dask gives a task up, and sends work away from here to a single core too."""

        def effective_n_jobs(self, n_jobs):
            return max(2, super().effective_n_jobs(n_jobs))

        def submit(self, func, callback=None):
            job = super().submit(func, callback)
            job.add_done_callback(lambda ended: ended.exception() and callback(ended.exception()))
            return job

    return Steadfast(client=client)
