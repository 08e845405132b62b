"""The skeleton: bones, their lengths, and how a pose becomes joints and turned bones.

Metres; x is forward, y to the left, z up, the floor at z = 0. Arms and legs are solved by
two-bone inverse kinematics (or, for arms, by directions), so no bone ever changes length.
"""
import math
from dataclasses import dataclass

import numpy as np

SIDES = {"left": 1, "right": -1}
THIGH, SHIN, UPPER, FORE = .43, .42, .29, .255
ANKLE_HEIGHT, BALL = .085, .125        # ankle above the sole; ball of the foot in front of the ankle
PALM = .026                            # wrist above the floor when the palm lies on it


def unit(v):
    v = np.asarray(v, float)
    return v / np.linalg.norm(v)


LEG_DOWN = {s: unit((0, .035 * k, -1)) for s, k in SIDES.items()}       # rest directions
ARM_DOWN = {s: unit((0, .70 * k, -.71)) for s, k in SIDES.items()}


def _rest():
    joints = {"pelvis": (0, 0, .935), "spine": (0, 0, 1.04), "chest": (-.005, 0, 1.20),
              "neck": (-.015, 0, 1.455), "head": (-.005, 0, 1.545)}
    for side, k in SIDES.items():
        joints[f"collar.{side}"] = (-.01, .03 * k, 1.395)
        shoulder = np.array((-.012, .167 * k, 1.378))
        hip = np.array((0, .09 * k, .935))
        leg, arm = LEG_DOWN[side], ARM_DOWN[side]
        ankle = hip + leg * (THIGH + SHIN)
        joints |= {f"upper.{side}": shoulder, f"fore.{side}": shoulder + arm * UPPER,
                   f"hand.{side}": shoulder + arm * (UPPER + FORE),
                   f"thigh.{side}": hip, f"shin.{side}": hip + leg * THIGH, f"foot.{side}": ankle,
                   f"toes.{side}": ankle + (BALL, 0, .018 - ANKLE_HEIGHT)}
    return {name: np.array(at, float) for name, at in joints.items()}


REST = _rest()
BONES = list(REST)


@dataclass
class Posed:
    """Where every bone is: its turn (3 x 3) and where its joint came to lie."""
    turn: dict
    joint: dict
    missed: dict        # how far an inverse kinematics target was out of reach, metres

    def place(self, bone, point):
        """Where a point of the rest figure that belongs to `bone` is now."""
        return self.joint[bone] + self.turn[bone] @ (np.asarray(point) - REST[bone])


def turned(axis, degrees):
    """The rotation about x, y or z; about y positive leans forward, about z turns left."""
    a = math.radians(degrees)
    c, s = math.cos(a), math.sin(a)
    return np.array({"x": ((1, 0, 0), (0, c, -s), (0, s, c)), "y": ((c, 0, s), (0, 1, 0), (-s, 0, c)),
                     "z": ((c, -s, 0), (s, c, 0), (0, 0, 1))}[axis])


def bent(lean=0, turn=0, tilt=0):
    """Lean forward, turn left, tilt right, in degrees."""
    return turned("z", turn) @ turned("y", lean) @ turned("x", tilt)


def swing(a, b):
    """The shortest rotation that takes direction a to direction b."""
    v, c = np.cross(a, b), float(np.dot(a, b))
    if c < -.9999:
        raise ValueError("a limb is turned to the opposite of its rest direction: which way round?")
    k = np.array(((0, -v[2], v[1]), (v[2], 0, -v[0]), (-v[1], v[0], 0)))
    return np.eye(3) + k + k @ k / (1 + c)


def frame(axis, front):
    """A right-handed frame whose first column is `axis`, its second as near to `front` as can be."""
    axis = unit(axis)
    front = unit(front - axis * np.dot(axis, front))
    return np.stack((axis, front, np.cross(axis, front)), 1)


def two_bones(root, target, toward, first, second):
    """Middle and end joint of a two-bone limb that reaches for `target`, bent towards `toward`."""
    reach = target - root
    distance = np.linalg.norm(reach)
    length = min(max(distance, abs(first - second) + 1e-4), first + second - 1e-4)
    axis = reach / distance
    along = (first**2 + length**2 - second**2) / (2 * first * length) * first
    side = unit(toward - axis * np.dot(axis, toward))
    middle = root + axis * along + side * math.sqrt(max(first**2 - along**2, 0))
    return middle, root + axis * length, abs(distance - length)


