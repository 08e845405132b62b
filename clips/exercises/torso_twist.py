"""Torso twist: the chest turns from side to side over quiet hips, elbows at chest height."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, both

PICTURES, TURN = 72, 40                # degrees of the chest against the hips
ARMS = both(Arm(upper=(.62, .80, -.30), bend=112, elbow=(.35, -1, .12), fingers=(.30, -1, .05), palm=(-.25, -.2, -1)))
FEET = both(Leg(ball=(.125, .17, 0), out=12, knee=(1, .22, 0)))


def pose(n):
    turn = math.sin(2 * math.pi * n / PICTURES)
    turn *= 1.12 - .12 * turn**2       # a little slower at the ends
    return Pose(pelvis=(-.02, -.012 * turn, .920), lean=3, turn=9 * turn, spine=(-3, TURN * turn, 0),
                head=(0, 8 * turn, 0), arms=ARMS, legs=FEET)


EXERCISE = Exercise("torso-twist", PICTURES, pose, Camera(around=24), bears=("left foot", "right foot"), curl=20)
