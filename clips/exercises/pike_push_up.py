"""Pike push-up: hips high over straight legs, the head goes down before the hands; slowly down, quickly up."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, ThereAndBack, both, on_floor
from skeleton import ANKLE_HEIGHT, BALL, turned

RHYTHM = ThereAndBack(there=36, hold=2, back=18, rest=4)
HEEL, LEG, HIGH, LOW = 42, .843, 27, 43                # ankle to hip in metres; degrees this line leans forward
LEGS = both(Leg(ball=(0, .11, 0), heel=HEEL, toes=HEEL, out=0, knee=(1, .06, -.3)))
HANDS = both(Arm(hand=on_floor(.785, .225), elbow=(-.5, 1, .35), fingers=(1, -.12, 0), palm=(0, 0, -1)))


def pose(n):
    down = RHYTHM(n)
    a = math.radians(HIGH + (LOW - HIGH) * down)
    x, _, z = turned("y", HEEL) @ (-BALL, 0, ANKLE_HEIGHT)
    return Pose(pelvis=(x + LEG * math.sin(a), 0, z + LEG * math.cos(a)), lean=146 + 2 * down, head=(4 - 8 * down, 0, 0),
                arms=HANDS, legs=LEGS)


EXERCISE = Exercise("pike-push-up", RHYTHM.pictures, pose, Camera(around=66, above=8),
                    bears=("left hand", "right hand", "left foot", "right foot"), curl=6)
