"""March in place: knees to hip height in turn, arms swing against them; the steps are heard."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, blend

STEP = 30                              # pictures a step takes
STAND = Leg(ball=(.125, .10, 0), out=4)
RAISED = Leg(ball=(.41, .10, .43), heel=22, out=4, knee=(1, .08, 0))


def lift(n):
    """How high a knee is: a little double support, then up and down again."""
    return max(0.0, math.sin(math.pi * (n % (2 * STEP) - 2) / (STEP - 4)))**1.15 if 2 < n % (2 * STEP) < STEP - 2 else 0.0


def arm(swing):
    """-1 behind the body, 1 in front of it."""
    a = math.radians(4 + 36 * swing)
    return Arm(upper=(math.sin(a), .14, -math.cos(a)), bend=78 + 10 * swing, elbow=(1, -.12, .4))


def pose(n):
    left, right = lift(n), lift(n + STEP)
    swing = right - left
    return Pose(pelvis=(0, -.022 * (left - right), .924), tilt=2 * (left - right), turn=4 * swing,
                spine=(2, -8 * swing, -3 * (left - right)), head=(0, 4 * swing, 0),
                arms=(arm(swing), arm(-swing)),
                legs=(blend(STAND, RAISED, left), blend(STAND, RAISED, right)))


EXERCISE = Exercise("march-in-place", 2 * STEP, pose, Camera(around=38), curl=55, steps=(STEP - 2, 2 * STEP - 2))
