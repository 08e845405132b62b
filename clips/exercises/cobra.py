"""Cobra: hips and legs on the floor, the chest up in an even arch, elbows close; held, breathing."""
from dataclasses import replace

from poses import Arm, Camera, Exercise, Pose, both, breathing, on_floor, straight_leg

PICTURES = 120


def pose(n):
    breath = breathing(n, PICTURES)
    arm = Arm(hand=on_floor(.34, .205), elbow=(-1, .25, .25), fingers=(1, -.04, 0), palm=(0, 0, -1), shrug=-6)
    body = Pose(pelvis=(0, 0, .132), lean=82, spine=(-50 - 3 * breath, 0, 0), head=(-16 - 2 * breath, 0, 0), arms=both(arm),
                breath=breath)
    return replace(body, legs=both(straight_leg(body, -87.5, point=66, apart=.02)))


EXERCISE = Exercise("cobra", PICTURES, pose, Camera(around=62, above=9), bears=("left hand", "right hand"), curl=6)
