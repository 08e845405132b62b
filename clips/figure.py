"""The trainer: shapes of body and clothes in the rest pose, with materials and weights.

The rest pose stands with the arms out at an angle (skeleton.REST). Every part is one closed
mesh; clothes are a few millimetres larger than the body under them, so hems show as hems.
"""
import functools

import numpy as np

import skin
from skeleton import ARM_DOWN, FORE, LEG_DOWN, REST, SHIN, THIGH, UPPER
from surface import both_sides, box, capsule, cut, ellipsoid, limb, melt, mesh, trunk

# name: colour (linear RGB), roughness
MATERIALS = {
    "skin": ((.62, .32, .20), .55),
    "lips": ((.45, .15, .11), .5),
    "hair": ((.030, .017, .011), .6),
    "eye": ((.012, .010, .010), .25),
    "white": ((.85, .85, .84), .6),
    "top": ((.004, .21, .235), .75),
    "trim": ((.60, .86, .84), .7),
    "leggings": ((.018, .022, .038), .7),
    "shoe": ((.80, .13, .07), .6),
    "sole": ((.86, .86, .86), .6),
}

LEFT = "left"
SHOULDER, HIP, ANKLE = REST["upper.left"], REST["thigh.left"], REST["foot.left"]
ARM_FRONT = np.array((1., 0, 0))


# Rows of surface.limb: metres down the limb, radius, shift to the front.
# The arm begins inside the sleeve: biceps, elbow, forearm, wrist.
ARM_STATIONS = ((.09, .047, 0), (.14, .0465, .003), (.22, .041, .002), (.29, .0375, 0), (.35, .0400, .002), (.44, .0320, 0),
                (UPPER + FORE - .02, .0262, 0), (UPPER + FORE + .01, .025, 0))
# Seat, thigh, knee, calf, and the hem above the ankle.
LEG_STATIONS = ((.00, .078, -.004), (.10, .089, .004), (.22, .080, .010), (.34, .064, .008), (THIGH, .0585, .002),
                (.50, .056, -.008), (.58, .0575, -.016), (.68, .047, -.011), (.78, .0365, -.004),
                (THIGH + SHIN - .045, .0345, 0))


def part(name, shape, low, high, cell, material, weigh, breath=None):
    """Mesh a shape, to be found between the corners `low` and `high`."""
    vertices, quads = mesh(shape, low, high, cell)
    bones, weights = weigh(vertices)
    moved = np.zeros_like(vertices) if breath is None else breath(vertices)
    return skin.Skin(name, vertices, quads, material, bones, weights, moved)


def mirrored(left):
    """The right-hand part from the left-hand one."""
    flip = np.array((1, -1, 1))
    return skin.Skin(left.name.replace("left", "right"), left.vertices * flip, left.quads[:, ::-1], left.material,
                     [b.replace("left", "right") for b in left.bones], left.weights, left.breath * flip, left.flatten)


def top():
    """A T-shirt: chest, waist, short sleeves."""
    body = trunk(((.875, .197, .144, -.018), (.94, .191, .140, -.018), (1.02, .157, .116, -.008), (1.09, .140, .104, .000),
                  (1.17, .147, .109, .004), (1.26, .163, .119, .006), (1.33, .166, .118, .002), (1.40, .140, .098, -.008),
                  (1.45, .085, .075, -.014), (1.50, .060, .060, -.010)))
    sleeve = limb(SHOULDER, SHOULDER + ARM_DOWN[LEFT], ARM_FRONT,
                  ((-.02, .050, 0), (.04, .0575, 0), (.10, .0590, .002), (.20, .0570, .003), (.24, .056, .003)))
    sleeve = cut(sleeve, SHOULDER + ARM_DOWN[LEFT] * .165, ARM_DOWN[LEFT], .008)
    chest = ellipsoid((.058, .075, 1.30), (.062, .085, .080))
    blade = ellipsoid((-.075, .085, 1.31), (.055, .075, .11))
    slope = capsule((-.025, .035, 1.455), (-.018, .145, 1.392), .036, .042)
    shape = melt(.05, body, both_sides(melt(.045, melt(.04, sleeve, slope), melt(.05, chest, blade))))
    shape = cut(shape, (0, 0, .925), (0, 0, -1), .012)
    shape = cut(shape, (-.015, 0, 1.478), (.40, 0, 1), .008)

    def breath(v):
        swell = np.exp(-((v[:, 2] - 1.22) / .13)**2) * (np.abs(v[:, 1]) < .2)
        out = np.stack((v[:, 0] * .085 + .004, v[:, 1] * .03, np.zeros(len(v))), 1)
        return swell[:, None] * out

    made = part("top", shape, (-.2, -.42, .86), (.2, .42, 1.53), .008, "top", skin.shirt, breath=breath)
    made.flatten = .65 * skin.step(1.14, 1.28, made.vertices[:, 2:])
    return made


