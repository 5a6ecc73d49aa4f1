"""Record what the course shows, and compare after a rewriting: sentences, pictures, claims, questions, mistakes.

    python tests/compare_editions.py record FOLDER
    python tests/compare_editions.py compare FOLDER --rooms fixed_embeddings --parts sentences,pictures

Compare prints each difference in a line and exits with 1 if there is any. All is keyed by names that a learner knows.
Of a picture the data drawn are compared, not the pixels: a mark is known by its kind, color, style and marker, so that
artists may come in any order, in one collection or several, under any label. Widths, sizes, transparency and what
covers what are not looked at. An explorer that its room has beside the lesson's own is seen at its start only.
"""

import argparse
import base64
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from functools import partial
from importlib import import_module
from inspect import signature
from itertools import cycle
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "DDLEARN_SCALE": "binder", "DDLEARN_HOME": tempfile.mkdtemp(prefix="editions-")}

import numpy
from matplotlib import collections, colors
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle

from ddlearn import lessons
from ddlearn.classroom.sweep import settings

PARTS = ("sentences", "pictures", "questions", "mistakes", "claims")
WALKED, ALONE = 24, 18  # settings of an explorer; of them, those that move one control
LONG = 120  # points of a line, or marks of one look: of more, only some and their means are kept
ROUNDS = ("unanswered", "guessed low or wrong", "guessed high or right")  # the lesson's predictions
STYLES = {(): "-", (3.7, 1.6): "--", (6.4, 1.6, 1.0, 1.6): "-.", (1.0, 1.65): ":"}  # matplotlib's dashes
TOLD = ("name", "label", "low", "high", "log", "whole", "step", "options", "start")  # of a control
CLEAR = (0.0, 0.0, 0.0, 0.0)


# -- what a figure shows


def drawn(figure) -> list[dict]:
    """Return what somebody sees on a matplotlib figure: of each axes frame, legend, marks; then what is over all."""
    every = [one for axes in figure.axes for one in (axes, *axes.child_axes) if one.get_visible()]
    texts = [text_look(text) for text in figure.texts if text.get_visible()]
    panels = [frame(axes) | {"marks": marks(axes)} for axes in every]
    return [*panels, {"legend": entries(figure.legends), "texts": texts}]


def frame(axes) -> dict:
    """Return titles, legend, limits, and where the axes are shown their labels, scales and ticks."""
    legends = [axes.get_legend(), *(artist for artist in axes.artists if isinstance(artist, Legend))]
    titles = [title for side in ("left", "center", "right") if (title := axes.get_title(side))]
    seen = {"title": " ".join(titles), "legend": entries(filter(None, legends))}
    seen |= {"x limits": rounded(axes.get_xlim()), "y limits": rounded(axes.get_ylim())}
    for name, axis in {"x": axes.xaxis, "y": axes.yaxis}.items() if axes.axison else ():
        (low, high), labels = sorted(axis.get_view_interval()), axis.get_majorticklabels()
        slack = 1e-9 * (high - low)
        inside = [low - slack <= place <= high + slack for place in axis.get_majorticklocs()]
        ticks = [label.get_text() for label, here in zip(labels, inside, strict=False) if here and label.get_visible()]
        label = axis.get_label_text() if axis.label.get_visible() else ""
        seen |= {f"{name} label": label, f"{name} scale": axis.get_scale(), f"{name} ticks": list(filter(None, ticks))}
    return seen


def entries(legends) -> list[str]:
    """Return each entry of the legends with the looks of its handle."""
    pairs = [zip(one.get_texts(), one.legend_handles, strict=True) for one in legends if one.get_visible()]
    said = [(text.get_text(), sorted({look for look, _ in looks(handle)})) for pair in pairs for text, handle in pair]
    return sorted(f"{text} | {' and '.join(handle)}" for text, handle in said)


