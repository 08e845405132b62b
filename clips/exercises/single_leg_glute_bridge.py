"""Single-leg glute bridge: the left foot carries, the right leg stays stretched beside the left thigh; per side."""
import math
from dataclasses import replace

from exercises.glute_bridge import BLADES, FEET, TO_BLADES
from poses import Arm, Camera, Exercise, Pose, ThereAndBack, both, carried, on_floor, straight_leg
from skeleton import ANKLE_HEIGHT, BALL, SHIN, THIGH

RHYTHM = ThereAndBack(there=36, hold=8, back=18, rest=4)
RISE = 28                              # degrees of the trunk at the top
ANKLE = (FEET[0].ball[0] - BALL, ANKLE_HEIGHT)


def thigh(pose):
    """How far the left thigh is swung forward from straight down, in degrees."""
    x, _, z = carried(pose, 0, .09, 0)
    across, down = ANKLE[0] - x, ANKLE[1] - z
    far = math.hypot(across, down)
    knee = math.acos((THIGH**2 + far**2 - SHIN**2) / (2 * THIGH * far))
    return math.degrees(math.atan2(across, -down) + knee)


def pose(n):
    up = RHYTHM(-n)                    # quickly up, slowly down
    a = math.radians(RISE * up)
    pelvis = (-TO_BLADES * (1 - math.cos(a)), 0, BLADES - .036 * up + TO_BLADES * math.sin(a))
    arm = Arm(hand=on_floor(.055, .31), elbow=(0, 1, .1), fingers=(1, .04, 0), palm=(0, 0, -1))
    body = Pose(pelvis, lean=-90 - RISE * up, head=(8 + (RISE + 18) * up, 0, 0), arms=both(arm))
    return replace(body, legs=(FEET[0], straight_leg(body, thigh(body), side=-1, apart=.02)))


EXERCISE = Exercise("single-leg-glute-bridge", RHYTHM.pictures, pose, Camera(around=62, above=10),
                    bears=("left hand", "right hand", "left foot"), curl=6)
