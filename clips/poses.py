"""What a pose says, the blend of two poses, and the rhythms that lead from one to another.

A pose is written for one side and mirrored for the other: y means "outwards" in arms and legs.
"""
import math
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np

from skeleton import ANKLE_HEIGHT, BALL, PALM, REST, SHIN, THIGH, bent, solve, turned

DOWN, UP, FORWARD, BACK, OUT, IN = (0, 0, -1), (0, 0, 1), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)


@dataclass(frozen=True)
class Leg:
    ball: tuple = (BALL, .12, 0)       # the ball of the foot, on the sole, in the room
    heel: float = 0                    # degrees the heel is lifted about the ball
    toes: float = 0                    # degrees the toes stay behind when the heel lifts
    out: float = 8                     # degrees the foot points outwards
    knee: tuple = (1, .14, 0)          # where the knee points, in the room
    roll: float = 0                    # degrees the foot lies on its side, negative on its outer edge


@dataclass(frozen=True)
class Arm:
    """Either `upper` and `bend` (directions seen from the chest) or `hand` (a wrist in the room)."""
    upper: tuple = (.08, .16, -1)
    bend: float = 14
    elbow: tuple = (1, 0, 0)           # with `upper`: where the forearm bends to; with `hand`: where the elbow points
    hand: tuple | None = None
    fingers: tuple | None = None       # None: straight on from the forearm
    palm: tuple = (0, -1, 0)
    shrug: float = 0                   # degrees the shoulder is lifted


@dataclass(frozen=True)
class Pose:
    pelvis: tuple = (0, 0, .93)
    lean: float = 0                    # of the pelvis, forward
    turn: float = 0
    tilt: float = 0
    spine: tuple = (0, 0, 0)           # lean, turn, tilt of the chest against the pelvis
    head: tuple = (0, 0, 0)            # the same of the head against the chest
    arms: tuple = (Arm(), Arm())       # left, right
    legs: tuple = (Leg(), Leg())
    breath: float = 0                  # 0 out, 1 in


def both(limb):
    return (limb, limb)


def on_floor(x, y):
    """A wrist whose palm lies on the floor."""
    return (x, y, PALM)


def foot_in_air(ankle, heel, knee, toes=0, out=0, roll=0):
    """A leg given by its ankle, for feet that hang or rest on the instep."""
    back = turned("z", out) @ turned("y", heel) @ turned("x", roll) @ np.array((-BALL, 0, ANKLE_HEIGHT))
    return Leg(ball=tuple(np.array(ankle) - back), heel=heel, toes=toes, out=out, knee=knee, roll=roll)


def carried(pose, x, out, up, side=1):
    """Where a point fixed to the pelvis is (metres from its joint; side: 1 left, -1 right), as arms and legs count."""
    at = np.array(pose.pelvis) + bent(pose.lean, pose.turn, pose.tilt) @ np.array((x, side * out, up))
    return (at[0], side * at[1], at[2])


def straight_leg(pose, angle, side=1, point=0, apart=.03, reach=.8485):
    """A leg stretched from the hip: 0 degrees straight down, 90 forward, 180 up; `point` degrees of pointed toes."""
    a = math.radians(angle)
    x, y, z = carried(pose, 0, .09, 0, side)
    flat = math.sqrt(reach**2 - apart**2)
    return foot_in_air((x + flat * math.sin(a), y + apart, z - flat * math.cos(a)), heel=point - angle,
                       knee=(math.cos(a), .06, math.sin(a)))


def hands_on_hips(pose, elbow=(-.45, 1, 0)):
    """Both arms, the wrists behind the points of the hips, the fingers forward."""
    return tuple(Arm(hand=carried(pose, -.035, .205, .075, side), elbow=elbow, fingers=(1, -.30, -.35), palm=(-.2, -1, 0))
                 for side in (1, -1))


def within_reach(pose, hand, arm=.53):
    """A wrist in the room, drawn towards the left shoulder if it is further away than an arm is long."""
    shoulder = solve(pose).joint["upper.left"]
    way = np.array(hand) - shoulder
    return tuple(shoulder + way * min(1, arm / np.linalg.norm(way)))


def mirrored(pose):
    """Left for right."""
    x, y, z = pose.pelvis
    (bow, turn, tilt), (nod, look, cock) = pose.spine, pose.head
    return replace(pose, pelvis=(x, -y, z), turn=-pose.turn, tilt=-pose.tilt, spine=(bow, -turn, -tilt),
                   head=(nod, -look, -cock), arms=pose.arms[::-1], legs=pose.legs[::-1])