def marks(axes) -> dict[str, list]:
    """Return by its look all that is drawn in the frame, as pieces: lists of points, what lies beyond at the edge."""
    found = defaultdict(list)
    for artist in (*axes.lines, *axes.collections, *axes.patches, *axes.images):
        if artist.get_visible() and artist.get_alpha() != 0:
            for look, points in looks(artist, axes):
                if numpy.isfinite(points).all(1).any():
                    found[look].append(points)
    for text in axes.texts:
        if text.get_visible() and text.get_text().strip():
            place = axes.transAxes.inverted().transform(text.get_transform().transform(text.get_position()))
            found[f"{text_look(text)}, at shares of the frame"].append(place.round(2)[None])
    return {look: kept(found[look]) for look in sorted(found)}


def text_look(text) -> str:
    return f"text {text.get_text()!r} {colors.to_hex(text.get_color())}"


def looks(artist, axes=None):
    """Yield each look of an artist, such as "line #0072b2 --", with its points (n, 2) in data coordinates, or values.

    A legend's handle has no axes, and its points mean nothing.
    """
    if isinstance(artist, Line2D):
        points = within(axes, artist.get_transform(), artist.get_xydata())
        if artist.get_linestyle() not in ("None", "", " ") and artist.get_linewidth() > 0:
            steps = "" if artist.get_drawstyle() == "default" else f" {artist.get_drawstyle()}"
            yield from line(artist.get_color(), artist._unscaled_dash_pattern, points, steps)
        if artist.get_marker() not in ("None", "", " ", None):
            filled = MarkerStyle(artist.get_marker()).is_filled()
            face = artist.get_markerfacecolor() if filled else "none"
            yield from (dot(artist.get_marker(), face, artist.get_markeredgecolor(), filled, one) for one in points)
    elif isinstance(artist, collections.QuadMesh):
        yield shaded("mesh", artist)
        yield "corners of the mesh", within(axes, artist.get_transform(), artist.get_coordinates())
    elif isinstance(artist, collections.Collection):
        artist.update_scalarmappable()
        shades = artist.get_facecolor(), artist.get_edgecolor()
        faces, edges = (cycle(shade if len(shade) else [CLEAR]) for shade in shades)
        if isinstance(artist, collections.PathCollection):
            marker = marker_of(artist.get_paths()[0])
            points = within(axes, artist.get_offset_transform(), numpy.ma.filled(artist.get_offsets(), numpy.nan))
            for face, edge, point in zip(faces, edges, points, strict=False):
                yield dot(marker, face, edge, marker not in "x+|_", point)
            return
        every = zip(artist.get_paths(), faces, edges, cycle(artist._us_linestyles), strict=False)
        for path, face, edge, dashes in every:
            points = within(axes, artist.get_transform(), corners(path))
            if isinstance(artist, collections.LineCollection):
                yield from line(edge, dashes, points)
            else:
                yield area(face, edge, points)
    elif hasattr(artist, "get_extent"):
        yield shaded(f"image over {rounded(artist.get_extent())} from {artist.origin}", artist)
    else:
        path = artist.get_path().transformed(artist.get_patch_transform())
        points = within(axes, artist.get_data_transform(), corners(path))
        yield area(artist.get_facecolor(), artist.get_edgecolor(), points)


def line(color, dashes, points, steps: str = ""):
    """Yield look and points of each stretch between gaps; from whichever end two points are drawn, it is one line."""
    lengths = tuple(map(float, dashes[1] or ()))
    there = numpy.isfinite(points).all(1)
    for stretch in numpy.split(points, numpy.flatnonzero(numpy.diff(there)) + 1):
        if len(stretch) > 1 and numpy.isfinite(stretch).all():
            straight = len(stretch) == 2
            stretch = stretch[numpy.lexsort(stretch.T[::-1])] if straight else stretch
            yield f"line {colors.to_hex(color)} {STYLES.get(lengths, lengths)}{steps}", stretch


