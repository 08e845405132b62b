"""Russian twist: seated, leaning back, feet off the floor; chest and hands turn from side to side."""
import math
from dataclasses import replace

import numpy as np

import skeleton
from poses import Arm, Camera, Exercise, Leg, Pose, both, foot_in_air

PICTURES = 66
LEGS = both(foot_in_air((.60, .075, .27), heel=-12, knee=(.3, .03, 1)))


def pose(n):
    s = math.sin(2 * math.pi * n / PICTURES)
    s *= 1.15 - .15 * s**2             # a little slower at the ends
    body = Pose(pelvis=(0, 0, .157), lean=-46, turn=3 * s, spine=(13, 42 * s, 0), head=(9, 6 * s, 0), legs=LEGS)
    # The clasped hands travel a little further than the chest.
    solved = skeleton.solve(body)
    clasp = solved.place("chest", np.array((.40, .05 * s, 1.19)))
    away = solved.turn["chest"] @ (.7, .3 * s, -.4)

    def arm(side):
        x, y, z = clasp + solved.turn["chest"] @ (0, .030 * side, 0)
        fingers, palm = away * (1, side, 1), solved.turn["chest"] @ (0, -side, 0) * (1, side, 1)
        return Arm(hand=(x, y * side, z), elbow=(-.3, 1, -.5), fingers=tuple(fingers), palm=tuple(palm))

    return replace(body, arms=(arm(1), arm(-1)))


EXERCISE = Exercise("russian-twist", PICTURES, pose, Camera(around=26, above=14, room=150), curl=34)
