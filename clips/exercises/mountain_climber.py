"""Mountain climbers: a high plank, the knees run to the chest in turn."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, blend, both, foot_in_air, on_floor, straight_body

DRIVE, SHOULDERS = 16, .545            # pictures for one knee, there and back; height of the shoulders
RISE = .065                            # of the hips, which makes room for the knee
PLANK, HANDS = straight_body(SHOULDERS, sag=.032)
BACK = PLANK.legs[0]
TUCKED = foot_in_air((.72, .09, .215), heel=74, toes=10, knee=(1, .06, -.12))


def leg(n):
    """A leg, and how far its knee is driven."""
    n %= 2 * DRIVE
    s = math.sin(math.pi * n / DRIVE)**2 if n < DRIVE else 0.0
    moved = blend(BACK, TUCKED, s)
    x, y, z = moved.ball
    forward, out, up = moved.knee      # a thigh is as long as the hips are high: the knee passes a little outside
    return Leg((x, y, z + .07 * math.sin(math.pi * math.sqrt(s))), moved.heel, moved.toes, moved.out,
               (forward, out + .75 * math.sin(math.pi * s), up)), s


def pose(n):
    (left, a), (right, b) = leg(n), leg(n + DRIVE)
    x, y, z = PLANK.pelvis
    rise = (a + b)**.7
    arm = Arm(hand=on_floor(HANDS, .19), elbow=(-1, .5, 0), fingers=(1, -.05, 0), palm=(0, 0, -1))
    return Pose((x + .006, y, z + .012 + RISE * rise), PLANK.lean + 7 * rise, tilt=-2 * (a - b), spine=(6 * rise, 0, 2 * (a - b)),
                head=(-24, 0, 0), arms=both(arm), legs=(left, right))


EXERCISE = Exercise("mountain-climber", 4 * DRIVE, pose, Camera(around=62, above=8), bears=("left hand", "right hand"), curl=6)