def dot(marker, face, edge, filled: bool, point) -> tuple:
    """Return look and place of a dot; its color is that of its face, if it has one."""
    face, edge = colors.to_rgba(face), colors.to_rgba(edge)
    hollow = "hollow " if filled and face[3] == 0 else ""
    return f"{hollow}dots {colors.to_hex(face if face[3] else edge)} {marker}", point[None]


def area(face, edge, points) -> tuple:
    """Return look and corners of a polygon, each corner once and sorted: its outline may begin anywhere."""
    points = numpy.unique(numpy.array([rounded(point) for point in points], float).reshape(-1, 2), axis=0)
    return f"area {colors.to_hex(face)}" if colors.to_rgba(face)[3] else f"outline {colors.to_hex(edge)}", points


def shaded(what: str, artist) -> tuple:
    """Return look and values of an image or a mesh."""
    values = numpy.ma.filled(numpy.ma.asarray(artist.get_array()).astype(float), numpy.nan)
    look, norm = f"{what}, {' x '.join(map(str, values.shape))}", artist.norm
    if values.ndim == 3:
        return look, values.reshape(-1, values.shape[2])
    if type(norm) is colors.Normalize:
        values[abs(values) < 1e-9 * (norm.vmax - norm.vmin)] = 0.0
    shades = " ".join(colors.to_hex(artist.get_cmap()(share)) for share in (0.0, 0.5, 1.0))
    return f"{look}, from {norm.vmin:.6g} to {norm.vmax:.6g} in {shades}", values.reshape(-1, 1)


def corners(path):
    """Return the vertices of a path, without those that only close it."""
    return path.vertices if path.codes is None else path.vertices[path.codes != path.CLOSEPOLY]


def marker_of(path) -> str:
    """Return the name of a marker by its outline."""
    for style in map(MarkerStyle, "os^v.Dd*xX+P<>ph|_"):
        known = style.get_path().transformed(style.get_transform()).vertices
        if known.shape == path.vertices.shape and numpy.allclose(known, path.vertices):
            return style.get_marker()
    return "?"


def within(axes, transform, points):
    """Return points (n, 2) in data coordinates, clipped to the frame; what is nearly 0 on a linear axis is 0."""
    points = numpy.array(points, float).reshape(-1, 2)
    if axes is None or not len(points):
        return points
    points = points if transform == axes.transData else (transform - axes.transData).transform(points)
    for column, axis in zip(points.T, (axes.xaxis, axes.yaxis), strict=True):
        low, high = sorted(axis.get_view_interval())
        column[:] = column.clip(low, high)
        if axis.get_scale() == "linear":
            column[abs(column) < 1e-9 * (high - low)] = 0.0
    return points


