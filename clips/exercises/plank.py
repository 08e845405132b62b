"""Plank on the forearms: held, only the breath moves."""
from poses import Arm, Camera, Exercise, both, breathing, straight_body
from skeleton import FORE, PALM

PICTURES, SHOULDERS = 120, .352
ELBOWS = straight_body(SHOULDERS)[1]


def pose(n):
    breath = breathing(n, PICTURES)
    arm = Arm(hand=(ELBOWS + FORE + .005, .15, PALM + .004), elbow=(-1, .1, -1), fingers=(1, -.1, -.02), palm=(0, 0, -1))
    return straight_body(SHOULDERS + .006 * breath, arms=both(arm), head=(-16, 0, 0), breath=breath)[0]


EXERCISE = Exercise("plank", PICTURES, pose, Camera(around=62, above=8),
                    bears=("left hand", "right hand", "left foot", "right foot"), curl=8)
