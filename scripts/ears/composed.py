"""Music composed by chance: chords, bass, chord instrument, tune and drums in six styles."""
import random

from .clip import Clip

MAJOR, MINOR, HARMONIC = [0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 3, 5, 7, 8, 11]

# A chord is (semitones above the key's note, kind).
KINDS = {"M": [0, 4, 7], "m": [0, 3, 7], "7": [0, 4, 7, 10], "M7": [0, 4, 7, 11], "m7": [0, 3, 7, 10], "d": [0, 3, 6],
         "s": [0, 5, 7], "h": [0, 3, 6, 10]}
SONGS = {
    "major": [
        "0M 7M 9m 5M", "0M 9m 5M 7M", "0M 5M 7M 0M", "9m 5M 0M 7M", "0M 4m 5M 7M", "0M 2m 7M 0M", "0M 7M 2m 5M",
        "0M 5M 0M 7M", "0M 10M 5M 0M", "5M 7M 4m 9m", "0M 9m 2m 7M", "0M 4M 9m 5M 0M 7M 0M 7M", "0M 5M 9m 7M",
        "0M 7M 5M 0M", "0M 0M 5M 5m 0M 7M 0M 7M"],
    "minor": [
        "0m 8M 3M 10M", "0m 5m 7M 0m", "0m 10M 8M 7M", "0m 8M 5m 7M", "0m 3M 10M 5m", "0m 5m 10M 3M", "0m 7m 8M 10M",
        "0m 10M 0m 7M", "8M 10M 0m 0m", "0m 0m 5m 7M", "0m 3M 5m 7M", "0m 8M 10M 0m"],
}
JAZZ = {
    "major": ["2m7 77 0M7 97", "0M7 9m7 2m7 77", "0M7 4m7 5M7 77", "4m7 97 2m7 77", "0M7 27 2m7 77", "07 57 07 77"],
    "minor": ["0m7 2h 77 0m7", "0m7 5m7 2h 77", "0m7 8M7 2h 77", "0m7 107 8M7 77", "0m7 5m7 107 3M7"],
}

# General MIDI programs, from 0.
BASSES = {"rock": [33, 34, 36], "dance": [38, 39, 33], "swing": [32], "half-time": [38, 39, 33, 35],
          "waltz": [32, 33, 43], "six-eight": [33, 32, 35]}
CHORDS = {"rock": [0, 25, 26, 27, 29, 30, 16, 18], "dance": [4, 81, 90, 50, 0, 62], "swing": [0, 26, 4, 16, 11],
          "half-time": [4, 5, 88, 89, 0, 48], "waltz": [0, 21, 24, 25, 48, 46], "six-eight": [0, 4, 25, 24, 48, 16]}
TUNES = {"rock": [27, 29, 80, 65, 0, 30, 52], "dance": [80, 81, 87, 73, 52], "swing": [65, 66, 56, 11, 59, 71],
         "half-time": [80, 73, 4, 53, 11], "waltz": [40, 73, 71, 21, 22, 68], "six-eight": [52, 73, 40, 65, 0]}
TEMPI = {"rock": (84, 172), "dance": (96, 138), "swing": (96, 212), "half-time": (60, 88), "waltz": (84, 168),
         "six-eight": (46, 84)}
BEATS = {"rock": 4, "dance": 4, "swing": 4, "half-time": 4, "waltz": 3, "six-eight": 2}

KICK, STICK, SNARE, CLAP, CLOSED, PEDAL, OPEN, CRASH, RIDE, SHAKER, TAMBOURINE = 36, 37, 38, 39, 42, 44, 46, 49, 51, 70, 54


