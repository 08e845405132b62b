"""Air squat: hips back and down to knee height, chest up, arms forward, heels down."""
from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, blend, both

RHYTHM = ThereAndBack(there=36, hold=4, back=18, rest=6)
FEET = both(Leg(ball=(.12, .18, 0), out=14, knee=(1, .34, 0)))
STANDING = Pose(pelvis=(-.01, 0, .921), lean=3, legs=FEET, arms=both(Arm(upper=(.18, .16, -1), bend=14)))
DEEP = Pose(pelvis=(-.29, 0, .47), lean=44, spine=(-8, 0, 0), head=(-26, 0, 0), legs=FEET,
            arms=both(Arm(upper=(1, .10, .42), bend=8)))


def pose(n):
    return blend(STANDING, DEEP, RHYTHM(n))


EXERCISE = Exercise("air-squat", RHYTHM.pictures, pose, Camera(around=52, height=.77),
                    bears=("left foot", "right foot"), curl=14)
