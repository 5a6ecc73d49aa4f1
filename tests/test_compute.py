import mmap
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from ddlearn import compute, thread_pools

GB = 10**9
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("CPU_LIMIT", "MEM_LIMIT", "DDLEARN_SCALE", "DDLEARN_DEVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 64 cores and 100 GB whose control-group files the test writes: machine("path", "content")."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=100 * GB, available=100 * GB))

    def write(path, content):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content + "\n")

    write.root = tmp_path
    return write


def test_without_control_groups_the_whole_machine_is_ours(machine):
    assert compute.threads(machine.root) == 64
    assert compute.memory_limit(machine.root) == 100 * GB


@pytest.mark.parametrize(
    ("quota", "threads"),
    [("200000 100000", 2), ("50000 100000", 1), ("270000 100000", 2), ("max 100000", 64), ("", 64), ("nonsense", 64)],
)
def test_version_2_quota(machine, quota, threads):
    machine("sys/fs/cgroup/cpu.max", quota)
    assert compute.threads(machine.root) == threads


def test_version_2_limit_on_a_group_further_out_binds(machine):
    machine("proc/self/cgroup", "0::/kubepods/pod7/user")
    machine("sys/fs/cgroup/kubepods/pod7/user/cpu.max", "max 100000")
    machine("sys/fs/cgroup/kubepods/pod7/cpu.max", "300000 100000")
    machine("sys/fs/cgroup/kubepods/cpu.max", "800000 100000")
    machine("sys/fs/cgroup/kubepods/pod7/user/memory.max", "max")
    machine("sys/fs/cgroup/kubepods/pod7/memory.max", str(3 * GB))
    assert compute.threads(machine.root) == 3
    assert compute.memory_limit(machine.root) == 3 * GB


