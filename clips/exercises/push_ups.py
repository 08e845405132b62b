"""Push-ups: the whole body one straight line, elbows back at half a right angle."""
from poses import Arm, Camera, Exercise, ThereAndBack, both, on_floor, straight_body

TOP, BOTTOM = .555, .235               # height of the shoulders
RHYTHM = ThereAndBack(there=36, hold=2, back=18, rest=4)
HANDS = straight_body(TOP)[1]          # under the shoulders at the top


def pose(n):
    depth = RHYTHM(n)
    arm = Arm(hand=on_floor(HANDS, .235), elbow=(-1, .75, .25), fingers=(1, -.08, 0), palm=(0, 0, -1))
    return straight_body(TOP + (BOTTOM - TOP) * depth, arms=both(arm), head=(-24, 0, 0))[0]


EXERCISE = Exercise("push-ups", RHYTHM.pictures, pose, Camera(around=62, above=9),
                    bears=("left hand", "right hand", "left foot", "right foot"), curl=6)
