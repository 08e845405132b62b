"""High knees: running on the spot on the balls of the feet, knees to hip height, arms against them; drawn without a studio."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, blend

STEP, AIR, TIMES = 11, 13, 3           # pictures from step to step; a foot is in the air; cycles in a loop
STAND = Leg(ball=(.115, .09, 0), heel=13, toes=13, out=3)
RAISED = Leg(ball=(.42, .09, .50), heel=30, out=3, knee=(1, .06, 0))


def lift(n):
    """How high a knee is; each foot is a little longer in the air than on the floor."""
    n %= 2 * STEP
    return math.sin(math.pi * n / AIR)**1.2 if n < AIR else 0.0


def arm(swing):
    """-1 behind the body, 1 in front of it."""
    a = math.radians(6 + 44 * swing)
    return Arm(upper=(math.sin(a), .15, -math.cos(a)), bend=88 + 14 * swing, elbow=(1, -.12, .4))


def pose(n):
    left, right = lift(n), lift(n + STEP)
    swing = math.sin(2 * math.pi * (n - 1 - STEP / 2) / (2 * STEP) + math.pi / 2)
    bounce = math.cos(2 * math.pi * (n - 1) / STEP)        # highest where both feet are in the air
    return Pose(pelvis=(0, -.012 * swing, .937 + .014 * bounce), lean=4, tilt=2 * swing, turn=-5 * swing,
                spine=(1, 11 * swing, -3 * swing), head=(-3, -6 * swing, 0), arms=(arm(-swing), arm(swing)),
                legs=(blend(STAND, RAISED, left), blend(STAND, RAISED, right)))


EXERCISE = Exercise("high-knees", TIMES * 2 * STEP, pose, Camera(around=42), curl=55, delivery="prores")
