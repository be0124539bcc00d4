"""A clip of music with its truth: notes in beats, where each beat falls in time, and the MIDI file of it."""
import math
import struct

PPQ = 480


class Clip:
    """Its maker sets style, chance, tempo, per_bar, bars, loose, start, times, drift, notes, programs, drums_heard, key
    and mode; key and mode may be None."""

    def beat_times(self):
        """Steady as a machine, or drifting: slowly up or down, or to and fro."""
        count = self.bars * self.per_bar
        kind = self.chance.choice(["steady", "steady", "ramp", "wave"])
        amount = self.chance.uniform(0.02, 0.06)
        turns = self.chance.uniform(0.7, 2.0)
        times, at = [], self.start
        for beat in range(count + 1):
            place = beat / count
            bend = {"steady": 0.0, "ramp": (2 * place - 1) * amount, "wave": math.sin(2 * math.pi * turns * place) * amount}[kind]
            times.append(at)
            at += 60 / (self.tempo * (1 + bend))
        self.drift = kind
        return times

    # As a MIDI file: each beat has its own tempo, and a quarter is a beat.
    def tick(self, beat):
        """Played a little unevenly."""
        seconds = self.chance.gauss(0, self.loose)
        return max(0, round((beat + 1) * PPQ + seconds / (60 / self.tempo) * PPQ))

    def midi(self, drums):
        tempi = [(0, self.start)] + [((i + 1) * PPQ, self.times[i + 1] - self.times[i]) for i in range(len(self.times) - 1)]
        head = [(tick, b"\xff\x51\x03" + struct.pack(">I", round(1e6 * seconds))[1:]) for tick, seconds in tempi]
        events = []
        for channel, program in sorted(self.programs.items()):
            events.append((0, bytes([0xC0 | channel, program])))
        for beat, length, channel, pitch, velocity in self.notes:
            if (channel == 9) != drums:
                continue
            begin = self.tick(beat)
            events.append((begin, bytes([0x90 | channel, pitch, velocity])))
            events.append((begin + max(20, round(length * PPQ)), bytes([0x80 | channel, pitch, 0])))
        end = (len(self.times) + 1) * PPQ
        return b"MThd" + struct.pack(">IHHH", 6, 1, 2, PPQ) + track(head, end) + track(events, end)


def track(events, end):
    out, last = b"", 0
    # What ends comes before what begins.
    for at, data in sorted(events, key=lambda e: (e[0], e[1][0] & 0xF0 == 0x90)):
        out += length(at - last) + data
        last = at
    out += length(max(0, end - last)) + b"\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(out)) + out


def length(ticks):
    out = [ticks & 0x7F]
    while ticks := ticks >> 7:
        out.append(0x80 | ticks & 0x7F)
    return bytes(reversed(out))
