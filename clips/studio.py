"""The studio in Blender: a seamless backdrop, soft light, a level camera; and one picture of it.

The studio turns with the camera, so every exercise stands in the same light.
"""
import contextlib
import math
import os
import sys

import bpy
import numpy as np
from mathutils import Vector

from figure import MATERIALS

from view import SENSOR

BACKDROP, KEY_WARM, FILL_COOL = (.67, .715, .735), (1, .955, .90), (.86, .93, 1)


KEY = (-1.9, 4.5, 2.3)                                 # right, up and towards the camera, metres


def shadow(view, points):
    """Where the key light throws the points on the floor."""
    lamp = view.floor + view.right_level * KEY[0] + view.back_level * KEY[2] + np.array((0, 0, KEY[1]))
    way = points - lamp
    return lamp + way * (lamp[2] / -way[:, 2:])


def material(name, colour, roughness):
    m = bpy.data.materials.new(name)
    m.use_nodes = True
    shader = m.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Specular IOR Level"].default_value = .3
    return m


class Studio:
    """A scene; `dress` puts the figure's meshes in, `picture` moves them and draws."""

    def __init__(self, view, size, samples, transparent):
        for o in list(bpy.data.objects):
            bpy.data.objects.remove(o)
        self.scene = bpy.context.scene
        self.materials = {name: material(name, *look) for name, look in MATERIALS.items()}
        self.meshes = []
        self.figure = bpy.data.collections.new("figure")
        self.scene.collection.children.link(self.figure)
        self._camera(view)
        self._light(view)
        if not transparent:
            self._backdrop(view)
        self._settings(size, samples, transparent)

    def _link(self, o):
        self.scene.collection.objects.link(o)
        return o

    def _camera(self, view):
        data = bpy.data.cameras.new("camera")
        data.lens, data.sensor_width, data.sensor_fit = view.lens, SENSOR, "HORIZONTAL"
        camera = self.scene.camera = self._link(bpy.data.objects.new("camera", data))
        camera.location = view.eye
        camera.rotation_euler = Vector(-view.back).to_track_quat("-Z", "Y").to_euler()

    def _light(self, view):
        def lamp(right, up, near, size, power, colour, only=None):
            data = bpy.data.lights.new("lamp", "AREA")
            data.size, data.energy, data.color = size, power, colour
            o = self._link(bpy.data.objects.new("lamp", data))
            o.light_linking.receiver_collection = only
            o.location = view.floor + right * view.right_level + near * view.back_level + np.array((0, 0, up))
            o.rotation_euler = (Vector(view.floor + (0, 0, .7)) - o.location).to_track_quat("-Z", "Y").to_euler()

        lamp(*KEY, 2.2, 300, KEY_WARM)
        lamp(3.2, 2.0, 2.2, 3.0, 45, FILL_COOL)
        lamp(1.6, 3.0, -2.2, 1.6, 85, (1, 1, 1), only=self.figure)     # a rim of light, for the figure alone
        world = self.scene.world = bpy.data.worlds.new("world")
        world.use_nodes = True
        world.node_tree.nodes["Background"].inputs[0].default_value = (.86, .91, .95, 1)
        world.node_tree.nodes["Background"].inputs[1].default_value = .42

    def _backdrop(self, view):
        """Floor and wall in one sweep: a wide curve hides where they meet."""
        near, flat, radius, top, half = 9.0, -1.3, 3.2, 7.0, 16.0
        profile = [(near, 0), (flat, 0)]
        profile += [(flat - radius * math.sin(a), radius - radius * math.cos(a)) for a in np.linspace(0, math.pi / 2, 40)[1:]]
        profile.append((flat - radius, top))
        points = [view.floor + along * view.back_level + np.array((0, 0, up)) + side * view.right_level
                  for along, up in profile for side in (-half, half)]
        faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
        mesh = bpy.data.meshes.new("backdrop")
        mesh.from_pydata([tuple(p) for p in points], [], faces)
        mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
        mesh.materials.append(material("backdrop", BACKDROP, .9))
        self._link(bpy.data.objects.new("backdrop", mesh))

    def _settings(self, size, samples, transparent):
        render, cycles = self.scene.render, self.scene.cycles
        render.engine = "CYCLES"
        render.resolution_x, render.resolution_y = size
        render.use_border = False                      # an exercise drawn before may have left a window
        render.film_transparent = transparent
        render.image_settings.file_format = "PNG"
        render.image_settings.color_mode = "RGBA" if transparent else "RGB"
        render.image_settings.compression = 30
        render.use_persistent_data = True
        self.scene.view_settings.view_transform = "Standard"
        cycles.samples, cycles.max_bounces, cycles.seed = samples, 1, 7
        cycles.use_adaptive_sampling, cycles.use_denoising = False, True
        cycles.denoiser, cycles.denoising_prefilter, cycles.denoising_quality = "OPENIMAGEDENOISE", "FAST", "FAST"

    def dress(self, parts):
        for part in parts:
            mesh = bpy.data.meshes.new(part.name)
            mesh.from_pydata(part.vertices, [], part.quads)
            mesh.materials.append(self.materials[part.material])
            mesh.polygons.foreach_set("use_smooth", np.ones(len(part.quads), bool))
            self.figure.objects.link(bpy.data.objects.new(part.name, mesh))
            self.meshes.append(mesh)

    def plate(self, path, samples):
        """The studio without the figure."""
        self.figure.hide_render = True
        usual, self.scene.cycles.samples = self.scene.cycles.samples, samples
        self._render(path)
        self.figure.hide_render, self.scene.cycles.samples = False, usual

    def window(self, box):
        """From now on draw only this part of the picture: left, top, right, bottom in pixels."""
        render = self.scene.render
        width, height = render.resolution_x, render.resolution_y
        render.use_border = render.use_crop_to_border = True
        render.border_min_x, render.border_max_x = box[0] / width, box[2] / width
        render.border_min_y, render.border_max_y = 1 - box[3] / height, 1 - box[1] / height

    def picture(self, vertices, path):
        for mesh, v in zip(self.meshes, vertices, strict=True):
            mesh.vertices.foreach_set("co", v.astype(np.float32).ravel())
            mesh.update()
        self._render(path)

    def _render(self, path):
        self.scene.render.filepath = str(path)
        with quiet():
            bpy.ops.render.render(write_still=True)


@contextlib.contextmanager
def quiet():
    """Blender writes every step to the process's own output; keep that for progress."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)
