"""Where the camera stands: far enough for the whole loop to fit the picture, level, never tilted."""
import math
from dataclasses import dataclass

import numpy as np

LENS, SENSOR = 62, 36                                  # millimetres
LANDSCAPE, PORTRAIT = 16 / 9, 9 / 16                   # width / height
# What every crop to 16:8 and a small border keep of the 1280 x 720 picture; as much of an upright one.
SAFE_WIDTH, SAFE_HEIGHT = 1138 / 1280, 640 / 720


@dataclass
class View:
    eye: np.ndarray
    back: np.ndarray                   # from what is looked at to the camera
    right: np.ndarray
    up: np.ndarray
    floor: np.ndarray                  # the point of the floor the studio is built around
    aspect: float = LANDSCAPE

    @property
    def lens(self):
        """Longer for an upright picture: the camera stays far enough away to flatter."""
        return LENS if self.aspect > 1 else LENS * LANDSCAPE

    @property
    def back_level(self):
        level = self.back * (1, 1, 0)
        return level / np.linalg.norm(level)

    @property
    def right_level(self):
        return self.right

    def project(self, points):
        """Picture coordinates, -1 to 1 from edge to edge, right and up."""
        p = points - self.eye
        depth = -(p @ self.back)
        scale = 2 * self.lens / SENSOR / depth
        return np.stack((p @ self.right * scale, p @ self.up * scale * self.aspect), 1)


def framed(camera, points, aspect=LANDSCAPE):
    """The view in which the points of a whole loop fill the share of the picture the camera asks for."""
    a, b = math.radians(camera.around), math.radians(camera.above)
    level = np.array((math.cos(a), math.sin(a), 0))
    back = level * math.cos(b) + np.array((0, 0, math.sin(b)))
    right = np.array((-level[1], level[0], 0))
    up = np.cross(back, right)
    middle = (points.min(0) + points.max(0)) / 2
    distance = 4.0
    floor = middle * (1, 1, 0)
    for _ in range(40):
        view = View(middle + back * distance, back, right, up, floor, aspect)
        seen = view.project(points)
        low, high = seen.min(0), seen.max(0)
        off = (low + high) / 2 * SENSOR / (2 * view.lens) * distance
        middle = middle + right * off[0] + up * off[1] / aspect
        distance *= max((high[0] - low[0]) / 2 / camera.width, (high[1] - low[1]) / 2 / camera.height)**.8
    return view