def kept(pieces: list) -> list:
    """Return pieces as lists; of a long one some points and their mean; of many, means of x, y, squares and product."""
    if len(pieces) > LONG:
        points = numpy.concatenate(pieces)
        points = points[numpy.isfinite(points).all(1)]
        return [[[len(points), *rounded(mean(numpy.hstack([points, points**2, points.prod(1, keepdims=True)])))]]]
    lists = []
    for points in pieces:
        some = numpy.linspace(0, len(points) - 1, LONG // 2).round().astype(int)
        rows = [*points[some], mean(points), [len(points)]] if len(points) > LONG else points
        lists.append([rounded(row) for row in rows])
    return lists


def mean(points):
    """Return the mean of each column; one that is 0 but for rounding is 0."""
    means = numpy.nanmean(points, 0)
    return numpy.where(abs(means) < 1e-9 * numpy.nanmax(abs(points), 0), 0.0, means)


def rounded(numbers) -> list:
    """Return numbers to ten digits, None for what is none."""
    return [float(f"{number:.10g}") if numpy.isfinite(number) else None for number in numbers]


# -- what a lesson shows


def explored(lesson, slug: str, parts: list, before: dict, pictures: Path | None) -> dict:
    """Return the parts "sentences" and "pictures"; where predictions are answered, only what then differs is kept."""
    room = vars(import_module(f"ddlearn.lessons.{slug}")).values()
    beside = [one for one in room if hasattr(one, "still") and hasattr(one, "controls")]
    explorers = {one.name: one for one in [*beside, *lesson.parts.explorers]}
    found = {part: {} for part in parts}
    for (name, explorer), part in ((pair, part) for pair in explorers.items() for part in parts):
        walk = chosen(explorer.controls, part, alone=explorer not in lesson.parts.explorers)
        found[part][name] = {"settings": before.get(part, {}).get(name, {}).get("settings", walk)}
        if part == "sentences":
            controls = [
                {"kind": type(one).__name__} | {name: getattr(one, name) for name in TOLD if hasattr(one, name)}
                for one in explorer.controls
            ]
            found[part][name] |= {"title": explorer.title, "uses": list(explorer.uses), "controls": controls}
    for answers in ROUNDS:
        answer(lesson, answers)
        for (name, explorer), part in ((pair, part) for pair in explorers.items() for part in parts):
            here, seen = found[part][name], {}
            for at, values in here["settings"].items():
                seen[at], png = shown(explorer, values, part)
                if pictures and part == "pictures" and answers == ROUNDS[0]:
                    pictures.mkdir(parents=True, exist_ok=True)
                    (pictures / f"{re.sub(r'[^A-Za-z0-9_=.+-]+', '_', f'{name}-{at}')}.png").write_bytes(png)
            first = here.get(ROUNDS[0], {})
            here[answers] = {at: one for at, one in seen.items() if one != first.get(at)}
    return found


def chosen(controls, part: str, alone: bool) -> dict[str, dict]:
    """Return the settings at which an explorer is compared, by what was moved: "width=0.02"; the start comes first."""
    start = {control.name: control.start for control in controls}
    walk = list(settings(controls, 3))
    moved = [sum(values[name] != start[name] for name in start) for values in walk]
    one = evenly([values for values, count in zip(walk, moved, strict=True) if count < 2], ALONE)
    more = evenly([values for values, count in zip(walk, moved, strict=True) if count > 1], WALKED - len(one))
    ends = [start, *({**start, control.name: end} for control in controls for end in control.values(2))]
    walk = walk[:1] if alone else ends if part == "pictures" else one + more
    names = [", ".join(f"{name}={value}" for name, value in v.items() if value != start[name]) or "start" for v in walk]
    return dict(zip(names, walk, strict=True))


def evenly(items: list, count: int) -> list:
    return [items[k * len(items) // count] for k in range(count)] if len(items) > count else items


def shown(explorer, values: dict, part: str) -> tuple:
    """Return the sentence or the data drawn at a setting, and the PNG; where it fails, the error instead."""
    try:
        bundle = explorer.still(**values)
        seen = bundle["text/plain"] if part == "sentences" else drawn(explorer.figure.figure)  # a Figure's is itself
        return seen, base64.b64decode(bundle.get("image/png", ""))
    except Exception as error:
        return f"fails with {type(error).__name__}: {error}", b""


def answer(lesson, answers: str) -> None:
    """Answer each prediction of the lesson as `answers` says."""
    for one in lesson.parts.predictions if answers != ROUNDS[0] else ():
        lesson.prediction(one.name)  # opens the record, which would put its earlier answer in place of this one
        first = answers == ROUNDS[1]
        if one.options:
            one.record(next(option for option in one.options if (option != one.truth) == first))
        else:
            value = one.low + (one.high - one.low) * (0.25 if first else 0.75)
            one.record(round(value) if isinstance(one.low + one.high, int) else value)


def questions(lesson) -> dict:
    """Return predictions, recap and quiz, with what is right and what is replied."""
    asked = ("question", "options", "low", "high", "unit", "truth")
    predictions = {one.name: {name: getattr(one, name) for name in asked} for one in lesson.parts.predictions}
    for name, prediction in predictions.items():
        prediction["compared below"] = getattr(lesson, "revealed_by", {}).get(name)
    said = {"predictions": predictions}
    for part in ("recap", "quiz"):
        items = {item.question: item.options for item in getattr(lesson.parts, part).items}
        said[part] = {q: {one.text: [one.right, one.answer] for one in options} for q, options in items.items()}
        said[f"order in the {part}"] = [text for q, options in said[part].items() for text in (q, *options)]
    return said


def mistakes(lesson) -> dict:
    """Return title, arguments, hints and limits of each exercise, and the verdicts on its classic mistakes."""
    said = {}
    for one in lesson.parts.exercises:
        told = ("title", "hints", "timeout", "no_loop", "trained")
        ways = {"right": [one.reference]}
        ways |= {f"mistake {mistake.name}": mistake.ways for mistake in one.mistakes}
        ways |= {f"remark {remark.name}": [remark.example] for remark in one.remarks}
        said[one.name] = {name: getattr(one, name) for name in told}
        said[one.name] |= {"arguments": [*signature(one.reference).parameters]}
        said[one.name] |= {name: [verdict(one, way) for way in each] for name, each in ways.items()}
        said[one.name] |= {f"hint of {mistake.name}": mistake.hint for mistake in one.mistakes}
    return said


def verdict(exercise, function) -> dict:
    """Return the rung, the mistake and the words; not the line of code that raised, which is no learner's here."""
    found = exercise.check(function)
    says = re.split(r"\n\nIn line \d+ of your cell", f"{found.detail} {found.note}".strip())[0]
    return {"status": found.status, "mistake": found.mistake, "says": says}


def claims(lesson, seeds) -> dict:
    """Return each claim in words, and what it and its control measure at each seed."""
    said = {}
    for claim in lesson.parts.claims:
        words = {"statement": claim.statement, "band": str(claim.band), "basis_words": str(claim.basis)}
        words |= {"unit": claim.band.unit, "control_note": claim.control_note}
        runs = {str(seed): claim.run([seed]) for seed in seeds}
        measured = {seed: [*run.measured, *filter(None, [run.error])] for seed, run in runs.items()}
        control = {seed: [*run.control_measured, *filter(None, [run.control_error])] for seed, run in runs.items()}
        said[re.sub(r"^\d\d\.", "", claim.id)] = words | {"measured": measured, "control": control}
    return said


# -- comparing


def differences(old, new, same):
    """Yield each difference: the path to it, as a list of words, and what was and what is; `same` compares values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old or key not in new:
                yield [key], "is new" if key in new else "is gone"
            else:
                pairs = unmatched(old[key], new[key], same) if key == "marks" else differences(old[key], new[key], same)
                yield from (([*([key] * (key != "marks")), *path], words) for path, words in pairs)
    elif isinstance(old, list) and isinstance(new, list) and all(isinstance(one, str) for one in old + new):
        counts = Counter(old), Counter(new)
        gone, come = (counts[0] - counts[1]).elements(), (counts[1] - counts[0]).elements()
        yield from (([], f"{one!r} is gone") for one in gone)
        yield from (([], f"{one!r} is new") for one in come)
        if old != new and counts[0] == counts[1]:
            yield [], f"was in the order {old}, is in {new}"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True), start=1):
            yield from (([str(number), *path], words) for path, words in differences(one, other, same))
    elif not same(old, new):
        yield [], f"was {part_of(old, new)}, is {part_of(new, old)}"


def unmatched(old: dict, new: dict, same):
    """Yield, for each look in a frame, how many pieces have no twin, whatever their order."""
    for look in sorted(old | new):
        lost, left = [], list(new.get(look, []))
        for piece in old.get(look, []):
            twin = next((k for k, other in enumerate(left) if not any(differences(piece, other, same))), None)
            lost.append(piece) if twin is None else left.pop(twin)
        if lost or left:
            first = f", one {next(differences(lost[0], left[0], same))[1]}" if lost and left else ""
            yield [look], f"{len(lost)} of {len(old.get(look, []))} gone, {len(left)} new{first}"


def near(old, new, rtol: float, atol: float) -> bool:
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (old, new))
    return abs(old - new) <= max(rtol * max(abs(old), abs(new)), atol) if numbers else old == new


def part_of(one, other) -> str:
    """Return a value in words; of a long text the place where it begins to differ."""
    if not isinstance(one, str) or not isinstance(other, str) or len(one) < 100:
        return json.dumps(one, ensure_ascii=False)[:200]
    begin = max(next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one)) - 25, 0)
    return f"“... {one[begin : begin + 75]} ...”"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("record", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rooms", nargs="+", choices=lessons.SLUGS, default=lessons.SLUGS)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, with commas between")
    parser.add_argument("--seeds", nargs="+", type=int, default=[*range(5)], help="of claims")
    parser.add_argument("--rtol", type=float, default=1e-9, help="relative difference of numbers that counts as none")
    given, count = parser.parse_args(), 0
    for slug in given.rooms:
        print(f"{time.strftime('%H:%M:%S')} {slug}", file=sys.stderr, flush=True)
        for part, before, now in before_and_now(slug, given):
            # A claim that something is exact measures rounding.
            same = partial(near, rtol=max(given.rtol, 1e-6 * (part == "claims")), atol=1e-10 * (part == "claims"))
            for line in lines(differences(before, now, same)):
                print(f"{slug}, {part}, {line}", flush=True)
                count += 1
    if given.command == "compare":
        print(f"{count} differences" if count else "no difference")
    return int(count > 0)


def lines(found):
    """Yield differences in words; what an explorer shows differently at several settings is said once."""
    places = defaultdict(list)
    for path, words in found:
        at = ""
        if len(path) > 2 and path[1] in ROUNDS:
            explorer, answers, setting, *rest = path
            at = f", at {setting}" if answers == ROUNDS[0] else f", at {setting}, {answers}"
            path = [explorer, f"panel {rest[0]}", *rest[1:]] if rest else [explorer]
        places[", ".join(path), words].append(at)
    for (where, words), at in places.items():
        yield f"{where}{at[0]}{f' and {len(at) - 1} other settings' if len(at) > 1 else ''}: {words}"


def before_and_now(slug: str, given):
    """Yield each part of a lesson as it was recorded and as it is; or record it, and yield nothing."""
    lesson, folder = lessons.load(slug), given.folder / slug
    record, parts = given.command == "record", [part for part in PARTS if part in given.parts.split(",")]
    before = {} if record else {part: json.loads((folder / f"{part}.json").read_text("utf-8")) for part in parts}
    looked = [part for part in parts if part in ("sentences", "pictures")]
    found = explored(lesson, slug, looked, before, folder / "pictures" if record else None) if looked else {}
    for part in parts:
        if part == "claims":
            recorded = [int(seed) for claim in before.get(part, {}).values() for seed in claim["measured"]]
            seeds = [seed for seed in given.seeds if record or seed in recorded]
            for claim in before.get(part, {}).values():
                for who in ("measured", "control"):
                    claim[who] = {seed: value for seed, value in claim[who].items() if int(seed) in seeds}
            found[part] = claims(lesson, seeds)
        elif part not in found:
            found[part] = {"questions": questions, "mistakes": mistakes}[part](lesson)
        text = json.dumps(found[part], indent=1, ensure_ascii=False)
        if record:
            folder.mkdir(parents=True, exist_ok=True)
            text = re.sub(r"\[\n[-+.,\s\d\[\]enul]*\]", lambda numbers: re.sub(r"\s+", " ", numbers[0]), text)
            (folder / f"{part}.json").write_text(f"{text}\n", "utf-8")
        else:
            yield part, before[part], json.loads(text)


if __name__ == "__main__":
    sys.exit(main())
