"""From pictures to a MOV: H.264, Animation (qtrle) or ProRes 4444 with transparency, with or without steps."""
import functools
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import sound

FPS = 30
BT709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
TO_BT709 = "scale=out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True)
class Delivery:
    """A kind of file: most clips are alike, a few come as studios and phones deliver them."""
    size: tuple                        # width, height
    codec: str                         # as FFprobe names it
    pixels: tuple                      # pixel formats FFprobe may find: FFmpeg reads ProRes 4444 as 10 or as 12 bits
    limit: int                         # bytes
    coding: tuple                      # FFmpeg's options
    alpha: bool = False                # the figure alone, on nothing

    @property
    def aspect(self):
        return self.size[0] / self.size[1]


H264 = ("-vf", f"{TO_BT709},format=yuv420p", "-c:v", "libx264", "-preset", "slow", "-crf", "16", "-bf", "0", *BT709)
DELIVERIES = {
    "studio": Delivery((1280, 720), "h264", ("yuv420p",), 600_000, H264),
    "portrait": Delivery((720, 1280), "h264", ("yuv420p",), 600_000, H264),
    "animation": Delivery((640, 360), "qtrle", ("argb",), 3_000_000, ("-c:v", "qtrle", "-pix_fmt", "argb"), alpha=True),
    "prores": Delivery((640, 360), "prores", ("yuva444p10le", "yuva444p12le"), 3_000_000,
                       ("-vf", f"{TO_BT709},format=yuva444p10le", "-c:v", "prores_ks", "-profile:v", "4444", "-alpha_bits", "8",
                        "-qscale:v", "7", "-vendor", "apl0",
                        # The encoder itself leaves its pictures' colours unnamed.
                        "-bsf:v", "prores_metadata=color_primaries=bt709:color_trc=bt709:colorspace=bt709"), alpha=True),
}


def encode(exercise, pictures, target):
    """Write the loop whose pictures are the given PNGs, in order."""
    delivery = DELIVERIES[exercise.delivery]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for n, picture in enumerate(pictures):
            place = folder / f"{n:03}.png"
            if delivery.codec == "qtrle":
                coarse(Image.open(picture)).save(place)
            elif delivery.alpha:
                bled(picture).save(place)
            else:
                place.symlink_to(Path(picture).resolve())
        command = ["ffmpeg", "-v", "error", "-y", "-framerate", str(FPS), "-i", str(folder / "%03d.png")]
        if exercise.steps:
            sound.write(folder / "steps.wav", len(pictures) / FPS, [n / FPS for n in exercise.steps])
            command += ["-i", str(folder / "steps.wav"), "-c:a", "aac", "-b:a", "96k", "-ac", "1"]
        command += delivery.coding
        # Nothing of the machine or the day in the file: the same pictures give the same bytes.
        command += ["-r", str(FPS), "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                    "-movflags", "+faststart", str(target)]
        subprocess.run(command, check=True)
        while delivery.codec == "h264" and target.stat().st_size > delivery.limit:
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


@functools.cache
def bled(path):
    """A picture with the figure's colours carried on where nothing is seen: coding mixes neighbours, and black ones would leave a rim."""
    rgba = np.array(Image.open(path).convert("RGBA"), float)
    rgb, alpha = rgba[..., :3], rgba[..., 3:] / 255
    filled = np.broadcast_to((rgb * alpha).sum((0, 1)) / alpha.sum(), rgb.shape)
    for radius in (12, 6, 3, 1.5):
        near = blurred(alpha, radius)
        filled = np.where(near > .01, blurred(rgb * alpha, radius) / np.maximum(near, .01), filled)
    out = np.where(alpha > .5, rgb, filled)
    return Image.fromarray(np.concatenate((out, 255 * alpha), 2).round().clip(0, 255).astype(np.uint8))


def blurred(values, radius):
    """Bands of a picture, smoothed; beyond its edges is nothing."""
    taps = np.arange(-2 * int(radius + 1), 2 * int(radius + 1) + 1)
    weights = np.exp(-(taps / radius)**2 / 2)
    for axis in (0, 1):
        values = np.apply_along_axis(np.convolve, axis, values, weights / weights.sum(), "same")
    return values


def probe(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)],
                         check=True, capture_output=True, text=True).stdout
    return {s["codec_type"]: s for s in json.loads(out)["streams"]}


def faults(exercise, path):
    """What is wrong with a finished file; nothing, if all is well."""
    streams = probe(path)
    video, audio = streams["video"], streams.get("audio")
    delivery = DELIVERIES[exercise.delivery]
    width, height = delivery.size
    want = {"codec_name": delivery.codec, "width": width, "height": height, "r_frame_rate": f"{FPS}/1", "avg_frame_rate": f"{FPS}/1",
            "nb_read_packets": str(exercise.pictures)}
    for key, value in want.items():
        if video.get(key) != value:
            yield f"{key} is {video.get(key)}, not {value}"
    if video["pix_fmt"] not in delivery.pixels:
        yield f"pix_fmt is {video['pix_fmt']}, not {' or '.join(delivery.pixels)}"
    if path.stat().st_size > delivery.limit:
        yield f"{path.stat().st_size} bytes, more than {delivery.limit}"
    if bool(exercise.steps) != (audio is not None):
        yield "sound where none belongs, or none where some does"
    if audio and abs(float(audio["duration"]) - exercise.pictures / FPS) > .005:
        yield f"sound of {audio['duration']} s, pictures of {exercise.pictures / FPS:.3f} s"
