"""Arm circles: straight arms out to the sides draw circles, forwards."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, both

PICTURES, RADIUS = 60, .50             # radius: of the circle a straight arm draws, against its length


def pose(n):
    a = -2 * math.pi * n / PICTURES
    forward, up = RADIUS * math.cos(a), RADIUS * math.sin(a)
    arm = Arm(upper=(forward, 1, up + .06), bend=5, elbow=(1, 0, .2), palm=(.25 * math.cos(a), 0, -1))
    return Pose(pelvis=(-.006 * math.cos(a), 0, .924), spine=(1.5 * math.cos(a) - 2, 0, 0),
                head=(-1.5 * math.cos(a) + 1, 0, 0),
                arms=both(arm), legs=both(Leg(ball=(.125, .15, 0), out=10)))


EXERCISE = Exercise("arm-circles", PICTURES, pose, Camera(around=32), bears=("left foot", "right foot"), curl=10)
