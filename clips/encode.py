"""From pictures to a MOV: H.264, or Animation (qtrle) with transparency, with or without steps."""
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import sound

FPS, SIZE, SMALL = 30, (1280, 720), (640, 360)
LIMIT, TRANSPARENT_LIMIT = 600_000, 3_000_000          # bytes
BT709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]


def encode(exercise, pictures, target):
    """Write the loop whose pictures are the given PNGs, in order."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for n, picture in enumerate(pictures):
            place = folder / f"{n:03}.png"
            if exercise.transparent:
                coarse(Image.open(picture)).save(place)
            else:
                place.symlink_to(Path(picture).resolve())
        command = ["ffmpeg", "-v", "error", "-y", "-framerate", str(FPS), "-i", str(folder / "%03d.png")]
        if exercise.steps:
            sound.write(folder / "steps.wav", len(pictures) / FPS, [n / FPS for n in exercise.steps])
            command += ["-i", str(folder / "steps.wav"), "-c:a", "aac", "-b:a", "96k", "-ac", "1"]
        if exercise.transparent:
            command += ["-c:v", "qtrle", "-pix_fmt", "argb"]
        else:
            command += ["-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
                        "-c:v", "libx264", "-preset", "slow", "-crf", "16", "-bf", "0", *BT709]
        # Nothing of the machine or the day in the file: the same pictures give the same bytes.
        command += ["-r", str(FPS), "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                    "-movflags", "+faststart", str(target)]
        subprocess.run(command, check=True)
        while not exercise.transparent and target.stat().st_size > LIMIT:
            at = command.index("-crf") + 1             # long or lively: a little coarser
            command[at] = str(int(command[at]) + 1)
            subprocess.run(command, check=True)


def coarse(picture, step=6):
    """Fewer colours, so that run-length coding finds runs; nothing at all where nothing is seen."""
    rgba = np.array(picture.convert("RGBA"))
    rgb, alpha = rgba[..., :3], rgba[..., 3]
    rgb[:] = np.clip((rgb.astype(int) + step // 2) // step * step, 0, 255)
    alpha[alpha < 10] = 0
    alpha[alpha > 246] = 255
    rgb[alpha == 0] = 0
    return Image.fromarray(rgba)


def probe(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)],
                         check=True, capture_output=True, text=True).stdout
    return {s["codec_type"]: s for s in json.loads(out)["streams"]}


def faults(exercise, path):
    """What is wrong with a finished file; nothing, if all is well."""
    streams = probe(path)
    video, audio = streams["video"], streams.get("audio")
    width, height = SMALL if exercise.transparent else SIZE
    want = {"codec_name": "qtrle" if exercise.transparent else "h264", "pix_fmt": "argb" if exercise.transparent else "yuv420p",
            "width": width, "height": height, "r_frame_rate": f"{FPS}/1", "avg_frame_rate": f"{FPS}/1",
            "nb_read_packets": str(exercise.pictures)}
    for key, value in want.items():
        if video.get(key) != value:
            yield f"{key} is {video.get(key)}, not {value}"
    limit = TRANSPARENT_LIMIT if exercise.transparent else LIMIT
    if path.stat().st_size > limit:
        yield f"{path.stat().st_size} bytes, more than {limit}"
    if bool(exercise.steps) != (audio is not None):
        yield "sound where none belongs, or none where some does"
    if audio and abs(float(audio["duration"]) - exercise.pictures / FPS) > .005:
        yield f"sound of {audio['duration']} s, pictures of {exercise.pictures / FPS:.3f} s"
