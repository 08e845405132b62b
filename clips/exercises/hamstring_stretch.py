"""Hamstring stretch: the left heel on the floor in front, the right knee bent, a flat back tips from the hips; held; per side."""
from dataclasses import replace

from poses import Camera, Exercise, Leg, Pose, breathing, foot_in_air, hands_on_hips

PICTURES = 120
STAND = Leg(ball=(-.12, .10, 0), out=6, knee=(1, .12, 0))
HEEL = foot_in_air((.2225, .10, .101), heel=-24, knee=(1, .04, .6))


def pose(n):
    sink = 1 - breathing(n, PICTURES)  # breathing out, a little deeper
    body = Pose(pelvis=(-.248 - .008 * sink, -.02, .800), lean=50 + 5 * sink, spine=(2, 0, 0), head=(-22, 0, 0), breath=1 - sink,
                legs=(HEEL, STAND))
    return replace(body, arms=hands_on_hips(body, elbow=(-.5, 1, .5)))


EXERCISE = Exercise("hamstring-stretch", PICTURES, pose, Camera(around=72), bears=("right foot",), curl=14)
