"""A mesh that follows the skeleton: weights, and dual quaternion skinning.

Dual quaternions keep the volume of a deeply bent knee, where blended matrices would
collapse it. A vertex belongs to one, two or three bones, by smooth steps along the limbs.
"""
from dataclasses import dataclass

import numpy as np

from skeleton import ARM_DOWN, LEG_DOWN, REST, SHIN, SIDES, THIGH, UPPER


@dataclass
class Skin:
    """One garment or body part in the rest pose."""
    name: str
    vertices: np.ndarray               # n x 3
    quads: np.ndarray                  # m x 4
    material: str                      # its name in figure.MATERIALS
    bones: list
    weights: np.ndarray                # n x len(bones)
    breath: np.ndarray                 # n x 3, where a full breath moves a vertex to
    flatten: float | np.ndarray = 0    # see `skinned`; for all vertices or for each

    def posed(self, posed, breath=0):
        return skinned(self.vertices + breath * self.breath, self.bones, self.weights, posed, self.flatten)


def step(low, high, x):
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def rigid(vertices, bone):
    return [bone], np.ones((len(vertices), 1))


def chain(bones, shares):
    """Weights along a row of bones; share i says how far a vertex has passed on to bone i + 1."""
    weights, rest = [], np.ones(len(shares[0]))
    for s in shares:
        weights.append(rest * (1 - s))
        rest = rest * s
    return bones, np.stack([*weights, rest], 1)


def torso(v):
    """Pelvis to head, with the shoulders and upper arms taking over at the sides."""
    z = v[:, 2]
    bones, w = chain(["pelvis", "spine", "chest", "neck", "head"],
                     [step(at - half, at + half, z) for at, half in
                      ((1.04, .10), (1.19, .10), (1.475, .045), (1.545, .035))])
    for side, k in SIDES.items():
        out, from_shoulder = v[:, 1] * k, v - REST[f"upper.{side}"]
        u = from_shoulder @ ARM_DOWN[side]
        aside = np.linalg.norm(from_shoulder - u[:, None] * ARM_DOWN[side], axis=1)
        arm = step(-.06, .07, u) * (1 - step(.064, .105, aside)) * step(.02, .10, out)
        collar = step(.05, .15, out) * step(1.24, 1.37, z) * (1 - arm)
        bones = [*bones, f"collar.{side}", f"upper.{side}"]
        w = np.hstack((w * (1 - collar - arm)[:, None], collar[:, None], arm[:, None]))
    return bones, w


def shirt(v):
    """As the torso, but the hem goes along with the thighs, as the leggings under it do."""
    bones, w = torso(v)
    below, lower = legs(v)
    thighs = [below.index(f"thigh.{side}") for side in SIDES]
    taken = lower[:, thighs].sum(1)
    return [*bones, *(below[i] for i in thighs)], np.hstack((w * (1 - taken)[:, None], lower[:, thighs]))


def arm(v, side):
    u = (v - REST[f"upper.{side}"]) @ ARM_DOWN[side]
    return chain([f"collar.{side}", f"upper.{side}", f"fore.{side}"],
                 [step(-.06, .05, u), step(UPPER - .045, UPPER + .045, u)])


def legs(v):
    """The pelvis and both legs down to the ankles."""
    spine = step(.94, 1.14, v[:, 2])
    bones, w = ["pelvis", "spine"], [1 - spine, spine]
    for side, k in SIDES.items():
        u = (v - REST[f"thigh.{side}"]) @ LEG_DOWN[side]
        # At the hips the legs share the middle; below the crotch each has its own side.
        thigh = step(-.09, .10, u) * step(-.005, .05 - .045 * step(.09, .15, u), v[:, 1] * k)
        shin = step(THIGH - .055, THIGH + .055, u)
        bones += [f"thigh.{side}", f"shin.{side}"]
        w += [thigh * (1 - shin), thigh * shin]
        w[0], w[1] = w[0] - thigh * (1 - spine), w[1] - thigh * spine
    w = np.clip(np.stack(w, 1), 0, 1)
    return bones, w / w.sum(1, keepdims=True)


def shoe(v, side):
    """Sole and toe cap bend at the ball of the foot."""
    x = v[:, 0] - REST[f"toes.{side}"][0]
    return chain([f"foot.{side}", f"toes.{side}"], [step(-.03, .02, x)])


def ankle(v, side):
    u = (v - REST[f"shin.{side}"]) @ LEG_DOWN[side]
    return chain([f"shin.{side}", f"foot.{side}"], [step(SHIN - .04, SHIN + .005, u)])


def quaternion(m):
    """The unit quaternion (w, x, y, z) of a rotation."""
    w = np.array((1 + m[0, 0] + m[1, 1] + m[2, 2], 1 + m[0, 0] - m[1, 1] - m[2, 2],
                  1 - m[0, 0] + m[1, 1] - m[2, 2], 1 - m[0, 0] - m[1, 1] + m[2, 2]))
    i = int(w.argmax())
    rows = ((w[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]),
            (m[2, 1] - m[1, 2], w[1], m[1, 0] + m[0, 1], m[0, 2] + m[2, 0]),
            (m[0, 2] - m[2, 0], m[1, 0] + m[0, 1], w[2], m[2, 1] + m[1, 2]),
            (m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[2, 1] + m[1, 2], w[3]))
    q = np.array(rows[i])
    return q / np.linalg.norm(q)


def times(a, b):
    aw, av, bw, bv = a[..., :1], a[..., 1:], b[..., :1], b[..., 1:]
    return np.concatenate((aw * bw - (av * bv).sum(-1, keepdims=True),
                           aw * bv + bw * av + np.cross(av, bv)), -1)


def skinned(vertices, bones, weights, posed, flatten=0.0):
    """The vertices in a pose, by blended dual quaternions.

    They swell at a joint that turns far from rest; `flatten` mixes in plain blended matrices,
    which shrink there: right for the shoulders of the shirt.
    """
    real, dual = [], []
    for bone in bones:
        turn = posed.turn[bone]
        shift = posed.joint[bone] - turn @ REST[bone]
        q = quaternion(turn)
        if real and q @ real[0] < 0:           # one rotation has two signs: stay near the first bone's
            q = -q
        real.append(q)
        dual.append(.5 * times(np.concatenate(((0,), shift)), q))
    real, dual = np.array(real), np.array(dual)
    # Far turned bones (an arm overhead, a heel at the seat): signs agree with the heaviest bone.
    heaviest = real[weights.argmax(1)]
    sign = np.where(heaviest @ real.T < 0, -1.0, 1.0) * weights
    r, d = sign @ real, sign @ dual
    length = np.linalg.norm(r, axis=1, keepdims=True)
    r, d = r / length, d / length
    w, v = r[:, :1], r[:, 1:]
    move = 2 * (w * d[:, 1:] - d[:, :1] * v + np.cross(v, d[:, 1:]))
    curved = vertices + 2 * np.cross(v, np.cross(v, vertices) + w * vertices) + move
    if np.isscalar(flatten) and not flatten:
        return curved
    straight = sum(weights[:, i:i + 1] * (posed.joint[b] + (vertices - REST[b]) @ posed.turn[b].T)
                   for i, b in enumerate(bones) if weights[:, i].any())
    return curved + flatten * (straight - curved)
