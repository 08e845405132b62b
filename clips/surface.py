"""Solid shapes as distance functions, and the mesh of their surface.

A shape is a function from points (n x 3) to numbers: negative inside, positive outside.
Shapes melt into each other with `melt`, which is why the figure has no seams where an arm
leaves a shoulder. `mesh` walks a grid ("surface nets") and then pulls every vertex onto
the surface, so that the grid does not show. Only numpy: the checks run without Blender.
"""
import numpy as np


def curve(stations, values):
    """A smooth function through (station, value) pairs, level beyond the first and the last."""
    x, y = np.asarray(stations, float), np.asarray(values, float)
    slope = np.gradient(y, x)
    slope[0] = slope[-1] = 0

    def at(t):
        t = np.clip(t, x[0], x[-1])
        i = np.clip(np.searchsorted(x, t) - 1, 0, len(x) - 2)
        h = x[i + 1] - x[i]
        s = (t - x[i]) / h
        return ((2 * s**3 - 3 * s**2 + 1) * y[i] + (s**3 - 2 * s**2 + s) * h * slope[i]
                + (3 * s**2 - 2 * s**3) * y[i + 1] + (s**3 - s**2) * h * slope[i + 1])
    return at


def ellipsoid(centre, radii):
    centre, radii = np.array(centre, float), np.array(radii, float)

    def shape(p):
        q = p - centre
        near = np.linalg.norm(q / radii, axis=1)
        return near * (near - 1) / np.maximum(np.linalg.norm(q / radii**2, axis=1), 1e-9)
    return shape


def capsule(start, end, radius, end_radius=None):
    """A rod with round ends, optionally thinner at its end."""
    start, end = np.array(start, float), np.array(end, float)
    along = end - start
    end_radius = radius if end_radius is None else end_radius

    def shape(p):
        t = np.clip((p - start) @ along / (along @ along), 0, 1)
        return np.linalg.norm(p - start - t[:, None] * along, axis=1) - (radius + t * (end_radius - radius))
    return shape


def box(centre, half, rounding):
    """A box with rounded edges; `half` includes the rounding."""
    centre, inner = np.array(centre, float), np.array(half, float) - rounding

    def shape(p):
        q = np.abs(p - centre) - inner
        return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0) - rounding
    return shape


def limb(start, end, front, stations):
    """A straight limb with a changing outline.

    `stations` are rows (metres from the start, radius, shift towards `front`): muscles are a
    larger radius, and a shift where they lie on one side only, as a calf does.
    """
    start, end = np.array(start, float), np.array(end, float)
    length = np.linalg.norm(end - start)
    axis = (end - start) / length
    front = np.array(front, float)
    front = front - axis * (front @ axis)
    front /= np.linalg.norm(front)
    u, radius, shift = (np.array(c, float) for c in zip(*stations))
    radius, shift = curve(u, radius), curve(u, shift)
    low, high = u[0], u[-1]

    def shape(p):
        t = np.clip((p - start) @ axis, low, high)
        middle = start + t[:, None] * axis + shift(t)[:, None] * front
        return np.linalg.norm(p - middle, axis=1) - radius(t)
    return shape


def trunk(stations, squareness=2.3):
    """A solid of horizontal slices; rows (height, half width, half depth, shift forward)."""
    z, width, depth, shift = (np.array(c, float) for c in zip(*stations))
    w, d, s = curve(z, width), curve(z, depth), curve(z, shift)

    def shape(p):
        t = np.clip(p[:, 2], z[0], z[-1])
        a, b, n = w(t), d(t), squareness
        round_ = ((np.abs(p[:, 1]) / a)**n + (np.abs(p[:, 0] - s(t)) / b)**n)**(1 / n)
        side = (round_ - 1) * np.minimum(a, b)
        return np.maximum(side, np.maximum(z[0] - p[:, 2], p[:, 2] - z[-1]))
    return shape


def melt(width, *shapes):
    """The union of shapes, flowing into each other over about `width` metres."""
    def shape(p):
        total = shapes[0](p)
        for other in shapes[1:]:
            b = other(p)
            h = np.maximum(width - np.abs(total - b), 0) / width if width else 0
            total = np.minimum(total, b) - h * h * width / 4
        return total
    return shape


def cut(shape, point, normal, edge=.006):
    """The part of a shape behind a plane, with a soft edge."""
    point, normal = np.array(point, float), np.array(normal, float)
    normal = normal / np.linalg.norm(normal)

    def result(p):
        a, b = shape(p), (p - point) @ normal
        h = np.maximum(edge - np.abs(a - b), 0) / edge
        return np.maximum(a, b) + h * h * edge / 4
    return result


def both_sides(shape):
    """A shape given for the left (y > 0), on both sides."""
    return lambda p: shape(p * (1, 0, 1) + np.abs(p) * (0, 1, 0))


def gradient(shape, p, step=5e-4):
    out = np.empty_like(p)
    for k in range(3):
        d = np.zeros(3)
        d[k] = step
        out[:, k] = (shape(p + d) - shape(p - d)) / (2 * step)
    return out


def mesh(shape, low, high, cell):
    """Vertices (n x 3) and quads (m x 4) of a shape's surface inside a box."""
    low = np.array(low, float)
    count = np.ceil((np.array(high) - low) / cell).astype(int) + 1
    axes = [low[k] + cell * np.arange(count[k]) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    inside = shape(points).reshape(count) < 0
    if any(np.take(inside, (0, -1), k).any() for k in range(3)):
        raise ValueError("the shape leaves the box it is meshed in")

    corners = sum(inside[i:count[0] - 1 + i, j:count[1] - 1 + j, k:count[2] - 1 + k].astype(int)
                  for i in (0, 1) for j in (0, 1) for k in (0, 1))
    mixed = (corners > 0) & (corners < 8)
    number = np.full(mixed.shape, -1)
    number[mixed] = np.arange(mixed.sum())
    vertices = low + (np.argwhere(mixed) + .5) * cell

    quads = []
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        front, back = [slice(None)] * 3, [slice(None)] * 3
        front[k], back[k] = slice(0, -1), slice(1, None)
        a, b = inside[tuple(front)], inside[tuple(back)]
        at = np.argwhere(a != b)
        outward = a[tuple(at.T)]
        ring = []
        for di, dj in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
            c = at.copy()
            c[:, i] += di
            c[:, j] += dj
            ring.append(number[tuple(c.T)])
        quad = np.stack(ring, 1)
        quad[~outward] = quad[~outward][:, ::-1]
        quads.append(quad)

    for _ in range(4):
        g = gradient(shape, vertices)
        move = shape(vertices)[:, None] * g / np.maximum((g * g).sum(1, keepdims=True), .05)
        vertices = vertices - np.clip(move, -cell, cell)
    return vertices, np.concatenate(quads)
