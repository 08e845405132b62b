"""Inchworm: from standing the hands go to the floor and walk out to a plank, and walk back; legs nearly straight."""
import math
from dataclasses import replace

import numpy as np

import skeleton
from poses import Arm, Camera, Exercise, Leg, Pose, blend, both, ease, straight_body, within_reach
from skeleton import ANKLE_HEIGHT, BALL, PALM, REST, SHIN, THIGH, turned

BEND, STEP, HOLD = 24, 6, 4            # pictures: down to the floor; one hand; half the rest in the plank
SHOULDERS, NEAR = .545, .30            # height in the plank; where the hands meet the floor
HANDS = straight_body(SHOULDERS)[1]
PLACES = [NEAR + (HANDS - NEAR) * s for s in (0, .2, .4, .6, .8, 1)]
WALK = STEP * 6                        # the left hand goes first, the hands pass each other
TRUNK = REST["upper.left"][2] - REST["pelvis"][2]


def hand(n, first):
    """Where a hand is after `n` pictures of walking: along, height."""
    stops = [PLACES[i] for i in ((0, 1, 3, 5) if first else (0, 2, 4, 5))]
    n = n - (0 if first else STEP)
    i = int(np.clip(n // (2 * STEP), 0, 2))
    s = np.clip((n - 2 * STEP * i) / STEP, 0, 1)
    return stops[i] + (stops[i + 1] - stops[i]) * ease(s), PALM + .05 * math.sin(math.pi * s)


def body(w, between):
    """Feet, hips and shoulders when the hands have come `w` of the way, their middle being at `between`."""
    heel = 62 * ease(w)
    leg = Leg(ball=(0, .10, 0), heel=heel, toes=heel, out=0, knee=(1, .10, -.3 - w))
    ankle = np.array(leg.ball) * (1, 0, 1) + turned("y", heel) @ (-BALL, 0, ANKLE_HEIGHT)
    floor = np.array((between, 0, PALM))
    # Hips high over the two supports as long as can be; in the end the line of a plank.
    plank = straight_body(SHOULDERS)[0]
    far = np.linalg.norm(floor - plank.pelvis)
    hips = skeleton.two_bones(ankle, floor, np.array((-.2, 0, 1)), .836 + .0105 * w, far + (.92 - far) * (1 - w**2.2))[0]
    shoulder = skeleton.two_bones(hips, floor, np.array((1, 0, 1)), TRUNK, .522 + .014 * w**3)[0]
    along, bow = shoulder - hips, 26 * (1 - w)
    lean = math.degrees(math.atan2(along[0], along[2])) % 360
    return Pose(pelvis=tuple(hips), lean=lean - .62 * bow, spine=(bow, 0, 0), head=(6 - 24 * w, 0, 0), legs=both(leg))


def arm(x, z):
    return Arm(hand=(x, .19, z), elbow=(-1, .5, 0), fingers=(1, -.05, 0), palm=(0, 0, -1))


FOLDED = replace(body(0, NEAR), arms=both(arm(NEAR, PALM)))
STANDING = Pose(pelvis=(-.04, 0, .922), lean=2, head=(0, 0, 0), legs=FOLDED.legs,
                arms=both(Arm(hand=(.04, .26, .85), elbow=(-1, .5, 0), fingers=(.1, -.02, -1), palm=(0, -1, 0))))


def half(n):
    if n < BEND:
        s = n / BEND
        down = blend(STANDING, FOLDED, ease(s))
        x, y, z = down.arms[0].hand    # the hands come from above, they do not slide
        return replace(down, arms=both(replace(down.arms[0], hand=within_reach(down, (x, y, z + .25 * s * (1 - s))))))
    n -= BEND
    left, right = hand(n, True), hand(n, False)
    between = (left[0] + right[0]) / 2
    w = (between - NEAR) / (HANDS - NEAR)
    return replace(body(w, between), arms=(arm(*left), arm(*right)))


def pose(n):
    there = BEND + WALK + HOLD
    n %= 2 * there
    return half(min(n, 2 * there - n, there))


EXERCISE = Exercise("inchworm", 2 * (BEND + WALK + HOLD), pose, Camera(around=68, above=7), bears=("left foot", "right foot"), curl=8)
