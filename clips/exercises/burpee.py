"""Burpee: hands to the floor, feet jump back to a plank, a push-up, feet jump in again, and a jump with the arms overhead."""
import math
from dataclasses import replace

import numpy as np

import skeleton
from poses import Arm, Camera, Exercise, Leg, Pose, blend, both, ease, on_floor, straight_body, within_reach
from surface import curve

LOWER, HOP, PUSH_UP, RISE, AIR, LAND = 18, 11, 26, 10, 12, 18        # pictures; the hop back and the hop in take as long
GRAVITY = 9.81 / 30**2                 # metres a picture a picture
SHOULDERS, CHEST_LOW = .545, .255       # heights of the shoulders in the plank
HANDS = straight_body(SHOULDERS)[1]
FEET = HANDS - .36                     # where the feet stand; in the plank they are at 0
FLOOR = on_floor(HANDS, .215)

FLAT = Leg(ball=(FEET, .14, 0), out=8, knee=(1, .22, .3))
CROUCH = Pose(pelvis=(HANDS - .50, 0, .41), lean=70, spine=(16, 0, 0), head=(-22, 0, 0),
              legs=both(replace(FLAT, heel=30, toes=30)))
STANDING = Pose(pelvis=(FEET - .125, 0, .922), lean=2, legs=both(FLAT))
TALL = Pose(pelvis=(FEET - .06, 0, .976), lean=-1, spine=(-3, 0, 0), head=(-6, 0, 0), legs=both(replace(FLAT, heel=36, toes=36)))


def arms(body, swing, floor):
    """The hands `swing` degrees up from hanging, forwards; or, as `floor` goes to 1, on their place on the floor."""
    shoulder = skeleton.solve(body).joint["upper.left"]
    a = math.radians(swing)
    along = np.array((math.sin(a), 0, -math.cos(a)))
    length = .52 + .055 * min(max(swing - 80, 0) / 80, 1)  # the shoulder blades rise with the arms
    hand = (shoulder + length * along + (0, .04, 0)) * (1 - floor) + np.array(FLOOR) * floor
    hand = hand + (0, 0, .20 * floor * (1 - floor))        # comes down from above, does not slide
    hand = FLOOR if floor == 1 else within_reach(body, hand, length + .01)
    flat = min(1.7 * floor, 1)         # the hands are flat while they are near the floor
    fingers, palm = blend(tuple(along + (0, -.06, 0)), (1, -.06, 0), flat), blend((0, -1, 0), (0, 0, -1), flat)
    return both(Arm(hand=hand, elbow=(-1, .7, .15), fingers=fingers, palm=palm))


def raised(n):
    """How high the arms are after `n` pictures of the rise and the jump."""
    return 20 + 145 * ease(n / (RISE + 7))


def hop(s):
    """The hands stand, the feet fly from the crouch to the plank."""
    plank = straight_body(SHOULDERS)[0]
    body, air = blend(CROUCH, plank, s), math.sin(math.pi * s)
    leg = body.legs[0]
    x, y, z = leg.ball
    leg = replace(leg, ball=(x, y, z + .10 * air), toes=leg.heel * (1 - air))
    x, y, z = body.pelvis
    return replace(body, pelvis=(x + .01 * air, y, z + .13 * air), lean=body.lean + 17 * air, legs=both(leg),
                   arms=arms(body, 0, 1))


def pose(n):
    n %= LOWER + 2 * HOP + PUSH_UP + RISE + AIR + LAND
    if n < LOWER:
        s = ease(n / LOWER)
        body = blend(STANDING, CROUCH, s)
        return replace(body, arms=arms(body, 8 + 30 * s, max((n / LOWER - .4) / .6, 0)**1.5))
    n -= LOWER
    if n < 2 * HOP + PUSH_UP:
        n = min(n, 2 * HOP + PUSH_UP - n)
        if n < HOP:
            return hop(ease(n / HOP))
        low = ease(2 * (n - HOP) / PUSH_UP)
        body = straight_body(SHOULDERS + (CHEST_LOW - SHOULDERS) * low)[0]
        return replace(body, head=CROUCH.head, arms=arms(body, 0, 1))
    n -= 2 * HOP + PUSH_UP
    if n < RISE:                       # fastest at the end, as the jump begins
        s = (n / RISE)**1.6
        body = blend(CROUCH, TALL, s)
        heel = float(curve((0, .45, .7, 1), (30, 6, 6, 36))(s))
        body = replace(body, legs=both(replace(body.legs[0], heel=heel, toes=heel)))
        return replace(body, arms=arms(body, raised(n), 1 - min(n / 4, 1)**.8))
    n -= RISE
    if n < AIR:
        height = GRAVITY / 2 * n * (AIR - n)
        hang = min(height / .10, 1)
        leg = replace(TALL.legs[0], ball=(FEET - .03 * hang, .14, height), heel=36 + 14 * hang, toes=36 * (1 - hang))
        x, y, z = TALL.pelvis
        body = replace(TALL, pelvis=(x, y, z + height), legs=both(leg))
        return replace(body, arms=arms(body, raised(RISE + n), 0))
    n -= AIR
    give = float(curve((0, 6, LAND), (0, .17, 0))(n))      # the knees take the landing
    s = ease(n / LAND)
    body = blend(TALL, STANDING, ease(n / 5))
    heel = 36 * (1 - ease(n / 5))
    x, y, z = body.pelvis
    body = replace(body, pelvis=(x - .5 * give, y, z - give), lean=body.lean + 110 * give,
                   legs=both(replace(FLAT, heel=heel, toes=heel)))
    return replace(body, arms=arms(body, 165 - 157 * s, 0))


EXERCISE = Exercise("burpee", LOWER + 2 * HOP + PUSH_UP + RISE + AIR + LAND, pose, Camera(around=44, above=6, height=.87), curl=8)
