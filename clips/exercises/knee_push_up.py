"""Knee push-up: from the knees to the shoulders one straight line, elbows back at half a right angle."""
import math

from poses import Arm, Camera, Exercise, Pose, ThereAndBack, both, foot_in_air, on_floor
from skeleton import REST, SHIN, THIGH

TOP, BOTTOM, KNEES = .550, .235, .058  # heights of the shoulders, and of the knee joints on the floor
RHYTHM = ThereAndBack(there=36, hold=2, back=18, rest=4)
TRUNK = REST["upper.left"][2] - REST["pelvis"][2]
SHINS = math.radians(14)               # how far the feet are off the floor


def line(shoulders):
    """How the line from the knees to the shoulders climbs."""
    return math.asin((shoulders - KNEES) / (THIGH + TRUNK))


HANDS = (THIGH + TRUNK) * math.cos(line(TOP))


def pose(n):
    climb = line(TOP + (BOTTOM - TOP) * RHYTHM(n))
    leg = foot_in_air((-SHIN * math.cos(SHINS), .085, KNEES + SHIN * math.sin(SHINS)), heel=128, knee=(.1, .03, -1))
    arm = Arm(hand=on_floor(HANDS, .235), elbow=(-1, .75, .25), fingers=(1, -.08, 0), palm=(0, 0, -1))
    return Pose(pelvis=(THIGH * math.cos(climb), 0, KNEES + THIGH * math.sin(climb)), lean=90 - math.degrees(climb),
                head=(-14, 0, 0), arms=both(arm), legs=both(leg))


EXERCISE = Exercise("knee-push-up", RHYTHM.pictures, pose, Camera(around=62, above=9),
                    bears=("left hand", "right hand"), curl=6)