def solve(pose):
    """The skeleton in a pose (poses.Pose)."""
    turn = {"pelvis": bent(pose.lean, pose.turn, pose.tilt)}
    joint = {"pelvis": np.array(pose.pelvis, float)}
    out = Posed(turn, joint, {})

    def follow(bone, parent, rotation):
        joint[bone] = out.place(parent, REST[bone])
        turn[bone] = turn[parent] @ rotation

    follow("spine", "pelvis", bent(*(.5 * np.array(pose.spine))))
    follow("chest", "spine", bent(*(.5 * np.array(pose.spine))))
    follow("neck", "chest", bent(*(.5 * np.array(pose.head))))
    follow("head", "neck", bent(*(.5 * np.array(pose.head))))
    for side, k in SIDES.items():
        _leg(out, pose.legs[side == "right"], side, k)
        _arm(out, pose.arms[side == "right"], side, k)
    return out


def _leg(out, leg, side, k):
    own = np.array((1, k, 1))                           # a pose says "outwards", not "left"
    hip = out.joint[f"thigh.{side}"] = out.place("pelvis", REST[f"thigh.{side}"])
    foot = turned("z", leg.out * k) @ turned("y", leg.heel) @ turned("x", leg.roll * k)
    ball = np.array(leg.ball) * own
    ankle = ball + foot @ np.array((-BALL, 0, ANKLE_HEIGHT))
    knee, end, missed = two_bones(hip, ankle, np.array(leg.knee) * own, THIGH, SHIN)
    out.missed[f"{side} leg"] = missed
    front = np.array(leg.knee) * own
    rest = frame(LEG_DOWN[side], np.array((1., 0, 0)))
    bend = knee - (hip + end) / 2                       # the knee shows where the front is, once bent
    if np.linalg.norm(bend) > .03:
        front = bend
    for bone, axis in (("thigh", knee - hip), ("shin", end - knee)):
        out.turn[f"{bone}.{side}"] = frame(axis, front) @ rest.T
    out.joint[f"shin.{side}"], out.joint[f"foot.{side}"] = knee, end
    out.turn[f"foot.{side}"] = foot
    out.joint[f"toes.{side}"] = out.place(f"foot.{side}", REST[f"toes.{side}"])
    out.turn[f"toes.{side}"] = foot @ turned("y", -leg.toes)


def _arm(out, arm, side, k):
    own = np.array((1, k, 1))
    chest = out.turn["chest"]
    root = out.place("chest", REST[f"upper.{side}"])
    out.joint[f"collar.{side}"] = out.place("chest", REST[f"collar.{side}"])
    if arm.hand is not None:
        wish = chest.T @ unit(np.array(arm.hand) * own - root)
    else:
        wish = unit(np.array(arm.upper) * own)
    # The collar bone lifts once the arm is above shoulder height, and reaches forward with it.
    lift = math.degrees(math.acos(np.clip(-wish[2], -1, 1)))
    shrug = arm.shrug + 26 * np.clip((lift - 70) / 110, 0, 1)**1.3
    collar = chest @ turned("z", -k * 12 * wish[0]) @ turned("x", k * shrug)
    out.turn[f"collar.{side}"] = collar
    shoulder = out.joint[f"upper.{side}"] = out.place(f"collar.{side}", REST[f"upper.{side}"])

    if arm.hand is not None:
        elbow, wrist, missed = two_bones(shoulder, np.array(arm.hand) * own, np.array(arm.elbow) * own, UPPER, FORE)
        out.missed[f"{side} arm"] = missed
        to_world = np.eye(3)
    else:
        upper, toward = chest @ wish, chest @ (np.array(arm.elbow) * own)
        elbow = shoulder + upper * UPPER
        side_way = unit(toward - upper * np.dot(upper, toward))
        a = math.radians(arm.bend)
        wrist = elbow + (upper * math.cos(a) + side_way * math.sin(a)) * FORE
        to_world = chest
    upper, fore = unit(elbow - shoulder), unit(wrist - elbow)
    out.turn[f"upper.{side}"] = collar @ swing(ARM_DOWN[side], unit(collar.T @ upper))
    out.turn[f"fore.{side}"] = swing(upper, fore) @ out.turn[f"upper.{side}"]
    out.joint[f"fore.{side}"], out.joint[f"hand.{side}"] = elbow, wrist
    fingers = fore if arm.fingers is None else to_world @ (np.array(arm.fingers) * own)
    palm = to_world @ (np.array(arm.palm) * own)
    # The hand is modelled with its fingers along x and the palm facing down.
    f = frame(fingers, -palm)
    out.turn[f"hand.{side}"] = np.stack((f[:, 0], np.cross(f[:, 1], f[:, 0]), f[:, 1]), 1)
