"""Footsteps: soft thuds, made of a falling tone and a breath of noise; a loop that closes on itself."""
import wave

import numpy as np

RATE = 44100


def thud(seed):
    t = np.arange(int(.30 * RATE)) / RATE
    pitch = 52 + 48 * np.exp(-t / .030)
    body = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.exp(-t / .060)
    noise = np.random.default_rng(seed).standard_normal(len(t))
    soft = np.convolve(noise, np.hanning(90) / np.hanning(90).sum(), "same") * np.exp(-t / .028)
    tap = np.convolve(noise, np.hanning(18) / np.hanning(18).sum(), "same") * np.exp(-t / .008)
    attack = np.minimum(t / .004, 1)
    return attack * (.55 * body + 1.1 * soft + .10 * tap)


def write(path, seconds, times):
    """A WAV of `seconds` with a thud at every one of `times`; what rings on past the end starts the loop."""
    track = np.zeros(round(seconds * RATE))
    for i, at in enumerate(times):
        one = thud(i) * (1 if i % 2 else .92)
        place = (round(at * RATE) + np.arange(len(one))) % len(track)
        np.add.at(track, place, one)
    track *= .45 / np.abs(track).max()
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((track * 32767).astype("<i2").tobytes())
