"""Checks of the movements themselves, without drawing anything: what a trainer would object to."""
import numpy as np

import encode
import figure
import skeleton
from skeleton import FORE, PALM, REST, SHIN, SIDES, THIGH, UPPER
from view import SAFE_HEIGHT, SAFE_WIDTH, framed

SUNK = .012                            # metres flesh and shoes may press into the floor
SLIDE = .001                           # metres something that bears weight may move


def movement(exercise):
    """The solved skeleton and the skin's vertices of every picture."""
    poses = [exercise.pose(n) for n in range(exercise.pictures)]
    solved = [skeleton.solve(p) for p in poses]
    skins = [figure.posed_vertices(s, p.breath, exercise.curl) for s, p in zip(solved, poses)]
    return solved, skins


def view_of(exercise, skins):
    """The camera that holds the whole loop; every fourth picture tells enough."""
    return framed(exercise.camera, np.concatenate([v for s in skins[::4] for v in s]), encode.DELIVERIES[exercise.delivery].aspect)


def support(posed, which):
    """Where a hand or foot meets the floor, and whether it bears weight there."""
    side, kind = which.split()
    if kind == "hand":
        at = posed.joint[f"hand.{side}"]
        return at, at[2] < PALM + .008
    ball = posed.place(f"foot.{side}", REST[f"toes.{side}"] + (0, 0, -REST[f"toes.{side}"][2]))
    return ball, ball[2] < .001


def faults(exercise):
    """What is wrong with an exercise's movement; nothing, if all is well."""
    solved, skins = movement(exercise)
    yield from _limbs(solved)
    yield from _supports(exercise, solved)
    yield from _seam(exercise, solved)
    lowest = min(v[:, 2].min() for s in skins for v in s)
    if lowest < -SUNK:
        yield f"{-lowest * 1000:.0f} mm under the floor: {_deepest(exercise, skins)}"
    view = view_of(exercise, skins)
    reach = np.abs(np.concatenate([view.project(np.concatenate(s)) for s in skins])).max(0)
    if reach[0] > SAFE_WIDTH or reach[1] > SAFE_HEIGHT:
        yield f"leaves the middle of the picture: {reach}"


def _limbs(solved):
    for n, posed in enumerate(solved):
        for side in SIDES:
            for a, b, length in (("thigh", "shin", THIGH), ("shin", "foot", SHIN), ("upper", "fore", UPPER), ("fore", "hand", FORE)):
                now = np.linalg.norm(posed.joint[f"{a}.{side}"] - posed.joint[f"{b}.{side}"])
                if abs(now - length) > 1e-6:
                    yield f"picture {n}: {side} {a} is {now:.4f} m long, not {length}"
            # A knee bends one way only: seen from the thigh, the shin never points to the front.
            thigh = posed.turn[f"thigh.{side}"]
            if (posed.turn[f"shin.{side}"] @ (0, 0, -1)) @ (thigh @ (1, 0, 0)) > .02:
                yield f"picture {n}: {side} knee bends forwards"
        for limb, missed in posed.missed.items():
            if missed > .002:
                yield f"picture {n}: {limb} is {missed * 1000:.0f} mm too short to reach"


def _supports(exercise, solved):
    for which in (f"{side} {kind}" for kind in ("hand", "foot") for side in SIDES):
        spots = [support(p, which) for p in solved]
        if which in exercise.bears and not all(bears for _, bears in spots):
            yield f"{which} leaves the floor"
        for n, ((a, before), (b, after)) in enumerate(zip(spots, spots[1:] + spots[:1])):
            if before and after and np.linalg.norm(a - b) > SLIDE:
                yield f"picture {n}: {which} slides {np.linalg.norm(a - b) * 1000:.1f} mm on the floor"


def _seam(exercise, solved):
    after = skeleton.solve(exercise.pose(exercise.pictures))
    gap = max(np.linalg.norm(after.joint[b] - solved[0].joint[b]) for b in after.joint)
    if gap > 1e-9:
        yield f"the loop jumps {gap * 1000:.2f} mm at its seam"
    joints = np.array([[p.joint[b] for b in p.joint] for p in [*solved, solved[0]]])
    fastest = np.linalg.norm(np.diff(joints, axis=0), axis=2).max()
    if fastest > .25:
        yield f"a joint moves {fastest:.2f} m from one picture to the next"


def _deepest(exercise, skins):
    parts = figure.parts(exercise.curl)
    n, i = min(((n, i) for n in range(len(skins)) for i in range(len(parts))), key=lambda at: skins[at[0]][at[1]][:, 2].min())
    return f"{parts[i].name}, picture {n}"
