"""Child's pose: hips on the heels, knees apart, forehead to the floor, arms long; held, breathing."""
from poses import Arm, Camera, Exercise, Pose, both, breathing, foot_in_air, on_floor

PICTURES = 120


def pose(n):
    breath = breathing(n, PICTURES)
    leg = foot_in_air((-.126, .105, .062), heel=162, knee=(1, .36, -.15), toes=4)
    arm = Arm(hand=on_floor(.91, .20), elbow=(-.2, 1, .6), fingers=(1, -.06, 0), palm=(0, 0, -1))
    return Pose(pelvis=(-.085, 0, .245 + .004 * breath), lean=76, spine=(38 - 2 * breath, 0, 0), head=(-20, 0, 0),
                arms=both(arm), legs=both(leg), breath=breath)


EXERCISE = Exercise("childs-pose", PICTURES, pose, Camera(around=62, above=10), bears=("left hand", "right hand"), curl=6)
