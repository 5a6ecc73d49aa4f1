"""A Dask cluster measures exactly what a serial run does, though a worker is killed in the middle: nothing is lost."""

import os
import signal
import sys
import time
import warnings

import cloudpickle
import joblib
import pytest
import torch

import ddlearn
from ddlearn import cluster, lessons, thread_pools
from ddlearn.compute import generator
from ddlearn.course import claims
from ddlearn.double_descent import conv_widths, image_curve, run_cells
from ddlearn.generalization import measure_learning_curve

QUICK = sorted(lessons.LESSONS)[:2]
QUIET = {"dashboard_address": "127.0.0.1:0", "silence_logs": 50, "threads_per_worker": 1}


def test_whoever_has_no_dask_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with (
        pytest.raises(ValueError, match=r"needs Dask: install the course with its extra, ddlearn\[dask\]"),
        cluster.workers("dask"),
    ):
        pass


def test_what_cannot_be_meant_is_refused():
    with (
        pytest.raises(ValueError, match="backend must be one of 'sequential', 'loky', 'dask'"),
        cluster.workers("desk"),
    ):
        pass
    with pytest.raises(ValueError, match="A scheduler belongs to the backend dask; the backend is loky"):
        claims.main(QUICK[:1], seeds=1, backend="loky", scheduler="tcp://127.0.0.1:1")


def test_every_claim_of_the_course_can_travel():
    """What a worker gets is small: functions by their names, and no data."""
    for number in lessons.LESSONS:
        for claim in lessons.load(number).parts.claims:
            packed = cloudpickle.dumps(claim)
            assert len(packed) < 20_000, claim.id
            assert cloudpickle.loads(packed).id == claim.id


# -- a cluster of one core, or none


def test_a_scheduler_that_is_not_there_is_said(monkeypatch):
    pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    monkeypatch.setattr(cluster, "SECONDS_TO_JOIN", 1)
    with pytest.raises(OSError, match=r"^There is no Dask scheduler at tcp://127\.0\.0\.1:9 "):
        claims.main(QUICK[:1], seeds=1, backend="dask", scheduler="tcp://127.0.0.1:9")


def deeper(i):
    return (os.getpid(),)


@pytest.mark.slow
def test_the_command_measures_on_a_cluster_of_its_own(tmp_path, monkeypatch, capsys, one_thread):
    pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    monkeypatch.setattr(cluster.compute, "threads", lambda: 1)
    assert claims.main(QUICK[:1], tmp_path / "there.json", seeds=1, backend="dask") == 0
    claims.main(QUICK[:1], tmp_path / "here.json", seeds=1)
    there, mine = ((tmp_path / name).read_text() for name in ("there.json", "here.json"))
    assert [line for line in there.splitlines() if "seconds" not in line] == [
        line for line in mine.splitlines() if "seconds" not in line
    ]
    assert "claims hold, and their controls fail as they must" in capsys.readouterr().out


@pytest.mark.slow
def test_one_core_elsewhere_is_still_elsewhere_and_none_is_said(monkeypatch):
    distributed = pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    monkeypatch.setattr(cluster, "SECONDS_TO_JOIN", 1)
    with distributed.LocalCluster(n_workers=0, **QUIET) as small:
        address = small.scheduler_address
        with pytest.raises(OSError, match=r"The cluster at tcp://.* has no workers"), cluster.workers("dask", address):
            pass
        monkeypatch.setattr(cluster, "SECONDS_TO_JOIN", 60)
        small.scale(1)
        with cluster.workers("dask", address):
            assert os.getpid() not in {pid for (pid,) in run_cells(deeper, [(1,), (2,)])}
        monkeypatch.setattr(ddlearn, "__version__", "99.0")
        with pytest.raises(OSError, match=r"have ddlearn \d.*, and this is 99\.0\.$"), cluster.workers("dask", address):
            pass


def pools(i):
    """How many threads each numerical library of this process computes on, torch last."""
    import scipy.linalg  # noqa: F401  (its BLAS is another than NumPy's)
    from threadpoolctl import threadpool_info

    return os.getpid(), [pool["num_threads"] for pool in threadpool_info()] + [torch.get_num_threads()]


@pytest.mark.skipif(os.cpu_count() == 1, reason="on one core a library takes one thread anyway")
@pytest.mark.parametrize("backend", ["loky", pytest.param("dask", marks=pytest.mark.slow)])
def test_workers_of_one_machine_compute_on_one_thread_each(backend, monkeypatch):
    if backend == "dask":
        pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    for name in thread_pools.THREAD_VARIABLES:  # which joblib and Dask leave as they find them
        monkeypatch.setenv(name, "2")
    monkeypatch.setattr(cluster.compute, "threads", lambda: 2)
    with cluster.workers(backend):
        found = run_cells(pools, [(i,) for i in range(4)])
    assert all(pid != os.getpid() and set(threads) == {1} for pid, threads in found), found


def test_a_worker_that_gives_way_to_another_is_no_news(monkeypatch):
    def grown(i):
        """Work after which loky takes the first processes for such whose memory has grown too much."""
        import os

        from joblib.externals.loky import process_executor

        if i < 4:
            process_executor._MAX_MEMORY_LEAK_SIZE, process_executor._MEMORY_LEAK_CHECK_DELAY = -1e15, 0.0
        return os.getpid()

    monkeypatch.setattr(cluster.compute, "threads", lambda: 2)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with cluster.workers("loky"):
            processes = joblib.Parallel()(joblib.delayed(grown)(i) for i in range(8))
    assert len(set(processes)) > 2
    assert [str(warning.message) for warning in said] == []


