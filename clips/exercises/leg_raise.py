"""Leg raise: on the back, both legs straight from just over the floor to upright; slowly down, the back stays down."""
from dataclasses import replace

from poses import Arm, Camera, Exercise, Pose, ThereAndBack, both, on_floor, straight_leg

RHYTHM = ThereAndBack(there=40, hold=2, back=20, rest=6)
ARM = Arm(hand=on_floor(.055, .30), elbow=(0, 1, .1), fingers=(1, .04, 0), palm=(0, 0, -1))


def pose(n):
    up = 1 - RHYTHM(n)                 # from the top slowly down, quickly up
    body = Pose(pelvis=(0, 0, .151), lean=-90 - 5 * up, spine=(3 * up, 0, 0), head=(10, 0, 0), arms=both(ARM))
    return replace(body, legs=both(straight_leg(body, 96 + 80 * up, point=22, apart=-.025)))


EXERCISE = Exercise("leg-raise", RHYTHM.pictures, pose, Camera(around=66, above=9), bears=("left hand", "right hand"), curl=6)
