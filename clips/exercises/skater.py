"""Skater: a leap from one foot to the other, sideways; a soft landing, the free leg swings behind, the opposite hand comes down."""
import math

from poses import Arm, Camera, Exercise, Leg, Pose, blend, mirrored
from surface import curve

LEAVE, HALF, WIDE = 20, 30, .40        # pictures a foot stands; from landing to landing; metres of a foot from the middle
GRAVITY = 9.81 / 30**2                 # metres a picture a picture
# The right foot stands first. Pictures, and what is where.
ASIDE = curve((0, 10, 14, LEAVE), (-.26, -.335, -.325, -.175))
HIPS = curve((0, 9, 14, LEAVE), (.82, .675, .69, .855))
LEAN = curve((0, 9, 14, LEAVE, HALF), (16, 42, 40, 14, 16))
# A foot from the moment it leaves the floor until it lands again.
AWAY = (LEAVE, 25, HALF, 38, 45, 52, 2 * HALF)
ALONG = curve(AWAY, (.06, -.10, -.26, -.46, -.44, -.12, .06))
OUT = curve(AWAY, (WIDE, .34, .12, -.36, -.36, .12, WIDE))           # behind the other leg and past it
UP = curve(AWAY, (0, .16, .24, .17, .19, .20, 0))
HEEL = curve(AWAY, (38, 62, 66, 70, 70, 40, 14))


def leg(n):
    n %= 2 * HALF
    if n < LEAVE:
        flat = min(n / 4, 1, (LEAVE - n) / 4)          # lands on the ball, leaves from it
        heel = (1 - flat) * (14 if n < 10 else 38)
        return Leg(ball=(.06, WIDE, 0), heel=heel, toes=heel, out=4, knee=(1, .05, 0))
    up, heel = float(UP(n)), float(HEEL(n))
    on_toe = max(1 - up / .12, 0)
    return Leg(ball=(float(ALONG(n)), float(OUT(n)), up), heel=heel, toes=heel * on_toe, out=4, knee=(1, .1, -.2))


def arm(reach):
    """1: across and down in front, to the standing foot; -1: swung out and back."""
    front = Arm(upper=(.85, -.12, -.62), bend=18, elbow=(.5, -.4, .6))
    back = Arm(upper=(-.55, .62, -.75), bend=30, elbow=(1, .2, .3))
    return blend(back, front, .5 + .5 * reach)


def pose(n):
    n %= 2 * HALF
    if n >= HALF:
        return mirrored(pose(n - HALF))
    if n < LEAVE:
        y, z = float(ASIDE(n)), float(HIPS(n))
    else:
        s = (n - LEAVE) / (HALF - LEAVE)
        y = float(ASIDE(LEAVE)) + s * (-float(ASIDE(0)) - float(ASIDE(LEAVE)))
        z = float(HIPS(LEAVE)) * (1 - s) + s * float(HIPS(0)) + GRAVITY / 2 * (n - LEAVE) * (HALF - n)
    reach = math.cos(math.pi * (n - 11) / HALF)
    lean = float(LEAN(n))
    return Pose(pelvis=(-.04 - .0022 * lean, y, z), lean=lean, turn=-4 * reach, spine=(6, -16 * reach, 0),
                head=(-.55 * lean, 0, 0), arms=(arm(reach), arm(-reach)), legs=(leg(n + HALF), leg(n)))


EXERCISE = Exercise("skater", 2 * HALF, pose, Camera(around=10, above=6), curl=30)