def cuff():
    """The light edge of a sleeve: a part of its own, for a clean line."""
    ring = capsule(SHOULDER + ARM_DOWN[LEFT] * .05, SHOULDER + ARM_DOWN[LEFT] * .30, .0605, .0545)
    for at, way in ((.168, 1), (.150, -1)):
        ring = cut(ring, SHOULDER + ARM_DOWN[LEFT] * at, way * ARM_DOWN[LEFT], .006)
    return part("cuff left", ring, (-.1, .15, 1.15), (.1, .42, 1.45), .006, "trim",
                functools.partial(skin.arm, side=LEFT))


def leggings():
    pelvis = trunk(((.845, .085, .085, -.010), (.88, .150, .108, -.014), (.93, .162, .114, -.016),
                    (1.00, .145, .104, -.008), (1.06, .128, .094, 0)))
    seat = ellipsoid((-.062, .078, .895), (.083, .080, .090))
    leg = limb(HIP, HIP + LEG_DOWN[LEFT], ARM_FRONT, LEG_STATIONS)
    leg = cut(leg, ANKLE + (0, 0, .058), (0, 0, -1), .006)
    shape = melt(.04, pelvis, both_sides(melt(.035, seat, leg)))
    return part("leggings", shape, (-.2, -.26, .10), (.2, .26, 1.08), .008, "leggings", skin.legs)


def head():
    skull = ellipsoid((-.008, 0, 1.655), (.098, .077, .103))
    face = ellipsoid((.022, 0, 1.622), (.076, .066, .092))
    jaw = ellipsoid((.034, 0, 1.572), (.056, .046, .044))
    nose = capsule((.090, 0, 1.645), (.107, 0, 1.617), .008, .0125)
    ear = ellipsoid((-.002, .077, 1.628), (.017, .009, .029))
    neck = limb(REST["neck"] - (0, 0, .06), REST["neck"] + (.012, 0, .13), ARM_FRONT,
                ((0, .062, 0), (.05, .055, 0), (.09, .051, 0), (.16, .052, 0)))
    shape = melt(.03, melt(.012, melt(.035, melt(.05, skull, face), jaw), nose), neck)
    return melt(.008, shape, both_sides(ear))


def face_point(shape, y, z):
    """The front of the face at a breadth and a height."""
    x = np.linspace(.02, .14, 1200)
    outside = shape(np.stack((x, np.full_like(x, y), np.full_like(x, z)), 1)) > 0
    return np.array((x[outside.argmax()], y, z))


def head_parts():
    shape = head()

    def at(y, z, depth):
        return face_point(shape, y, z) + (depth, 0, 0)

    def stroke(points, radius, depth):
        ends = [at(y, z, depth) for y, z in points]
        return melt(.003, *(capsule(a, b, radius) for a, b in zip(ends, ends[1:])))

    yield part("head", shape, (-.13, -.11, 1.32), (.14, .11, 1.78), .006, "skin", skin.torso)
    cap = melt(.04, ellipsoid((-.012, 0, 1.664), (.110, .089, .112)), ellipsoid((.030, 0, 1.715), (.072, .066, .062)),
               ellipsoid((-.055, 0, 1.625), (.062, .070, .075)))
    cap = cut(cap, (.074, 0, 1.700), (.80, 0, -.60), .016)
    cap = cut(cap, (0, 0, 1.575), (.35, 0, -1), .010)
    bun = ellipsoid((-.066, 0, 1.768), (.038, .040, .034))
    hair = melt(.018, cap, bun)
    rigid = functools.partial(skin.rigid, bone="head")
    yield part("hair", hair, (-.16, -.11, 1.54), (.14, .11, 1.83), .006, "hair", rigid)
    # Wide eyes with a glint, brows raised in an arch, a smile: friendly also where the head is forty pixels high.
    eye = ellipsoid(at(.031, 1.641, -.0035), (.0070, .0105, .0130))
    glint = ellipsoid(at(.0345, 1.6465, .0028), (.0022, .0030, .0032))
    brow = stroke(((.0155, 1.6700), (.0230, 1.6725), (.0310, 1.6730), (.0390, 1.6715), (.0465, 1.6675)), .0034, -.0008)
    mouth = stroke(((0, 1.5735), (.0085, 1.5742), (.0165, 1.5775), (.0235, 1.5830)), .0042, -.0015)
    for name, small, material in (("eyes", eye, "eye"), ("glints", glint, "white"), ("brows", brow, "hair"), ("mouth", mouth, "lips")):
        yield part(name, both_sides(small), (.04, -.07, 1.55), (.14, .07, 1.69), .0018 if name == "glints" else .0022, material, rigid)


