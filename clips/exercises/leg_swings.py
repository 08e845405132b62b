"""Leg swings: on the right leg, the left one swings forward and back from the hip; per side."""
import math
from dataclasses import replace

from poses import Arm, Camera, Exercise, Leg, Pose, hands_on_hips, straight_leg

PICTURES, MIDDLE, SWING = 60, 12, 44   # degrees: from 32 behind to 56 in front
STAND = Leg(ball=(.125, .075, 0), out=6, knee=(1, .06, 0))


def pose(n):
    s = math.sin(2 * math.pi * n / PICTURES)
    body = Pose(pelvis=(-.004 * s, -.055, .926), lean=5 - 9 * s, tilt=4, spine=(-3 + 4 * s, 0, -4), head=(2 * s, 0, 0))
    balance = Arm(upper=(.10, 1, -.28 + .05 * s), bend=10, elbow=(1, 0, .3), palm=(.2, 0, -1))
    angle = MIDDLE + SWING * s         # the knee gives a little where the foot passes the floor
    bend = .040 * math.exp(-(angle / (15 if angle > 0 else 24))**2)
    left = straight_leg(body, angle, point=.4 * min(angle, 0), apart=.005, reach=.8485 - bend)
    return replace(body, arms=(balance, hands_on_hips(body)[1]), legs=(left, STAND))


EXERCISE = Exercise("leg-swings", PICTURES, pose, Camera(around=62), bears=("right foot",), curl=12)
