"""Crunch: on the back with the knees up, the shoulder blades leave the floor; slowly down."""
from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, blend, both

RHYTHM = ThereAndBack(there=36, hold=4, back=18, rest=6)
FEET = both(Leg(ball=(.60, .12, 0), out=3, knee=(.2, .12, 1)))
ARMS = both(Arm(upper=(.10, .80, .58), bend=128, elbow=(-.25, -1, .45), fingers=(-.10, -1, .35), palm=(1, 0, 0)))
LYING = Pose(pelvis=(0, 0, .150), lean=-90, head=(10, 0, 0), arms=ARMS, legs=FEET)
CURLED = Pose(pelvis=(0, 0, .150), lean=-94, spine=(39, 0, 0), head=(14, 0, 0), arms=ARMS, legs=FEET)


def pose(n):
    return blend(LYING, CURLED, RHYTHM(-n))


EXERCISE = Exercise("crunch", RHYTHM.pictures, pose, Camera(around=62, above=9), bears=("left foot", "right foot"), curl=8)
