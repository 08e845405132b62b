"""Jumping jacks: a jump to a straddle with the arms overhead, a jump back; drawn without a studio."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, both, ease, swung
from surface import curve

# Half a jack, in pictures: dip, leave the floor, land, give.
LEAVE, LAND, HALF = 5, 13, 17
NARROW, WIDE = .085, .36               # of the feet, from the middle
GRAVITY = 9.81 / 30**2                 # metres a picture a picture
DIP = curve((0, 2.4, LEAVE), (-.012, -.055, .030))
GIVE = curve((LAND, 14.6, HALF), (.030, -.058, -.012))
HEEL = curve((0, 2.8, LEAVE, 9, LAND, 14.8, HALF), (0, 0, 36, 40, 30, 0, 0))
DOWN, UP = (.06, .17, -1), (.02, .20, 1)


def pose(n):
    n %= 2 * HALF
    opening, n = n < HALF, n % HALF
    flight = min(max(n - LEAVE, 0), LAND - LEAVE)
    height = GRAVITY / 2 * flight * (LAND - LEAVE - flight)
    hips = DIP(n) if n < LEAVE else GIVE(n) if n > LAND else .030
    spread, raised = ease((n - LEAVE) / (LAND - LEAVE)), ease((n - 2) / (LAND - 1))
    if not opening:
        spread, raised = 1 - spread, 1 - raised
    y = NARROW + (WIDE - NARROW) * spread
    legs_height = .085 + math.sqrt(.848**2 - (y - .09)**2)
    heel = max(float(HEEL(n)), 0)
    leg = Leg(ball=(.125, y, height), heel=heel, toes=heel, out=6 + 8 * spread, knee=(1, .1 + .35 * spread, 0))
    arm = Arm(upper=swung(DOWN, UP, raised), bend=14, elbow=(1, 0, 0), palm=(1, -.35, 0))
    return Pose(pelvis=(.02 * heel / 36, 0, legs_height + float(hips) + height), lean=3 - 60 * min(float(hips), 0),
                spine=(-2, 0, 0), arms=both(arm), legs=both(leg))


EXERCISE = Exercise("jumping-jack", 4 * HALF, pose, Camera(around=14, above=3, height=.84), curl=12, delivery="animation")
