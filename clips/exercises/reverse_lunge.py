"""Reverse lunge: the right leg steps back, the left one carries; per side."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, blend, both, ease

RHYTHM = ThereAndBack(there=36, hold=4, back=18, rest=6)
CLASPED = both(Arm(upper=(.42, .20, -1), bend=112, elbow=(.62, -.75, .55), palm=(.2, -1, -.2)))
FRONT = Leg(ball=(.125, .10, 0), out=3, knee=(1, .06, 0))
STANDING = Pose(pelvis=(0, 0, .922), lean=1, arms=CLASPED)
LOW = Pose(pelvis=(-.36, 0, .515), lean=9, spine=(-2, 0, 0), head=(-4, 0, 0), arms=CLASPED)
BACK = Leg(ball=(-.90, .11, 0), heel=64, toes=64, out=0, knee=(1, .06, -.5))


def pose(n):
    depth = RHYTHM(n)
    step = ease(depth / .62)           # the foot is down before the weight is
    back = blend(FRONT, BACK, step)
    x, y, _ = back.ball
    back = Leg((x, y, .11 * math.sin(math.pi * step**.55)), back.heel, back.toes, back.out, back.knee)
    low = blend(STANDING, LOW, depth)
    return Pose(low.pelvis, low.lean, spine=low.spine, head=low.head, arms=low.arms, legs=(FRONT, back))


EXERCISE = Exercise("reverse-lunge", RHYTHM.pictures, pose, Camera(around=62, height=.77), bears=("left foot",), curl=50)
