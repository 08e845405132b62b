"""Hip circles: hands on the hips, the hips draw a wide circle over planted feet, the head stays where it is."""
import math
from dataclasses import replace

from poses import Camera, Exercise, Leg, Pose, both, hands_on_hips

PICTURES, WIDE, LONG = 72, .105, .085  # metres the hips go to each side, and forward and back
FEET = both(Leg(ball=(.12, .17, 0), out=10, knee=(1, .2, 0)))


def pose(n):
    a = 2 * math.pi * n / PICTURES
    aside, forward = math.sin(a), math.cos(a)
    # The trunk tips over the hips as they move, which leaves the head nearly over the feet.
    body = Pose(pelvis=(LONG * forward - .02, WIDE * aside, .904), lean=3 - 8 * forward, tilt=7 * aside,
                spine=(-1 - 4 * forward, 0, 4 * aside), head=(8 * forward, 0, -8 * aside), legs=FEET)
    return replace(body, arms=hands_on_hips(body))


EXERCISE = Exercise("hip-circles", PICTURES, pose, Camera(around=30), bears=("left foot", "right foot"), curl=14)
