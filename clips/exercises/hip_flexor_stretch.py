"""Hip flexor stretch: the left knee on the floor, the pelvis tucked and pressed forward, upright; held, breathing; per side."""
import math
from dataclasses import replace

from poses import Camera, Exercise, Leg, Pose, breathing, foot_in_air, hands_on_hips
from skeleton import SHIN, THIGH

PICTURES, KNEE = 120, (-.25, .058)      # the kneeling knee joint: along, height
FRONT = Leg(ball=(.52, .10, 0), out=3, knee=(1, .05, .3))
ANKLE = (KNEE[0] - SHIN * math.cos(math.radians(3)), .085, KNEE[1] + SHIN * math.sin(math.radians(3)))
BEHIND = foot_in_air(ANKLE, heel=150, toes=8, knee=(1, .02, -.8))


def pose(n):
    breath = breathing(n, PICTURES)
    press = math.radians(31 + 5 * breath)                  # the thigh, from upright
    # The hip joint turns about the knee, which stays where it is.
    hips = (KNEE[0] + .428 * math.sin(press), KNEE[1] + .428 * math.cos(press))
    body = Pose(pelvis=(hips[0], -.005, hips[1]), lean=-5, spine=(2 - 3 * breath, 0, 0), head=(1, 0, 0), legs=(BEHIND, FRONT),
                breath=breath)
    return replace(body, arms=hands_on_hips(body))


EXERCISE = Exercise("hip-flexor-stretch", PICTURES, pose, Camera(around=64), bears=("right foot",), curl=12)
