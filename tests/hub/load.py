"""A class on a JupyterHub of its own: every learner logs in, opens a lesson and runs it, through the proxy.

`make hub-test` starts a hub on loopback that takes any password, and sends it as many learners as a class has. Some run
at the same time; their servers all stay up to the end, as in a class. For each learner the table says how long it took
and how much memory it held, and whether something failed. Nothing of it outlives the command.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import nbformat
import psutil
from rich.console import Console
from rich.table import Table

from ddlearn import lessons
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.store import write_whole
from ddlearn.course import notebooks, results
from hub.learner import Learner, attend
from hub.server import Hub

# What a class is planned with, in MB. A learner's server stays up all the time, a running lesson comes on top.
HUB_MB, SERVER_MB, LESSON_MB = 300, 150, 600


async def hold(hub: Hub, learners: list[Learner], notebook: str, cells: list[str], at_once: int, tell) -> float:
    """Let every learner attend, `at_once` at a time, and return the most memory in MB that the whole hub held."""
    seats, by_name = asyncio.Semaphore(at_once), {learner.name: learner for learner in learners}
    most = 0.0

    async def one(learner: Learner) -> None:
        async with seats:
            await attend(hub.url, learner, notebook, cells)
        learner.claims_held = claims_held(hub.home(learner.name), notebooks.room(notebook))
        tell(learner)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, await asyncio.to_thread(weigh, hub.processes(), by_name))
            await asyncio.sleep(0.2)

    watching = asyncio.ensure_future(watch())
    await asyncio.gather(*map(one, learners))
    watching.cancel()
    await asyncio.sleep(1.0)  # the last kernels end
    return max(most, await asyncio.to_thread(weigh, hub.processes(), by_name))


def weigh(processes: list[psutil.Process], learners: dict[str, Learner]) -> float:
    """Note what each learner's server and kernel hold now, in MB; return the sum of everything of the hub.

    Resident memory: libraries that processes share on one machine are counted with each, as they are in containers.
    """
    now, total = dict.fromkeys(learners, 0.0), 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            megabytes = process.memory_info().rss / 2**20
            total += megabytes
            name = process.environ().get("JUPYTERHUB_USER")
            if name in now:
                now[name] += megabytes
    for name, megabytes in now.items():
        learners[name].peak_mb = round(max(learners[name].peak_mb, megabytes), 1)
        learners[name].resting_mb = round(megabytes, 1)
    return round(total, 1)


def claims_held(home: Path, room: str) -> int:
    """How many claims of the lesson the record in this learner's home holds. No record, or two, is none."""
    records = list(home.rglob("progress.json"))
    if len(records) != 1:
        return 0
    return sum(bool(claim["holds"]) for claim in Progress(records[0]).lesson(room)["claims"].values())


def refusal(users: int, at_once: int, available_mb: float) -> str | None:
    """Why this machine cannot hold the class, or None."""
    needed = HUB_MB + users * SERVER_MB + at_once * LESSON_MB
    if needed <= available_mb:
        return None
    return (
        f"{users} learners, {at_once} at a time, need about {needed / 1024:.1f} GB; {available_mb / 1024:.1f} GB are "
        "free. Ask for fewer with --users, or for fewer at a time with --at-once."
    )


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 if every learner got through, 1 if one did not, 2 if there is no JupyterHub here."""
    parser = argparse.ArgumentParser(prog="make hub-test", description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=30, help="learners in the class (default: 30)")
    parser.add_argument("--at-once", type=int, default=2, help="how many run the lesson at the same time (default: 2)")
    parser.add_argument("--lesson", default="01", help="the lesson they run (default: 01)")
    parser.add_argument("--json", type=Path, help="write the same numbers to this file")
    options = parser.parse_args(arguments)
    for module in ("jupyterhub", "configurable_http_proxy"):
        if importlib.util.find_spec(module) is None:
            print(f"{module} is not installed. `make hub-test` sets everything up.", file=sys.stderr)
            return 2
    if sorry := refusal(options.users, options.at_once, psutil.virtual_memory().available / 2**20):
        print(sorry, file=sys.stderr)
        return 2
    path = notebooks.choose([options.lesson], notebooks.shipped())[0]
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    learners = [Learner(f"learner{number:03d}") for number in range(1, options.users + 1)]
    expected = len(lessons.load(notebooks.number(path.name)).parts.claims)
    console, start = Console(), time.monotonic()

    def tell(one: Learner) -> None:
        how = one.fault or f"{one.lesson_seconds:.0f} s, {one.peak_mb:.0f} MB"
        console.print(f"{one.name}: {how}", markup=False)

    with Hub([learner.name for learner in learners], path) as hub:
        most = asyncio.run(hold(hub, learners, path.name, cells, options.at_once, tell))
        seconds = round(time.monotonic() - start, 1)
    for learner in learners:
        if not learner.fault and learner.claims_held != expected:
            learner.fault = f"{learner.claims_held} of {expected} claims are in the record of this learner's home"
    failures = sum(bool(learner.fault) for learner in learners)
    console.print(_table(learners, path.stem))
    for learner in learners:
        if learner.fault:
            console.print(f"{learner.name}: {learner.fault}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{failures} failures. The whole hub held {most:.0f} MB at most and took {seconds:.0f} seconds.")
    if options.json:
        summary = {"lesson": path.stem, "at_once": options.at_once, "failures": failures, "most_mb": most}
        told = {**summary, "seconds": seconds, "learners": [asdict(learner) for learner in learners]}
        write_whole(options.json, json.dumps(told, indent=2) + "\n")
    return int(failures > 0)


def _table(learners: list[Learner], lesson: str) -> Table:
    columns = ("start s", "lesson s", "server MB", "peak MB", "cells", "claims held")
    table = results.table(f"{lesson} on a hub, {len(learners)} learners", "learner", columns)
    for one in learners:
        seconds = (f"{one.start_seconds:.1f}", f"{one.lesson_seconds:.1f}")
        memory = (f"{one.resting_mb:.0f}", f"{one.peak_mb:.0f}")
        table.add_row(one.name, *seconds, *memory, str(one.cells), str(one.claims_held))
    return table


if __name__ == "__main__":
    sys.exit(main())