def arm():
    shape = limb(SHOULDER, SHOULDER + ARM_DOWN[LEFT], ARM_FRONT, ARM_STATIONS)
    return part("arm left", shape, (-.1, .08, .95), (.1, .70, 1.50), .007, "skin",
                functools.partial(skin.arm, side=LEFT))


def hand(curl):
    """A hand with its fingers along x, the palm down, the thumb inwards; `curl` degrees a joint."""
    palm = melt(.02, box((.050, 0, -.002), (.046, .041, .0165), .015), capsule((0, 0, 0), (.02, 0, -.001), .0255, .023),
                capsule((.015, -.022, -.010), (.055, -.030, -.009), .0165, .013))
    fingers = []
    for y, length, spread in ((-.030, .070, -3), (-.0105, .078, -1), (.0095, .073, 1), (.0285, .058, 4)):
        at, angle, rods = np.array((.090, y, -.006)), curl * .6, []
        for share, radius in ((.44, .0100), (.31, .0094), (.25, .0085)):
            a, b = np.radians(angle), np.radians(spread)
            to = at + share * length * np.array((np.cos(a) * np.cos(b), np.sin(b), -np.sin(a)))
            rods.append(capsule(at, to, radius + .0008, radius))
            at, angle = to, angle + curl
        fingers.append(melt(.004, *rods))
    t = np.radians(20 + curl * .35)
    root, tip = np.array((.030, -.036, -.010)), np.array((.072, -.058 + curl * .0004, -.010 - .030 * np.sin(t)))
    thumb = melt(.006, capsule(root, tip, .0135, .0115), capsule(tip, tip + (.026, -.004 + curl * .0003, -.006), .0112, .0095))
    shape = melt(.012, melt(.006, *fingers), melt(.02, palm, thumb))
    made = part("hand left", shape, (-.04, -.10, -.10), (.20, .07, .04), .0042, "skin",
                functools.partial(skin.rigid, bone="hand.left"))
    made.vertices = made.vertices + REST["hand.left"]
    return made


def shoe():
    x, y = ANKLE[0], ANKLE[1]
    collar = limb((x - .004, y, .125), (x + .002, y, .02), ARM_FRONT, ((0, .0425, 0), (.05, .041, 0), (.09, .040, 0)))
    heel = ellipsoid((x - .028, y, .048), (.044, .036, .052))
    instep = capsule((x + .01, y, .066), (x + .110, y - .004, .037), .038, .034)
    toe = ellipsoid((x + .125, y - .006, .026), (.070, .045, .038))
    upper = cut(melt(.03, collar, heel, instep, toe), (x, y, .108), (-.25, 0, 1), .008)
    outline = melt(.05, ellipsoid((x - .022, y, 0), (.060, .0400, .5)), ellipsoid((x + .118, y - .006, 0), (.086, .0490, .5)),
                   capsule((x - .02, y, 0), (x + .11, y - .004, 0), .037))
    sole = cut(cut(lambda p: outline(p * (1, 1, 0)), (0, 0, .026), (0, 0, 1), .008), (0, 0, 0), (0, 0, -1), .006)
    upper = cut(upper, (0, 0, .006), (0, 0, -1))
    weigh = functools.partial(skin.shoe, side=LEFT)
    low, high = (-.10, y - .07, -.015), (.22, y + .07, .14)
    yield part("shoe left", upper, low, high, .005, "shoe", weigh)
    yield part("sole left", sole, low, high, .005, "sole", weigh)
    sock = limb((x, y, .175), (x, y, .06), ARM_FRONT, ((0, .0325, 0), (.05, .0335, 0), (.10, .036, 0)))
    sock = cut(sock, (0, 0, .158), (0, 0, 1), .006)
    yield part("sock left", sock, (-.05, y - .05, .02), (.05, y + .05, .20), .006, "white",
               functools.partial(skin.ankle, side=LEFT))


@functools.cache
def body():
    """All parts but the hands."""
    pairs = [arm(), cuff(), *shoe()]
    return [top(), leggings(), *head_parts(), *pairs, *map(mirrored, pairs)]


@functools.cache
def parts(curl):
    """The whole trainer, with hands closed by `curl`."""
    left = hand(curl)
    return [*body(), left, mirrored(left)]


def posed_vertices(posed, breath, curl):
    """Every vertex of the trainer in a pose, part by part."""
    return [p.posed(posed, breath) for p in parts(curl)]
