"""Jump squat: from a squat straight up off the floor, a soft landing on the balls of the feet that sinks into the next squat."""
from dataclasses import replace

from poses import Arm, Camera, Exercise, Leg, Pose, blend, both, ease

SINK, HOLD, DRIVE, AIR = 32, 3, 11, 14         # pictures, beginning with the landing
GRAVITY = 9.81 / 30**2                         # metres a picture a picture
TALL = Pose(pelvis=(.055, 0, .974), lean=2, arms=both(Arm(upper=(-.38, .22, -1), bend=12)))
DEEP = Pose(pelvis=(-.28, 0, .50), lean=45, spine=(-8, 0, 0), head=(-26, 0, 0), arms=both(Arm(upper=(1, .12, .25), bend=10)))


def pose(n):
    n %= SINK + HOLD + DRIVE + AIR
    depth = height = 0.0
    if n < SINK:                       # fast as the fall was, then slower and slower
        depth = 1 - (1 - n / SINK)**2.1
    elif n < SINK + HOLD:
        depth = 1.0
    elif n < SINK + HOLD + DRIVE:      # as fast at the end as the jump begins
        depth = 1 - ((n - SINK - HOLD) / DRIVE)**1.7
    else:
        flight = n - (SINK + HOLD + DRIVE)
        height = GRAVITY / 2 * flight * (AIR - flight)
    body = blend(TALL, DEEP, depth)
    tiptoe = ease(1 - depth / .30)     # the heels come up last and go down first
    hang = min(height / .12, 1)        # feet point and knees give in the air
    leg = Leg(ball=(.12 - .02 * hang, .17, height + .03 * hang), heel=34 * tiptoe + 12 * hang, toes=34 * tiptoe * (1 - hang),
              out=14, knee=(1, .30, 0))
    x, y, z = body.pelvis
    return replace(body, pelvis=(x, y, z + height), legs=both(leg))


EXERCISE = Exercise("jump-squat", SINK + HOLD + DRIVE + AIR, pose, Camera(around=48, height=.80), curl=20)
