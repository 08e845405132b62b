"""Superman: face down, arms, chest and straight legs leave the floor together; a hold, then slowly down."""
from dataclasses import replace

from poses import Arm, Camera, Exercise, Pose, ThereAndBack, blend, both, straight_leg

RHYTHM = ThereAndBack(there=30, hold=10, back=30, rest=4)
LYING = Pose(pelvis=(0, 0, .131), lean=90, head=(-4, 0, 0),
             arms=both(Arm(upper=(.22, .22, 1), bend=6, elbow=(-1, 0, 0), palm=(1, -.1, 0))))
LIFTED = Pose(pelvis=(0, 0, .130), lean=87, spine=(-26, 0, 0), head=(-10, 0, 0),
              arms=both(Arm(upper=(.34, .20, 1), bend=6, elbow=(-1, 0, 0), palm=(1, -.1, 0))))


def pose(n):
    up = RHYTHM(n)
    body = blend(LYING, LIFTED, up)
    leg = straight_leg(body, -87.5 - 13 * up, point=66, apart=.02)
    return replace(body, legs=both(leg))


EXERCISE = Exercise("superman", RHYTHM.pictures, pose, Camera(around=66, above=10), curl=6)
