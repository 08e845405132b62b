"""Bicycle crunch: shoulder blades off the floor, each elbow to the other knee in turn, the free leg stretched low."""
import math
from dataclasses import replace

import numpy as np

import skeleton
from poses import Arm, Camera, Exercise, Pose, blend, ease, foot_in_air, mirrored

PICTURES = 64
PEDAL = .055                           # metres: a foot goes out over its way back, as on a pedal
DRAWN_IN = foot_in_air((.135, .055, .570), heel=-65, knee=(-1, -.05, .9))
STRETCHED = foot_in_air((.822, .100, .345), heel=-52, knee=(0, .05, 1))
# The right elbow to the left knee.
LEFT = Pose(pelvis=(0, 0, .150), lean=-94, tilt=-2, spine=(48, 35, 13), head=(12, 4, 0), legs=(DRAWN_IN, STRETCHED))
RIGHT = mirrored(LEFT)
WIDE, REACHING = np.array((-.05, 1, -.1)), np.array((.6, -.2, -.35))     # where an elbow points, seen from the chest


def arm(solved, side, reach):
    """A hand at the side of the head, whatever the head does; the elbow comes forward with `reach`."""
    own, head, chest = np.array((1, side, 1)), solved.turn["head"], solved.turn["chest"]

    def seen_from(turn, v):
        return tuple(turn @ (np.array(v) * own) * own)

    hand = solved.place("head", np.array((-.035, .125, 1.640)) * own) * own
    return Arm(hand=tuple(hand), elbow=seen_from(chest, WIDE + (REACHING - WIDE) * reach),
               fingers=seen_from(head, (-.45, -.75, .55)), palm=seen_from(head, (.5, -1, -.2)))


def pose(n):
    s = .5 - .5 * math.cos(2 * math.pi * n / PICTURES)
    s = .3 * s + .7 * ease(s)          # a little slower where elbow and knee meet
    body = blend(LEFT, RIGHT, s)
    over = PEDAL * math.sin(2 * math.pi * n / PICTURES)
    bow, turn, tilt = body.spine       # the shoulders sink a little on the way, but not to the floor
    body = replace(body, spine=(bow - 11 * math.sin(2 * math.pi * n / PICTURES)**2, turn, tilt), legs=tuple(replace(leg, ball=(leg.ball[0], leg.ball[1], leg.ball[2] + up))
        for leg, up in zip(body.legs, (over, -over))))
    solved = skeleton.solve(body)
    return replace(body, arms=(arm(solved, 1, s), arm(solved, -1, 1 - s)))


EXERCISE = Exercise("bicycle-crunch", PICTURES, pose, Camera(around=66, above=11), curl=8)