class Composed(Clip):
    """`seed` alone says what it becomes."""

    def __init__(self, style, seed):
        self.style, self.chance = style, random.Random(seed)
        chance = self.chance
        self.per_bar = BEATS[style]
        low, high = TEMPI[style]
        self.tempo = low * (high / low) ** chance.random()
        self.mode = chance.choice(["major", "minor"])
        self.key = chance.randrange(12)
        self.drums_heard = chance.random() < 0.72
        self.swing = {"swing": chance.uniform(0.61, 0.68)}.get(style, chance.uniform(0.54, 0.62) if chance.random() < 0.25 else 0.5)
        self.loose = chance.uniform(0.002, 0.011)  # seconds: how unevenly it is played
        self.notes = []  # (beat, length, channel, pitch, velocity)
        self.start = chance.uniform(0.1, 1.2)
        seconds = chance.uniform(21, 29)
        self.bars = max(6, round(seconds * self.tempo / 60 / self.per_bar))
        self.times = self.beat_times()
        songs = JAZZ if style == "swing" and chance.random() < 0.85 else SONGS
        self.song = [self.chord(word) for word in chance.choice(songs[self.mode]).split()]
        self.bars_per_chord = 1 if self.tempo / self.per_bar < 45 or chance.random() < 0.7 else 2
        if self.per_bar == 2 and chance.random() < 0.5:
            self.bars_per_chord = 2
        self.last_bar_home = chance.random() < 0.6
        self.programs = dict(enumerate([chance.choice(BASSES[style]), chance.choice(CHORDS[style]), chance.choice(TUNES[style])]))
        self.bass()
        self.comp()
        if chance.random() < 0.85:
            self.tune()
        if self.drums_heard:
            self.drums()

    def chord(self, word):
        digits = 2 if word[:2] in ("10", "11") else 1
        return int(word[:digits]), KINDS[word[digits:]]

    def chord_in(self, bar):
        if self.last_bar_home and bar == self.bars - 1:
            return 0, KINDS["M" if self.mode == "major" else "m"]
        return self.song[bar // self.bars_per_chord % len(self.song)]

    def add(self, beat, length, channel, pitch, velocity):
        velocity = int(min(127, max(12, velocity + self.chance.gauss(0, 5))))
        self.notes.append((beat, length, channel, pitch, velocity))

    def swung(self, beat):
        """Where the second half of a beat is played."""
        whole, part = divmod(beat, 1)
        if self.style == "six-eight" or self.swing == 0.5:
            return beat
        part = part * 2 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
        return whole + part

    def third(self, n):
        return n / 3

    def bass(self):
        chance, n = self.chance, self.per_bar
        manner = {"rock": ["eighths", "roots", "fifths"], "dance": ["offs", "sixteenths", "roots", "eighths"],
                  "swing": ["walk", "walk", "two"], "half-time": ["long", "syncopes"], "waltz": ["ones", "ones", "walk"],
                  "six-eight": ["ones", "pickups", "rolls"]}[self.style]
        manner = chance.choice(manner)
        for bar in range(self.bars):
            root, kind = self.chord_in(bar)
            low = 28 + (self.key + root - 28) % 12
            if low > 37:
                low -= 0 if chance.random() < 0.8 else 12
            fifth = low + kind[2]
            nxt = self.chord_in(min(bar + 1, self.bars - 1))[0]
            target = 28 + (self.key + nxt - 28) % 12
            at = bar * n
            if manner == "eighths":
                for i in range(2 * n):
                    self.add(self.swung(at + i / 2), 0.42, 0, low, 88 if i % 2 == 0 else 76)
            elif manner == "sixteenths":
                for i in range(4 * n):
                    if i % 4 != 0:
                        self.add(at + i / 4, 0.2, 0, low + (12 if i % 4 == 2 else 0), 84)
            elif manner == "offs":
                for i in range(n):
                    self.add(self.swung(at + i + 0.5), 0.4, 0, low, 90)
            elif manner == "roots":
                places = [0] + [p for p in (1.5, 2, 2.5, 3.5) if p < n and chance.random() < 0.5]
                for i, p in enumerate(places):
                    end = places[i + 1] if i + 1 < len(places) else n
                    self.add(self.swung(at + p), (end - p) * 0.9, 0, low, 90)
            elif manner == "fifths":
                self.add(at, n / 2 * 0.9, 0, low, 92)
                self.add(at + n / 2, n / 2 * 0.9, 0, fifth, 86)
            elif manner == "walk":
                line = [low, low + kind[1], fifth, target + chance.choice([-1, 1, 2])][:n]
                if n == 3:
                    line = [low, low + kind[1], fifth]
                for i, pitch in enumerate(line):
                    self.add(at + i, 0.9, 0, pitch, 86)
            elif manner == "two":
                self.add(at, n / 2 * 0.92, 0, low, 88)
                self.add(at + n / 2, n / 2 * 0.92, 0, fifth, 84)
            elif manner == "long":
                self.add(at, n * 0.95, 0, low, 92)
            elif manner == "syncopes":
                for p in (0, 0.75, 2.5, 3.25):
                    if p == 0 or chance.random() < 0.7:
                        self.add(at + p, 0.6, 0, low, 90)
            elif manner == "ones":
                self.add(at, n * 0.6, 0, low if bar % 2 == 0 else fifth, 88)
            elif manner == "pickups":
                self.add(at, 0.9, 0, low, 90)
                self.add(at + 1, 0.6, 0, fifth, 80)
                self.add(at + self.third(5), 0.3, 0, low, 76)
            elif manner == "rolls":
                for i in range(2):
                    self.add(at + i, 0.6, 0, low if i == 0 else fifth, 88)
                    self.add(at + i + self.third(2), 0.3, 0, low, 74)

    def voicing(self, bar):
        root, kind = self.chord_in(bar)
        pitches = sorted(52 + (self.key + root + k - 52) % 12 for k in kind)
        return pitches

    def comp(self):
        chance, n = self.chance, self.per_bar
        manner = {"rock": ["eighths", "quarters", "pushes", "pads", "rolls"], "dance": ["stabs", "pads", "offs", "rolls"],
                  "swing": ["charleston", "comping", "quarters"], "half-time": ["pads", "stabs", "rolls"],
                  "waltz": ["oompah", "oompah", "rolls", "pads"], "six-eight": ["thirds", "thirds", "pads", "lilt"]}[self.style]
        manner = chance.choice(manner)
        if not self.drums_heard and manner == "pads":
            manner = {"six-eight": "thirds", "waltz": "oompah"}.get(self.style, "rolls")
        stabs = sorted(chance.sample([0, 0.5, 0.75, 1.5, 1.75, 2.25, 2.5, 3, 3.5], 4))
        for bar in range(self.bars):
            at, chord = bar * n, self.voicing(bar)

            def strike(place, length, velocity):
                for pitch in chord:
                    self.add(self.swung(at + place), length, 1, pitch, velocity)

            if manner == "eighths":
                for i in range(2 * n):
                    strike(i / 2, 0.4, 78 if i % 2 == 0 else 64)
            elif manner == "quarters":
                for i in range(n):
                    strike(i, 0.8, 76 if i % 2 == 0 else 70)
            elif manner == "pushes":
                for p in (0, 1.5, 2.5, 3):
                    strike(p, 0.6, 76)
            elif manner == "pads":
                strike(0, n * 0.98, 66)
            elif manner == "rolls":
                ladder = chord + [chord[0] + 12] + chord[::-1]
                for i in range(2 * n):
                    self.add(self.swung(at + i / 2), 0.9, 1, ladder[i % len(ladder)], 76 if i % 2 == 0 else 68)
            elif manner == "stabs":
                for p in stabs:
                    if p < n:
                        strike(p, 0.3, 76)
            elif manner == "offs":
                for i in range(n):
                    strike(i + 0.5, 0.3, 76)
            elif manner == "charleston":
                strike(0, 0.6, 74)
                strike(1.5, 0.4, 70)
            elif manner == "comping":
                for p in (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5):
                    if chance.random() < 0.33:
                        strike(p, 0.35, 72)
            elif manner == "oompah":
                for i in range(1, n):
                    strike(i, 0.6, 74)
            elif manner == "thirds":
                ladder = chord + chord[::-1]
                for i in range(3 * n):
                    self.add(at + self.third(i), 0.6, 1, ladder[i % len(ladder)], 80 if i % 3 == 0 else 66)
            elif manner == "lilt":
                for i in range(n):
                    strike(i, 0.55, 76)
                    strike(i + self.third(2), 0.28, 66)

    def tune(self):
        chance, n = self.chance, self.per_bar
        scale = MAJOR if self.mode == "major" else MINOR
        if self.style == "six-eight":
            grid = [self.third(i) for i in range(3 * n)]
            dense = 0.45
        elif self.style == "half-time":
            grid, dense = [i / 4 for i in range(4 * n)], 0.22
        else:
            grid, dense = [i / 2 for i in range(2 * n)], 0.5 if self.tempo < 130 else 0.4
        motives = []
        for _ in range(2):
            motives.append([p for p in grid if chance.random() < dense * (1.5 if p % 1 == 0 else 0.8)] or [0])
        pitch = 72
        for bar in range(self.bars):
            root, kind = self.chord_in(bar)
            tones = {(self.key + root + k) % 12 for k in kind}
            use = HARMONIC if self.mode == "minor" and (self.key + 11) % 12 in tones else scale
            notes = {(self.key + s) % 12 for s in use}
            motive = motives[0 if bar % 4 != 3 else 1]
            if bar % 4 == 3 and chance.random() < 0.4:
                motive = motive[: max(1, len(motive) // 2)]
            for i, place in enumerate(motive):
                strong = place % 1 == 0
                choices = [p for p in range(60, 85) if p % 12 in (tones if strong else notes) and 0 < abs(p - pitch) <= 7]
                if choices:
                    pitch = chance.choices(choices, [1 / (1 + abs(p - pitch)) for p in choices])[0]
                end = motive[i + 1] if i + 1 < len(motive) else n
                self.add(self.swung(bar * n + place), min(2.0, (end - place) * 0.92), 2, pitch, 92 if strong else 82)

    def drums(self):
        chance, n, style = self.chance, self.per_bar, self.style
        kicks = {p for p in (0.5, 0.75, 1.5, 1.75, 2.5, 2.75, 3.5) if chance.random() < (0.3 if p % 0.5 == 0 else 0.12)}
        hats = {"rock": chance.choice([1, 2, 2, 2, 4 if self.tempo < 115 else 2]), "dance": chance.choice([2, 4]),
                "half-time": chance.choice([2, 4, 4]), "swing": 1, "waltz": chance.choice([1, 2]), "six-eight": 3}[style]
        cymbal = chance.choice([CLOSED, CLOSED, RIDE]) if style in ("rock", "waltz", "six-eight") else CLOSED
        back = chance.choice([SNARE, SNARE, 40, STICK]) if style in ("rock", "half-time", "six-eight") else SNARE
        fills = chance.random() < 0.5
        for bar in range(self.bars):
            at = bar * n

            def hit(place, drum, velocity):
                self.add(self.swung(at + place), 0.1, 9, drum, velocity)

            if bar % 8 == 0 and bar > 0 and chance.random() < 0.7:
                hit(0, CRASH, 92)
            if style in ("rock", "half-time"):
                for p in {0} | kicks | ({2} if style == "rock" else set()):
                    if p not in (1, 3):
                        hit(p, KICK, 104 if p == 0 else 92)
                hit(1, back, 104)
                hit(3, back, 104)
                for i in range(hats * n):
                    hit(i / hats, cymbal, 84 if i % hats == 0 else 62)
                if style == "half-time" and hats == 4 and bar % 2 == 1:
                    for i in (25, 27, 29, 31):
                        hit(i / 8, CLOSED, 56)
            elif style == "dance":
                for i in range(n):
                    hit(i, KICK, 108)
                    hit(i + 0.5, OPEN if hats == 2 else CLOSED, 78)
                hit(1, CLAP, 96)
                hit(3, CLAP, 96)
                if hats == 4:
                    for i in range(4 * n):
                        hit(i / 4, SHAKER, 70 if i % 2 == 0 else 56)
            elif style == "swing":
                for p in (0, 1, 1.5, 2, 3, 3.5):
                    hit(p, RIDE, 88 if p in (1, 3) else 76)
                hit(1, PEDAL, 80)
                hit(3, PEDAL, 80)
                for p in (0.5, 1.5, 2.5, 3.5):
                    if chance.random() < 0.2:
                        hit(p, SNARE, 58)
                if chance.random() < 0.3:
                    hit(chance.choice([0, 1.5, 2.5, 3.5]), KICK, 76)
            elif style == "waltz":
                hit(0, KICK, 100)
                for i in (1, 2):
                    hit(i, back if cymbal == CLOSED else STICK, 78)
                for i in range(hats * n):
                    hit(i / hats, cymbal, 74 if i % hats == 0 else 58)
            elif style == "six-eight":
                hit(0, KICK, 102)
                if 0.5 in kicks:
                    hit(self.third(2), KICK, 84)
                if 1.5 in kicks:
                    hit(self.third(5), KICK, 84)
                hit(1, back, 100)
                for i in range(3 * n):
                    hit(self.third(i), cymbal, 80 if i % 3 == 0 else 62)
            if fills and bar % 4 == 3 and n == 4:
                for i in range(4):
                    hit(3 + i / 4, chance.choice([SNARE, 45, 47, 50]), 84)