def on_toes(x, y, heel=62):
    """A foot on its toes, the heel above the ball."""
    return Leg(ball=(x, y, 0), heel=heel, toes=heel, out=0, knee=(0, .15, -1))


def straight_body(shoulder_height, toes=0.0, sag=.0015, y=.10, **other):
    """A plank: ankles, hips and shoulders in one line, on the toes; facing the floor, head along +x.

    Gives the pose (without arms) and where the shoulders are above the floor.
    """
    leg = on_toes(toes, y)
    ankle = np.array(leg.ball) + turned("y", leg.heel) @ np.array((-BALL, 0, ANKLE_HEIGHT))
    to_hip, to_shoulder = THIGH + SHIN - sag, THIGH + SHIN - sag + REST["upper.left"][2] - REST["pelvis"][2]
    angle = math.asin((shoulder_height - ankle[2]) / to_shoulder)
    along = np.array((math.cos(angle), 0, math.sin(angle)))
    pelvis = (ankle + along * to_hip) * (1, 0, 1) - (0, 0, .012)       # no hips in the air
    pose = Pose(pelvis=tuple(pelvis), lean=90 - math.degrees(angle), legs=both(leg), **other)
    return pose, (ankle + along * to_shoulder)[0]


def blend(a, b, s):
    """The pose (limb, number) `s` of the way from a to b; directions of arms swing round."""
    if a is None or a == b:
        return a
    if is_dataclass(a):
        parts = {f.name: blend(getattr(a, f.name), getattr(b, f.name), s) for f in fields(a)}
        if isinstance(a, Arm) and a.hand is None:
            parts["upper"] = swung(a.upper, b.upper, s)
        return replace(a, **parts)
    if isinstance(a, tuple):
        return tuple(blend(x, y, s) for x, y in zip(a, b, strict=True))
    return a + (b - a) * s


def swung(a, b, s):
    """The direction `s` of the way from a to b along the arc between them."""
    a, b = (np.array(v, float) / np.linalg.norm(v) for v in (a, b))
    angle = math.acos(np.clip(a @ b, -1, 1))
    if angle < 1e-6:
        return tuple(a)
    return tuple((math.sin((1 - s) * angle) * a + math.sin(s * angle) * b) / math.sin(angle))


def ease(s):
    """0 to 1, starting and ending at rest; the same curve forwards and backwards."""
    return .5 - .5 * math.cos(math.pi * min(max(s, 0), 1))


@dataclass(frozen=True)
class ThereAndBack:
    """Slowly there, a hold, quickly back, a rest: in pictures.

    The way back shows every second picture of the way there (`there` = 2 x `back`), or the same
    ones (`there` = `back`): a picture that has been drawn already costs nothing.
    """
    there: int
    hold: int
    back: int
    rest: int

    @property
    def pictures(self):
        return self.there + self.hold + self.back + self.rest

    def __call__(self, n):
        n %= self.pictures
        if n < self.there:
            return ease(n / self.there)
        n -= self.there
        if n < self.hold:
            return 1.0
        n -= self.hold
        return ease(1 - n / self.back) if n < self.back else 0.0


def breathing(n, pictures, breaths=1):
    """0 to 1 and back, as calm breath does."""
    return .5 - .5 * math.cos(2 * math.pi * breaths * n / pictures)


@dataclass(frozen=True)
class Camera:
    """Where the camera stands; how far away and where it looks follows from the movement.

    `around` degrees from straight in front of the figure, positive to its left; `above` degrees.
    """
    around: float
    above: float = 6
    height: float = .76                # the share of the picture's height a loop may fill
    width: float = .80                 # and of its width
    room: int = 0                      # pixels to draw beyond the usual around figure and shadow, where soft light reaches far


@dataclass(frozen=True)
class Exercise:
    id: str
    pictures: int
    pose: callable                     # picture number -> Pose
    camera: Camera
    bears: tuple = ()                  # hands and feet that hold the floor all the time: "left hand" ...
    curl: float = 38                   # how far the fingers are closed, degrees a joint
    steps: tuple = ()                  # pictures at which a foot lands: the clip gets sound
    delivery: str = "studio"           # one of encode.DELIVERIES: what kind of file the clip is
