"""Pike push-up: hips high over straight legs, the head goes down before the hands; slowly down, quickly up."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, blend, both, on_floor

RHYTHM = ThereAndBack(there=36, hold=2, back=18, rest=4)
LEGS = both(Leg(ball=(0, .11, 0), heel=42, toes=42, out=0, knee=(1, .06, -.3)))
HANDS = both(Arm(hand=on_floor(.80, .225), elbow=(-.5, 1, .35), fingers=(1, -.12, 0), palm=(0, 0, -1)))
HIGH = Pose(pelvis=(.315, 0, .885), lean=146, head=(4, 0, 0), arms=HANDS, legs=LEGS)
LOW = Pose(pelvis=(.515, 0, .762), lean=148, head=(-4, 0, 0), arms=HANDS, legs=LEGS)


def pose(n):
    return blend(HIGH, LOW, RHYTHM(n))


EXERCISE = Exercise("pike-push-up", RHYTHM.pictures, pose, Camera(around=66, above=8),
                    bears=("left hand", "right hand", "left foot", "right foot"), curl=6)
