#!/usr/bin/env python3
"""Draws the exercise clips: poses to pictures (Blender's Cycles) to MOV files (FFmpeg).

Pictures are kept in a cache under a name made of everything that shaped them, so a second
run draws only what changed, and a movement that goes back the way it came is drawn once.
"""
import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

import check
import encode
import exercises
import figure

HERE = Path(__file__).resolve().parent
PLATE_SAMPLES, FEATHER = 3, 48         # of the empty studio; pixels over which the drawn part fades into it


def digest(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p if isinstance(p, bytes) else repr(p).encode())
    return h.hexdigest()[:24]


def look_of(exercise, rough):
    """What the look is called, the size it is drawn in, samples a pixel."""
    delivery = encode.DELIVERIES[exercise.delivery]
    if rough:
        return "rough", tuple(320 * n // max(delivery.size) for n in delivery.size), 1
    if delivery.alpha:
        return "transparent", delivery.size, 10
    # Drawn larger than shown, one sample a pixel: smoother edges for less time than two samples a pixel.
    return "fine", tuple(n * 9 // 8 for n in delivery.size), 1


def picture_key(common, vertices):
    return digest(common, *(np.round(v, 5).astype(np.float32).tobytes() for v in vertices))


def draw(exercise, cache, numbers, rough=False):
    """The PNG of every asked-for picture, drawn where the cache has none."""
    import bpy                         # heavy, and not needed for --check

    import studio
    look, size, samples = look_of(exercise, rough)
    delivery = encode.DELIVERIES[exercise.delivery]
    _, skins = check.movement(exercise)
    view = check.view_of(exercise, skins)
    parts = figure.parts(exercise.curl)
    common = digest((HERE / "studio.py").read_bytes(), bpy.app.version, figure.MATERIALS, look, (size, samples), delivery.alpha,
                    PLATE_SAMPLES, FEATHER, *(np.round(v, 5).tobytes() for v in (view.eye, view.back, view.floor)),
                    *(p.quads.tobytes() for p in parts), [p.material for p in parts],
                    *([exercise.camera.room] if exercise.camera.room else []))
    paths = [cache / f"{picture_key(common, skins[n])}.png" for n in numbers]
    missing = {path: n for path, n in zip(paths, numbers) if not path.exists()}
    if missing:
        scene = studio.Studio(view, size, samples, delivery.alpha)
        scene.dress(parts)
        finish = windowed(scene, view, skins, size, delivery.size, exercise.camera.room, cache) if look == "fine" else os.replace
    begun = time.monotonic()
    for path, n in missing.items():
        partial = path.with_name("partial.png")
        scene.picture(skins[n], partial)
        finish(partial, path)
    if missing:
        each = (time.monotonic() - begun) / len(missing)
        print(f"{exercise.id}: {len(missing)} pictures drawn, {each:.1f} s each", flush=True)
    return paths


def windowed(scene, view, skins, size, shown, room, cache):
    """Draw only where the figure and its shadow ever come; around them stands the empty studio.

    That takes less time, and a background that is the same in every picture cannot flicker.
    """
    import studio
    points = np.concatenate([np.concatenate(s)[::5] for s in skins[::3]])
    figure_box = view.project(points)
    shadow_box = view.project(studio.shadow(view, points[points[:, 2] < 1.6]))
    low = np.minimum(figure_box.min(0), shadow_box.min(0))
    high = np.maximum(figure_box.max(0), shadow_box.max(0))
    edges = np.array((low[0] + 1, 1 - high[1], high[0] + 1, 1 - low[1])) / 2 * (*size, *size)
    margin = FEATHER + 25 + room
    box = [int(v) for v in np.clip(edges + (-margin, -margin, margin, margin), 0, (*size, *size))]
    empty = cache / "plate.png"
    scene.plate(empty, PLATE_SAMPLES)
    plate = Image.open(empty).convert("RGB")
    scene.window(box)
    mask = None

    def finish(drawn, path):
        nonlocal mask
        part = Image.open(drawn).convert("RGB")
        if mask is None:
            mask = feather(part.size, box, size)
        whole = plate.copy()
        whole.paste(part, (box[0], box[1]), mask)
        whole.resize(shown, Image.LANCZOS).save(drawn, compress_level=2)
        os.replace(drawn, path)
    return finish


def feather(size, box, whole):
    """A mask that fades at the edges of a box, but not where the box ends with the picture."""
    x, y = (np.arange(n) + .5 for n in size)
    far = 10 * FEATHER
    near_x = np.minimum(x + far * (box[0] == 0), size[0] - x + far * (box[2] == whole[0]))
    near_y = np.minimum(y + far * (box[1] == 0), size[1] - y + far * (box[3] == whole[1]))
    fade = np.clip(np.minimum(near_x[None, :], near_y[:, None]) / FEATHER, 0, 1)
    return Image.fromarray((255 * fade * fade * (3 - 2 * fade)).round().astype(np.uint8))


def contact_sheet(exercise, cache, target, count=12):
    """Twelve small pictures of a loop, evenly spread, row by row."""
    numbers = [round(i * exercise.pictures / count) for i in range(count)]
    paste([(p, f"{exercise.id} {n}") for p, n in zip(draw(exercise, cache, numbers, rough=True), numbers)], target)


def paste(pictures, target, size=(320, 180), columns=4):
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (size[0] * columns, size[1] * rows), (150, 160, 165))
    for i, (path, text) in enumerate(pictures):
        one = ImageOps.contain(Image.open(path).convert("RGBA"), size, Image.LANCZOS)
        place = (i % columns * size[0], i // columns * size[1])
        sheet.paste(one, (place[0] + (size[0] - one.width) // 2, place[1]), one)
        ImageDraw.Draw(sheet).text((place[0] + 6, place[1] + 4), text, fill=(40, 50, 60))
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target)
    print(target)


def overview(chosen, cache, target):
    """One picture of each exercise, a third of the way through."""
    found = [(draw(e, cache, [round(e.pictures * .36)])[0], e.id) for e in chosen]
    paste(found, target, size=(480, 270))


def report(chosen, found):
    """Print the faults of every exercise; true if there are none."""
    clean = True
    for e in chosen:
        faults = list(found(e))
        clean &= not faults
        for fault in faults[:6]:
            print(f"{e.id}: {fault}")
        if len(faults) > 6:
            print(f"{e.id}: and {len(faults) - 6} more")
    return clean


def main():
    known = exercises.load()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", help="exercises; all, if none is named")
    parser.add_argument("--check", action="store_true", help="check the movements, draw nothing")
    parser.add_argument("--check-files", action="store_true", help="check the finished files, draw nothing")
    parser.add_argument("--contact", action="store_true", help="rough contact sheets of twelve pictures instead of clips")
    parser.add_argument("--overview", action="store_true", help="one sheet with a fine picture of each exercise")
    parser.add_argument("--only-frames", action="store_true", help="draw the pictures, encode nothing")
    parser.add_argument("--videos", type=Path, default=HERE.parent / "videos", help="where the clips go")
    parser.add_argument("--cache", type=Path, default=os.environ.get("CLIPS_CACHE") or HERE.parent / "cache",
                        help="where pictures are kept (or CLIPS_CACHE)")
    args = parser.parse_args()
    if unknown := [i for i in args.ids if i not in known]:
        parser.error(f"no such exercise: {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [known[i] for i in args.ids or known]
    cache = Path(args.cache)
    cache.mkdir(parents=True, exist_ok=True)
    args.videos.mkdir(parents=True, exist_ok=True)

    def file_faults(e):
        return encode.faults(e, args.videos / f"{e.id}.mov")

    if args.check:
        sys.exit(not report(chosen, check.faults))
    if args.check_files:
        sys.exit(not report(chosen, file_faults))
    if args.overview:
        return overview(chosen, cache, cache / "contact" / "overview.png")
    for e in chosen:
        if args.contact:
            contact_sheet(e, cache, cache / "contact" / f"{e.id}.png")
            continue
        pictures = draw(e, cache, range(e.pictures))
        if not args.only_frames:
            encode.encode(e, pictures, args.videos / f"{e.id}.mov")
    if not (args.contact or args.only_frames):
        sys.exit(not report(chosen, file_faults))


if __name__ == "__main__":
    main()
