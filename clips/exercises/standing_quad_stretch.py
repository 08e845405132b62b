"""Standing quad stretch: the left heel to the seat, held by the left hand; per side; an upright clip."""
from poses import Arm, Camera, Exercise, Leg, Pose, breathing, foot_in_air

PICTURES = 120


def pose(n):
    breath = breathing(n, PICTURES)
    sway = .010 * breath               # the hips drift a centimetre and come back
    x, y, z = -.01 + .3 * sway, -.055 + .6 * sway, .925
    ankle = (x - .215, y + .105, z - .075)
    held = foot_in_air(ankle, heel=196, knee=(.55, .02, -1), toes=-6)
    stand = Leg(ball=(.125, .085, 0), out=4, knee=(1, .05, 0))
    grip = Arm(hand=(ankle[0] + .005, ankle[1] + .028, ankle[2] + .075), elbow=(-1, .45, 0),
               fingers=(-.70, -.12, -.62), palm=(.55, -.55, -.6), shrug=-3)
    balance = Arm(upper=(.30, .85, -.75 - sway), bend=16, elbow=(1, .3, .3), palm=(.2, -.3, -1))
    return Pose((x, y, z), lean=-1, tilt=1.5 - 60 * sway, spine=(-2, 0, -1 + 60 * sway), arms=(grip, balance),
                legs=(held, stand), breath=breath)


EXERCISE = Exercise("standing-quad-stretch", PICTURES, pose, Camera(around=58), bears=("right foot",), curl=58, delivery="portrait")
