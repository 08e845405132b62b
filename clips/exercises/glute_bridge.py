"""Glute bridge: on the back, hips up until shoulders, hips and knees are in line; slowly down."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, both, on_floor

RHYTHM = ThereAndBack(there=36, hold=8, back=18, rest=4)
BLADES, TO_BLADES = .149, .47          # height of the spine over the shoulder blades; from there to the hips
FEET = both(Leg(ball=(.60, .13, 0), out=3, knee=(.2, .12, 1)))
RISE = 29                              # degrees of the trunk at the top


def pose(n):
    up = RHYTHM(-n)                    # quickly up, slowly down
    a = math.radians(RISE * up)
    # The trunk rolls up onto the shoulders, which are thinner than the blades.
    pelvis = (-TO_BLADES * (1 - math.cos(a)), 0, BLADES - .036 * up + TO_BLADES * math.sin(a))
    arm = Arm(hand=on_floor(.055, .31), elbow=(0, 1, .1), fingers=(1, .04, 0), palm=(0, 0, -1))
    return Pose(pelvis, lean=-90 - RISE * up, head=(8 + (RISE + 18) * up, 0, 0), arms=both(arm), legs=FEET)


EXERCISE = Exercise("glute-bridge", RHYTHM.pictures, pose, Camera(around=68, above=10),
                    bears=("left hand", "right hand", "left foot", "right foot"), curl=6)