def test_version_1_quota_and_memory(machine):
    machine("proc/self/cgroup", "4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n1:name=systemd:/docker/a")
    machine("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "400000")
    machine("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us", "100000")
    machine("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", str(5 * GB))
    assert compute.threads(machine.root) == 4
    assert compute.memory_limit(machine.root) == 5 * GB


def test_version_1_inside_a_container_the_top_folder_counts(machine):
    machine("proc/self/cgroup", "3:cpu,cpuacct:/docker/a")
    machine("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000")
    machine("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000")
    machine("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712")  # how version 1 says "no limit"
    assert compute.threads(machine.root) == 3
    assert compute.memory_limit(machine.root) == 100 * GB


def test_version_1_without_a_quota(machine):
    machine("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1")
    machine("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")
    assert compute.threads(machine.root) == 64


@pytest.mark.parametrize(("limit", "threads"), [("1.0", 1), ("0.5", 1), ("2.9", 2), ("0", 8), ("", 8), ("lots", 8)])
def test_the_hub_s_limits_bind_where_they_are_limits(machine, monkeypatch, limit, threads):
    machine("sys/fs/cgroup/cpu.max", "800000 100000")
    monkeypatch.setenv("CPU_LIMIT", limit)
    assert compute.threads(machine.root) == threads


def test_memory_is_limited_where_less_is_granted_than_the_machine_has(machine, monkeypatch):
    assert not compute.memory_is_limited(machine.root)
    machine("sys/fs/cgroup/memory.max", str(2 * GB))
    assert compute.memory_is_limited(machine.root)
    monkeypatch.setenv("MEM_LIMIT", str(1 * GB))  # the hub's
    assert compute.memory_limit(machine.root) == 1 * GB


def test_memory_used_grows_with_what_is_held():
    before = compute.memory_used()
    with mmap.mmap(-1, 50_000_000) as held:  # pages of the system: an allocator may hand out some that it held before
        held.write(b"1" * len(held))
        assert 45e6 <= compute.memory_used() - before <= 60e6


@pytest.mark.parametrize(
    ("line", "group", "limit", "used", "files"),
    [
        ("0::/pod", "pod", "memory.max", "memory.current", "inactive_file"),
        ("4:memory:/pod", "memory/pod", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ],
    ids=["version 2", "version 1"],
)
def test_what_other_kernels_of_the_group_hold_is_not_left(machine, monkeypatch, line, group, limit, used, files):
    monkeypatch.setattr(compute, "memory_used", lambda: int(0.25 * GB))
    machine("proc/self/cgroup", line)
    machine(f"sys/fs/cgroup/{group}/{limit}", str(2 * GB))
    assert compute.memory_left(machine.root) == 1.75 * GB
    machine(f"sys/fs/cgroup/{group}/{used}", str(int(1.75 * GB)))
    machine(f"sys/fs/cgroup/{group}/memory.stat", f"anon 1\n{files} {int(0.5 * GB)}\nslab 7")
    assert compute.memory_left(machine.root) == 0.75 * GB
    machine(f"sys/fs/cgroup/{group}/{used}", str(int(2.75 * GB)))
    assert compute.memory_left(machine.root) == 0


def test_memory_that_is_not_there_is_refused_before_it_is_asked_for(machine, monkeypatch):
    monkeypatch.setattr(compute, "memory_limit", lambda root: 2 * GB)
    monkeypatch.setattr(compute, "memory_used", lambda: int(1.6 * GB))
    compute.require_memory(0.3 * GB, "the Gram matrix of 6000 points")
    with pytest.raises(MemoryError) as refusal:
        compute.require_memory(0.5 * GB, "the Gram matrix of 8000 points")
    assert str(refusal.value) == (
        "the Gram matrix of 8000 points needs about 0.5 GB, and 0.4 GB are left here. "
        "Choose a smaller size, or shut down other notebooks."
    )
    with pytest.raises(MemoryError, match=r"needs about 9\.0 GB, and 0\.4 GB are left"):
        compute.require_memory(9 * GB, "it")


@pytest.mark.parametrize(
    ("cuda", "threads", "memory", "scale"),
    [
        (True, 1, 1 * GB, "gpu"),
        (False, 1, 16 * GB, "binder"),
        (False, 8, 2.147e9, "binder"),
        (False, 2, 8 * GB, "laptop"),
    ],
)
def test_scale_comes_from_the_machine(monkeypatch, cuda, threads, memory, scale):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(compute, "threads", lambda: threads)
    monkeypatch.setattr(compute, "memory_limit", lambda: memory)
    assert compute.scale() == scale
    assert compute.sizes(binder=1, laptop=2, gpu=3) == {"binder": 1, "laptop": 2, "gpu": 3}[scale]


def test_the_scale_sizes_what_the_readme_says_and_nothing_else():
    root = Path(compute.__file__).parent
    readers = {
        str(path.relative_to(root)) for path in root.rglob("*.py") if "compute.sizes(" in path.read_text("utf-8")
    }
    assert readers == {"lessons/double_descent_trained/full.py", "lessons/leaving_the_lazy_regime/wide.py"}
    said = " ".join((root.parent / "README.md").read_text("utf-8").split())
    words = "two sweeps, and of nothing else: `wide_sweep` of “Leaving the lazy regime”"
    assert words in said
    assert "`full_sweep` of “Double descent, trained”" in said


def test_the_scale_can_be_set_and_is_checked(monkeypatch):
    monkeypatch.setenv("DDLEARN_SCALE", "gpu")
    assert compute.scale() == "gpu"
    monkeypatch.setenv("DDLEARN_SCALE", "huge")
    with pytest.raises(ValueError, match=r"^DDLEARN_SCALE must be one of 'binder', 'laptop', 'gpu'; got 'huge'$"):
        compute.scale()


def test_the_device_can_be_set_and_is_refused_where_it_is_not(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for asked in ("cpu", "cuda:0"):
        monkeypatch.setenv("DDLEARN_DEVICE", asked)
        assert compute.device() == torch.device(asked)
    unknown = r'DDLEARN_DEVICE must be "cpu", "cuda", "cuda:0" or "mps"; got '
    missing = "DDLEARN_DEVICE asks for {}, but torch sees no such device here"
    said = dict.fromkeys(("gpu", "cuda:x", "cuda:-1"), unknown) | dict.fromkeys(("cuda:1", "mps"), missing)
    for asked, sentence in said.items():
        monkeypatch.setenv("DDLEARN_DEVICE", asked)
        with pytest.raises(ValueError, match="^" + sentence.format(asked)):
            compute.device()


def test_mps_is_used_only_by_name_and_says_what_it_lacks(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert compute.device() == torch.device("cpu")
    monkeypatch.setenv("DDLEARN_DEVICE", "mps")
    with pytest.warns(UserWarning, match=r"^mps has no float64: give every function float32 tensors there\.$"):
        assert compute.device() == torch.device("mps")


def test_a_generator_repeats_itself():
    a, b = (torch.rand(3, generator=compute.generator(7)) for _ in range(2))
    assert torch.equal(a, b)
    assert not torch.equal(a, torch.rand(3, generator=compute.generator(8)))


def run(code, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    run = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


POOLS = (
    "; import threadpoolctl as t; print(torch.get_num_threads(), max(p['num_threads'] for p in t.threadpool_info()))"
)
CORES = compute.available_cores()
several_cores = pytest.mark.skipif(CORES < 2, reason="needs two cores to take one away")


@several_cores
def test_a_process_of_the_course_is_held_to_the_quota_and_an_import_holds_nothing():
    imported = "import torch, ddlearn.thread_pools as ours" + POOLS
    limited = "; ours.limit_threads(); import scipy.linalg" + POOLS  # a library that comes later is held too
    before_and_after = run(imported + limited, CPU_LIMIT="1")
    assert before_and_after[:2] != ["1", "1"]
    assert before_and_after[2:] == ["1", "1"]


@pytest.mark.slow
def test_threads_that_the_user_chose_are_never_raised():
    code = "import torch, ddlearn.thread_pools as ours; torch.set_num_threads(1); ours.limit_threads()"
    assert run(code + "; print(torch.get_num_threads())", CPU_LIMIT="2") == ["1"]


def test_the_environment_of_a_process_that_we_start_holds_what_is_not_chosen(monkeypatch):
    for name in thread_pools.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CPU_LIMIT", "1")
    assert thread_pools.thread_environment() == dict.fromkeys(thread_pools.THREAD_VARIABLES, "1")
    monkeypatch.setattr(compute, "threads", lambda: 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    found = thread_pools.thread_environment()
    assert list(found.values()) == ["2", "2", "3", "2"]


@several_cores
@pytest.mark.parametrize("wrong", [False, True])
def test_a_task_holds_torch_and_blas_and_gives_them_back(two_threads, wrong):
    import scipy.linalg  # noqa: F401
    import threadpoolctl

    def pools():
        return {pool["filepath"]: pool["num_threads"] for pool in threadpoolctl.threadpool_info()}

    before = pools()
    with suppress(ZeroDivisionError), thread_pools.threads_held_to(1):
        assert torch.get_num_threads() == 1
        assert {*pools().values()} == {1}
        assert 1 / (not wrong)
    assert torch.get_num_threads() == 2
    assert pools() == before


@several_cores
def test_of_tasks_that_overlap_the_least_count_holds(two_threads):
    import scipy.linalg  # noqa: F401
    import threadpoolctl

    def most():
        return max(pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas")

    with threadpoolctl.threadpool_limits(2):  # of torch each thread has a count of its own; BLAS has one for all
        wide, narrow = thread_pools.threads_held_to(2), thread_pools.threads_held_to(1)
        wide.__enter__()
        narrow.__enter__()
        assert most() == 1
        wide.__exit__(None, None, None)
        assert most() == 1
        narrow.__exit__(None, None, None)
        assert most() == 2


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_each_item_is_worked_on_once_by_threads_that_compute_on_one(two_threads):
    seen = []
    compute.each(lambda i: seen.append((i, threading.current_thread(), torch.get_num_threads())), range(50), CPU)
    items, workers, counts = zip(*seen, strict=True)
    assert sorted(items) == list(range(50))
    assert threading.main_thread() not in workers
    assert set(counts) == {1}
    assert torch.get_num_threads() == 2
    later = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert seen[-1] == 2


@pytest.mark.parametrize(("count", "items"), [(1, 5), (2, 1)])
def test_each_on_one_thread_is_a_loop_in_order(two_threads, count, items):
    torch.set_num_threads(count)
    seen = []
    compute.each(lambda i: seen.append((i, threading.current_thread())), range(items), CPU)
    assert seen == [(i, threading.main_thread()) for i in range(items)]


def test_each_raises_what_the_work_raises_and_leaves_the_threads_as_they_were(two_threads):
    with pytest.raises(ZeroDivisionError):
        compute.each(lambda i: 1 / (i - 7), range(20), CPU)
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(
    "mode", [torch.no_grad, torch.enable_grad, torch.inference_mode, lambda: torch.autocast("cpu", torch.float16)]
)
def test_each_works_in_the_mode_of_its_caller(two_threads, mode):
    def now():
        product = torch.ones(2, 2) @ torch.ones(2, 2)
        return torch.is_grad_enabled(), torch.is_inference_mode_enabled(), product.dtype

    modes = []
    with mode():
        here = now()
        compute.each(lambda _: modes.append(now()), range(9), CPU)
    assert modes == [here] * 9


def test_a_part_of_the_work_tells_its_share_of_the_whole():
    told = []
    half = compute.part(lambda *said: told.append(said), 0.5, 1.0, "nets: {}")
    half(0.5, "step 1")
    assert told == [(0.75, "nets: step 1")]
    assert compute.part(None, 0.0, 1.0) is None
