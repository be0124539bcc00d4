"""Plays clips with fluidsynth and FluidR3 into WAV files."""
import array
import math
import os
import subprocess
import sys
import wave

FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]


def play(midi, sound, reverb):
    """fluidsynth into a WAV file; its samples."""
    options = ["-o", "synth.reverb.room-size=%.2f" % reverb, "-o", "synth.reverb.level=%.2f" % (0.9 * reverb),
               "-o", "synth.reverb.damp=0.3", "-o", "player.timing-source=sample"]
    done = subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "44100", "-O", "s16", "-T", "wav", *options, "-F", sound,
                           FONT, midi], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0 or not os.path.exists(sound):
        sys.exit("fluidsynth did not play %s: %s" % (midi, done.stdout.decode(errors="replace").strip()))
    with wave.open(sound, "rb") as file:
        return array.array("h", file.readframes(file.getnframes()))


def loudness(samples):
    """The mean level where there is sound."""
    some = samples[::7]
    return math.sqrt(sum(x * x for x in some) / max(1, len(some)))


def render(folder, name, piece, held):
    """Into FOLDER/NAME.wav; the truth about it."""
    path = os.path.join(folder, name)
    reverb = piece.chance.choice([0.0, 0.2, 0.4, 0.7, 0.9])
    balance = piece.chance.uniform(-4, 2)  # dB: how much louder the drums are than all else
    with open(path + ".mid", "wb") as file:
        file.write(piece.midi(False))
    mixed = play(path + ".mid", path + ".wav", reverb)
    if piece.drums_heard:
        with open(path + ".drums.mid", "wb") as file:
            file.write(piece.midi(True))
        drums = play(path + ".drums.mid", path + ".wav", reverb)
        gain = loudness(mixed) / max(1.0, loudness(drums)) * 10 ** (balance / 20)
        size = max(len(mixed), len(drums))
        sums = [a + gain * b for a, b in zip(list(mixed) + [0] * (size - len(mixed)), list(drums) + [0] * (size - len(drums)))]
    else:
        sums = list(mixed)
    most = int((piece.times[-1] + 1.0) * 44100) * 2
    sums = sums[:most]
    scale = 26000 / max(1.0, max(map(abs, sums)))
    with wave.open(path + ".wav", "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(array.array("h", [int(x * scale) for x in sums]).tobytes())
    beats = piece.times[:-1]
    gaps = sorted(b - a for a, b in zip(piece.times, piece.times[1:]))
    return {"file": name + ".wav", "split": "held" if held else "tune", "style": piece.style, "tempo": round(60 / gaps[len(gaps) // 2], 3),
            "key": None if piece.key is None else NAMES[piece.key], "mode": piece.mode, "drums": piece.drums_heard, "drift": piece.drift,
            "reverb": reverb, "beats": [round(t, 4) for t in beats]}