# -- a cluster of two processes


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    patient = pytest.importorskip("dask").config.set({"distributed.deploy.lost-worker-timeout": "1h"})
    with patient, distributed.LocalCluster(n_workers=2, **QUIET) as two, distributed.Client(two) as client:
        client.wait_for_workers(2)
        yield client


class Killer:
    """Progress that kills workers at its first word, and keeps what it was told."""

    def __init__(self, client, victims=1):
        client.wait_for_workers(2, timeout=60)
        self.workers = set(client.run(os.getpid).values())
        self.victims, self.told = sorted(self.workers)[:victims], []
        assert os.getpid() not in self.workers

    def __call__(self, fraction, words):
        if not self.told:
            for pid in self.victims:
                os.kill(pid, signal.SIGKILL)
        self.told.append(fraction)


def images(n=60, m=20, side=8):
    draw = generator(0)
    x, x_new = (torch.rand(count, side, side, generator=draw, dtype=torch.float64) for count in (n, m))
    return x, torch.arange(n).expand(2, n) % 3, x_new, torch.arange(m) % 3


def swept(name, progress=None):
    """One sweep of each kind that lessons 06 to 08 have."""
    x, y, x_new, y_new = images()
    if name == "random features":
        how = {"width": 1.0, "classes": 3, "rate": 0.1, "progress": progress}
        return image_curve(x.flatten(1), y[0], 20, [5, 20, 40], 6, generator(0), **how).mse
    if name == "convolutions":
        how = {"classes": 3, "steps": 8, "batch": 20, "progress": progress}
        return conv_widths(x, y, x_new, y_new, [1, 2, 3, 4], generator(0), **how).mse
    K = torch.exp(-torch.cdist(x.flatten(1), x.flatten(1)))
    Y = y[0][:, None].double() - 1
    how = {"trials": 20, "generator": generator(0), "progress": progress}
    return measure_learning_curve(K, Y, [5, 20, 40], **how).mistakes


@pytest.mark.slow
@pytest.mark.parametrize("name", ["random features", "convolutions"])
def test_a_sweep_loses_nothing_to_a_worker_that_is_killed(client, one_thread, name):
    serial, killer = swept(name), Killer(client)
    with joblib.parallel_config(backend="dask"):
        found = swept(name, killer)
    assert torch.equal(found, serial)
    assert killer.told[-1] == 1.0
    assert killer.told == sorted(killer.told)
    client.wait_for_workers(2, timeout=60)
    assert set(client.run(os.getpid).values()) != killer.workers


@pytest.mark.slow
def test_a_learning_curve_outlives_every_worker_that_had_its_data(client, one_thread):
    """An array that joblib hands to Dask by itself lies on one worker, and "can't be recovered" when that one dies."""
    serial, killer = swept("learning curve"), Killer(client, victims=2)
    with joblib.parallel_config(backend="dask"):
        found = swept("learning curve", killer)
    assert torch.equal(found, serial)
    assert killer.told[-1] == 1.0


@pytest.mark.slow
def test_claims_are_what_a_serial_run_measures_though_a_worker_is_killed(client, one_thread):
    declared = lessons.load(QUICK[0]).parts.claims[:3]
    serial, killer = claims.measure(declared, seeds=2), Killer(client)
    with cluster.workers("dask", client.scheduler.address):
        found = claims.measure(declared, 2, killer)
    for a, b in zip(found, serial, strict=True):
        assert a.claim.id == b.claim.id
        assert a.measured == b.measured
        assert a.control_measured == b.control_measured
    assert len(killer.told) == 2 * len(declared)
    assert killer.told[-1] == 1.0


def where(i):
    """A cell that has a sweep inside."""
    return os.getpid(), {pid for pid, *_ in run_cells(deeper, [(i,)] * 3)}


@pytest.mark.slow
def test_a_sweep_inside_a_cell_stays_with_its_cell(client):
    with cluster.workers("dask", client.scheduler.address):
        found = run_cells(where, [(i,) for i in range(4)])
    assert all(inside == {pid} and pid != os.getpid() for pid, inside in found)


def where_alone(i):
    return os.getpid()


@pytest.mark.slow
def test_a_local_cluster_waits_for_workers_that_start_again_slowly(monkeypatch):
    dask = pytest.importorskip("dask")
    pytest.importorskip("dask.distributed", reason="Dask is not installed: ddlearn[dask]")
    monkeypatch.setenv("CPU_LIMIT", "1")
    # On a slow machine a worker takes longer to start than Dask's patience; here the patience is the shorter.
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "1ms"}), cluster.workers("dask"):
        (first,) = run_cells(where_alone, [(0,)])
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        (second,) = run_cells(where_alone, [(0,)])
    assert first != second


def slow(i):
    time.sleep(0.2)
    return i


@pytest.mark.slow
def test_a_sweep_that_is_stopped_leaves_the_cluster_free(client):
    class Canceled(Exception):
        pass

    def cancel(fraction, words):
        raise Canceled

    with cluster.workers("dask", client.scheduler.address):
        with pytest.raises(Canceled):
            run_cells(slow, [(i,) for i in range(200)], cancel)
        started = time.monotonic()
        assert run_cells(slow, [(i,) for i in range(4)]) == [0, 1, 2, 3]
    assert time.monotonic() - started < 10  # 200 cells on two workers are 20 s


def deadly(i, home):
    if i == 3 and os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return i


@pytest.mark.slow
def test_a_cell_that_kills_whoever_computes_it_ends_in_a_sentence(client, monkeypatch):
    """With joblib's own backend this waits for ever."""
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 1)
    with (
        pytest.raises(OSError, match=r"^2 workers in turn died under the same cell; .* Give each worker more"),
        cluster.workers("dask", client.scheduler.address),
    ):
        run_cells(deadly, [(i, os.getpid()) for i in range(8)], lambda *told: None)
