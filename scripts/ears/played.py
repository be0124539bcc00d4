"""Music that people have played or written: excerpts of the corpus, whose bars and tempi are known."""
import json
import os
import random
import re

from .clip import Clip

GRID = 24  # ticks of the corpus to a quarter
LEAST_SECONDS = 18
MOST_EMPTY = 0.1  # of the bars

# Of each kind: from where, how its parts may be voiced (General MIDI programs from 0; none: as they are), whether its
# tempo is known, and whether hands have played it already.
KINDS = {
    "drummers": {"sources": ["groove"], "voices": None, "tempo": True, "hands": True},
    "pop-piano": {"sources": ["pop909"], "voices": [[0, 0, 73, 65, 52, 80], [0, 0, 4, 11], [0, 0, 4, 5, 24]], "tempo": True,
                  "hands": True},
    "bands": {"sources": ["freedoom", "openmsx", "blasphemer"], "voices": None, "tempo": True, "hands": False},
    "folk": {"sources": ["nottingham"], "voices": [[40, 73, 21, 22, 105, 24], [24, 25, 21, 0, 105], [32, 33, 43]],
             "tempo": False, "hands": False},
    "songs": {"sources": ["openscore-lieder"], "voices": [[52, 53, 40, 71], [0, 1, 6]], "tempo": True, "hands": False},
}
# Of folk tunes, whose books name none: beats a minute.
TEMPI = {"6/8": (84, 126), "9/8": (84, 120), "12/8": (84, 120), "3/4": (96, 176), "2/4": (84, 132), "4/4": (84, 132)}
UNKNOWN_TEMPO = 100  # stands in the corpus where a score names none
SLOWEST, FASTEST = 50, 220  # what a foot still taps
PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def grouped(metre):
    """Three eighths to a beat."""
    above, below = (int(x) for x in metre.split("/"))
    return below == 8 and above % 3 == 0 and above > 3


def beats_of(metre):
    above = int(metre.split("/")[0])
    return above // 3 if grouped(metre) else above


def tempo_of(piece):
    """In its own beats; the corpus counts quarters."""
    return piece["tempo"] / 1.5 if grouped(piece["metre"]) else float(piece["tempo"])


def key_of(text):
    """Its note above C and its mode, or neither: not every key is major or minor, and not every book tells."""
    found = re.fullmatch(r"([A-G])([#b]?)(m|:min|:maj|)", text or "")
    if not found:
        return None, None
    note = PITCHES[found[1]] + {"#": 1, "b": -1, "": 0}[found[2]]
    return note % 12, "minor" if found[3] in ("m", ":min") else "major"


def read_midi(path):
    """The notes of a file of the corpus, (tick, length, channel, pitch, velocity, track), and channels' programs."""
    with open(path, "rb") as file:
        data = file.read()
    notes, programs, at, track = [], {}, 14, 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4:at + 8], "big")
        i, end, tick, open_notes = at + 8, at + 8 + size, 0, {}
        while i < end:
            delta = 0
            while True:
                delta, more = delta << 7 | data[i] & 0x7F, data[i] & 0x80
                i += 1
                if not more:
                    break
            tick += delta
            status = data[i]
            if status == 0xFF:  # all that is not played; none of the corpus's is longer than one byte tells
                i += 3 + data[i + 2]
                continue
            kind, channel = status & 0xF0, status & 0x0F
            if kind == 0xC0:
                programs[channel] = data[i + 1]
                i += 2
                continue
            if kind == 0x90:
                begun = open_notes.pop((channel, data[i + 1]), None)
                if begun:
                    notes.append((begun[0], max(1, tick - begun[0]), channel, data[i + 1], begun[1], track))
                if data[i + 2]:
                    open_notes[channel, data[i + 1]] = (tick, data[i + 2])
            i += 3
        at, track = end, track + 1
    return sorted(notes), programs


class Played(Clip):
    def __init__(self, kind, piece, folder, seed):
        self.style, self.chance = kind, random.Random(seed)
        chance, what = self.chance, KINDS[kind]
        notes, programs = read_midi(os.path.join(folder, piece["file"]))
        metre = piece["metre"]
        self.per_bar = beats_of(metre)
        beat = GRID * 4 // int(metre.split("/")[1]) * (3 if grouped(metre) else 1)
        low, high = TEMPI[metre] if not what["tempo"] else (1, 1)
        self.tempo = tempo_of(piece) if what["tempo"] else low * (high / low) ** chance.random()
        self.key, self.mode = key_of(piece["key"])
        self.loose = 0.0 if what["hands"] else chance.uniform(0.002, 0.011)
        self.start = chance.uniform(0.1, 1.2)
        bar = beat * self.per_bar
        first, last = notes[0][0] // bar, notes[-1][0] // bar + 1
        self.bars = min(last - first, max(6, round(chance.uniform(21, 29) * self.tempo / 60 / self.per_bar)))
        self.times = self.beat_times()
        begin = (first + chance.randrange(last - first - self.bars + 1)) * bar
        some = [n for n in notes if begin <= n[0] < begin + self.bars * bar]
        self.full = len({(n[0] - begin) // bar for n in some}) >= (1 - MOST_EMPTY) * self.bars
        self.long = self.times[-1] - self.times[0] >= LEAST_SECONDS
        self.drums_heard = any(n[2] == 9 for n in some)
        parts = sorted({n[5] for n in some if n[2] != 9})
        voices = what["voices"]
        channel_of = {part: i + (i >= 9) for i, part in enumerate(parts)}
        self.programs = {}
        for i, part in enumerate(parts):
            if voices:
                self.programs[channel_of[part]] = chance.choice(voices[min(i, len(voices) - 1)])
        if not voices:
            self.programs = {channel: program for channel, program in programs.items() if channel != 9}
        self.notes = [((tick - begin) / beat, length / beat, channel if channel == 9 or not voices else channel_of[part],
                       pitch, velocity) for tick, length, channel, pitch, velocity, part in some]


def fitting(piece, kind):
    what = KINDS[kind]
    if piece["source"] not in what["sources"] or piece["metre"] not in TEMPI or piece["metres"] != 1:
        return False
    if piece["irregular_bars"] or piece["parts"] > 15:
        return False
    if not what["tempo"]:
        return True
    return piece["tempo"] != UNKNOWN_TEMPO and SLOWEST <= tempo_of(piece) <= FASTEST or piece["source"] == "groove"


class Players:
    """Gives out excerpts, each of another piece: of those for learning, or of those that were held back."""

    def __init__(self, folder, seed):
        self.folder, self.seed = folder, seed
        with open(os.path.join(folder, "manifest.jsonl"), encoding="utf-8") as file:
            pieces = [json.loads(line) for line in file]
        self.waiting = {}
        for kind in KINDS:
            for split in ("train", "valid"):
                some = [p for p in pieces if p["split"] == split and fitting(p, kind)]
                random.Random("%d %s" % (seed, kind)).shuffle(some)
                self.waiting[kind, split] = some

    def next(self, kind, held):
        """None when there are no more."""
        waiting = self.waiting[kind, "valid" if held else "train"]
        while waiting:
            piece = waiting.pop()
            clip = Played(kind, piece, self.folder, "%d %s" % (self.seed, piece["id"]))
            if clip.full and clip.long:
                return clip
        return None
