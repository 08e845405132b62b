"""Side plank: on the left forearm, from the ankles to the head one line; held, breathing; per side."""
import math
from dataclasses import replace

from poses import Arm, Camera, Exercise, Pose, breathing, carried, foot_in_air, hands_on_hips
from skeleton import PALM, REST, SHIN, THIGH

PICTURES, ANKLES, CLIMB = 120, .095, 18.2       # height of the middle between the ankles; degrees of the body's line
TO_HIPS = THIGH + SHIN - .002
SHOULDER = REST["upper.left"] - REST["pelvis"]


def pose(n):
    breath = breathing(n, PICTURES)
    climb = math.radians(CLIMB + .5 * breath)
    along, across = (math.cos(climb), math.sin(climb)), (math.sin(climb), -math.cos(climb))     # in y and z

    def foot(side, back):
        y, z = (.043 * side * v for v in across)
        return foot_in_air((back, side * y, ANKLES + z), heel=4, knee=(1, 0, 0), roll=-86 * side)

    pelvis = (0, TO_HIPS * along[0], ANKLES + TO_HIPS * along[1])
    body = Pose(pelvis, tilt=math.degrees(climb) - 90, head=(0, 0, 2), legs=(foot(1, 0), foot(-1, -.01)), breath=breath)
    _, elbow, _ = carried(Pose((0, TO_HIPS * math.cos(math.radians(CLIMB)), 0), tilt=CLIMB - 90), *SHOULDER)
    support = Arm(hand=(.245, elbow - .02, PALM + .004), elbow=(-.5, .05, -1), fingers=(1, -.05, 0), palm=(0, 0, -1))
    return replace(body, arms=(support, hands_on_hips(body, elbow=(-.3, .4, .9))[1]))


EXERCISE = Exercise("side-plank", PICTURES, pose, Camera(around=8, above=9), bears=("left hand",), curl=10)
