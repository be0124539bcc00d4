// Plays a sound file: higher and lower, once or round and round.
#include <algorithm>
#include <cmath>
#include <vector>

#include "synth/kernels.hpp"
#include "synth/recording.hpp"

#define ANTIPHON_VECTORS "synth/modules/sample.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr double kFrame = 4294967296.0;  // places are counted in parts of a frame, so that nothing is lost
constexpr std::int64_t kLeastLoop = 32;  // frames
constexpr float kMostForce = 4;
constexpr double kLetGo = 0.003;  // s in which what is struck anew lets go of what it played

/// In which octave of the recording it is read, and with which kernel: by how many semitones it is faster.
struct Speed {
  float semitones = -1e9f;
  std::int64_t step = 0;
  int octave = 0, wider = 0;
};

/// Something that is read: where, and how fast.
struct Reading {
  std::int64_t at = 0;
  Speed pace{};
};

struct Loop {
  std::int64_t turn = 0, length = 0, frames = 0;  // where it turns back, by how much, and how long that is blended
};

/// One voice.
struct Player {
  bool plays = false;
  float gate = 0, force = 0, loud = 0;  // of the last frame
  Reading now{}, before{};              // what it lets go of: the end of a loop, or what was played before
  float left = 0, falls = 0, was = 0;   // how much of that is left, falling by so much a frame; and how loud it was
  bool blends = false;                  // it comes in as that goes
};

class Sample final : public Module {
 public:
  explicit Sample(const Place& place)
      : recording_{place.recording},
        rate_{place.rate.hertz},
        players_(static_cast<std::size_t>(place.groups) * kLanes) {
    if (recording_) offset_ = static_cast<float>(12 * std::log2(recording_->rate().hertz / rate_));
  }

  void play(const Block& block) override {
    const bool voices = std::ranges::any_of(block.in, &Heard::voices);
    bool silent = true;
    for (int g = 0; g < block.groups; ++g) {
      for (int f = 0; f < block.frames; ++f) Lanes{0.0f}.to(block.out[0].at(g, f));
      if (recording_ == nullptr) continue;
      tune(block, g);
      for (int lane = 0; lane < (voices ? kLanes : 2); ++lane) silent = !voice(block, g, lane, !voices) && silent;
      for (int f = 0; f < block.frames && !voices; ++f) {
        float* const out = block.out[0].at(g, f);
        for (int lane = 2; lane < kLanes; ++lane) out[lane] = out[lane - 2];
      }
    }
    block.out[0].steady = silent;
  }
  void calm() override { std::fill(players_.begin(), players_.end(), Player{}); }

 private:
  enum Of : std::size_t { kPitch, kGate, kLevel, kRoot, kLoop, kStart, kLoopStart, kLoopEnd, kCrossfade };

  /// How fast, in every frame and lane.
  HWY_INLINE void tune(const Block& block, int g) {
    const int frames = block.in[kPitch].steady() && block.in[kRoot].steady() ? 1 : block.frames;
    for (int f = 0; f < frames; ++f) {
      const Lanes above = Lanes::from(block.in[kPitch].at(g, f)) - Lanes::from(block.in[kRoot].at(g, f));
      const Lanes semitones = within(-96.0f, above + offset_, 12.0f * Recording::kOctaves - 0.01f);
      semitones.to(semitones_[f]);
      ratioOf(semitones).to(ratios_[f]);
    }
  }

  /// Whether it sounds.
  bool voice(const Block& block, int g, int lane, bool room) {
    const auto says = [&](std::size_t inlet, int f) { return block.in[inlet].at(g, f)[lane]; };
    Player& player = players_[static_cast<std::size_t>(g * kLanes + lane)];
    const auto steady = [&](std::size_t inlet) { return block.in[inlet].steady(); };
    const float loops = says(kLoop, 0);
    const bool pitched = steady(kPitch) && steady(kRoot),
               looped = steady(kLoopStart) && steady(kLoopEnd) && steady(kCrossfade),
               even = pitched && looped && steady(kGate) && steady(kLevel);
    Loop loop = loopFor(says(kLoopStart, 0), says(kLoopEnd, 0), says(kCrossfade, 0));
    bool sounds = false;
    for (int f = 0; f < block.frames;) {
      const float gate = says(kGate, f);
      if (gate > 0 && player.gate <= 0) strike(player, says(kStart, f));
      if (gate > player.force) player.force = std::min(gate, kMostForce);  // a knob comes up in some time
      player.gate = gate;
      if (!player.plays && player.left <= 0) {
        f = even ? block.frames : f + 1;
        continue;
      }
      sounds = true;
      paceAt(player.now.pace, pitched ? 0 : f, lane);
      if (!looped) loop = loopFor(says(kLoopStart, f), says(kLoopEnd, f), says(kCrossfade, f));
      const bool turns = loop.length > 0 && (loops > 1.5f ? gate > 0 : loops > 0.5f);
      if (player.plays && turns) turn(player, loop, ratios_[pitched ? 0 : f][lane]);
      else player.plays = player.plays && player.now.at < end();
      player.loud = says(kLevel, f) * player.force;
      float* const out = block.out[0].at(g, f) + lane;
      if (even && player.plays && player.left <= 0) {
        const int until = std::min(block.frames, f + framesTo(turns ? loop.turn : end(), player.now));
        run(player, room, lane, out, until - f);
        f = until;
      } else {
        *out = both(player, room, lane);
        ++f;
      }
    }
    return sounds;
  }

  /// The next frame of what it plays, and of what it lets go of.
  float both(Player& player, bool room, int lane) const {
    float sound = 0;
    if (player.plays) {
      sound = player.loud * (player.blends ? 1 - player.left : 1) * read(player.now, room, lane);
      player.now.at += player.now.pace.step;
    }
    if (player.left > 0) {
      sound += (player.blends ? player.loud : player.was) * player.left * read(player.before, room, lane);
      player.before.at += player.before.pace.step;
      player.left = player.before.at < end() ? std::max(0.0f, player.left - player.falls) : 0;
      if (player.left <= 0) player.blends = false;
    }
    return sound;
  }
  /// Frames of what it plays alone.
  void run(Player& player, bool room, int lane, float* out, int frames) const {
    Reading now = player.now;
    const float loud = player.loud;
    for (int f = 0; f < frames; ++f, now.at += now.pace.step) out[f * kLanes] = loud * read(now, room, lane);
    player.now.at = now.at;
  }
  static int framesTo(std::int64_t place, const Reading& from) {
    return static_cast<int>(std::min<std::int64_t>(kBlock, (place - from.at + from.pace.step - 1) / from.pace.step));
  }

  std::int64_t end() const { return recording_->frames() << 32; }

  void paceAt(Speed& pace, int f, int lane) const {
    const float semitones = semitones_[f][lane];
    if (semitones == pace.semitones) return;
    const float faster = std::max(0.0f, semitones), octave = std::floor(faster * (1.0f / 12));
    pace.semitones = semitones;
    pace.step = static_cast<std::int64_t>(static_cast<double>(ratios_[f][lane]) * kFrame);  // never nothing
    pace.octave = std::min(static_cast<int>(octave), Recording::kOctaves - 1);
    pace.wider = std::clamp(static_cast<int>(std::ceil(faster - 12 * octave)), 0, kKernels - 1);
  }

  void strike(Player& player, float start) const {
    if (player.plays && player.now.at < end()) {
      player.before = player.now;
      player.was = player.loud;
      player.left = 1;
      player.falls = static_cast<float>(1 / (kLetGo * rate_));
      player.blends = false;
    }
    player.force = 0;
    player.now.at = std::llround(start * static_cast<double>(recording_->frames())) << 32;
    player.plays = true;
  }

  /// Where a loop turns, and goes on as long before its beginning as it will be blended.
  Loop loopFor(float start, float end, float crossfade) const {
    const std::int64_t frames = recording_->frames();
    if (frames < 2 * kLeastLoop) return {};
    const auto placed = [frames](float part) { return std::int64_t{std::llround(part * static_cast<double>(frames))}; };
    std::int64_t from = std::min<std::int64_t>(placed(start), frames - kLeastLoop);
    const std::int64_t to = std::max<std::int64_t>(placed(end), from + kLeastLoop);
    const auto blend = std::min<std::int64_t>(std::llround(crossfade * recording_->rate().hertz), (to - from) / 2);
    from = std::max(from, blend);
    return {(to - blend) << 32, (to - from) << 32, blend};
  }

  void turn(Player& player, const Loop& loop, float ratio) const {
    const std::int64_t over = player.now.at - loop.turn;
    if (over < 0) return;
    if (loop.frames > 0) {
      const auto blend = static_cast<float>(loop.frames);
      player.before = player.now;
      player.left = std::max(0.0f, 1 - static_cast<float>(static_cast<double>(over) / kFrame) / blend);
      player.falls = ratio / blend;
      player.blends = player.left > 0;
    }
    player.now.at = loop.turn - loop.length + over % loop.length;
  }

  /// The recording there, between its frames. A room's ears hear their own.
  HWY_INLINE float read(const Reading& reading, bool room, int lane) const {
    const Kernels::Kernel& kernel = kernels_->kernel(reading.pace.wider);
    const std::int64_t at = reading.at >> reading.pace.octave;
    const auto part = static_cast<std::uint32_t>(at);
    const float* const row = kernels_->weights() + kernel.row(part >> kPartBits);
    const float toNext = static_cast<float>(part & ((1u << kPartBits) - 1)) * (1.0f / (1u << kPartBits));
    const std::int64_t first = (at >> 32) + 1 - static_cast<std::int64_t>(kernel.taps / 2);
    const float middle = heard(recording_->middle(reading.pace.octave) + first, row, kernel.taps, toNext);
    if (!room || !recording_->stereo()) return middle;
    const float side = heard(recording_->side(reading.pace.octave) + first, row, kernel.taps, toNext);
    return lane % 2 == 0 ? middle + side : middle - side;
  }
  static HWY_INLINE float heard(const float* sound, const float* row, std::size_t taps, float toNext) {
    const Real real;
    auto here = hn::Zero(real), there = here, here2 = here, there2 = here;
    for (std::size_t i = 0; i < taps; i += 2 * kPart) {
      const auto some = hn::LoadU(real, sound + i), more = hn::LoadU(real, sound + i + kPart);
      here = hn::MulAdd(some, hn::LoadU(real, row + i), here);
      there = hn::MulAdd(some, hn::LoadU(real, row + taps + i), there);
      here2 = hn::MulAdd(more, hn::LoadU(real, row + i + kPart), here2);
      there2 = hn::MulAdd(more, hn::LoadU(real, row + taps + i + kPart), there2);
    }
    const auto now = hn::Add(here, here2), next = hn::Add(there, there2);
    return hn::GetLane(hn::SumOfLanes(real, hn::MulAdd(hn::Sub(next, now), hn::Set(real, toNext), now)));
  }

  static constexpr int kPartBits = 25;  // of a row of kernels: 2^32 / kKernelRows
  static_assert((std::uint64_t{kKernelRows} << kPartBits) == std::uint64_t{1} << 32);

  std::shared_ptr<const Recording> recording_;
  const Kernels* kernels_ = &kernels();
  double rate_;
  float offset_ = 0;  // semitones by which a recording of another sample rate is faster
  std::vector<Player> players_;
  alignas(32) float semitones_[kBlock][kLanes] = {}, ratios_[kBlock][kLanes] = {};
};

std::unique_ptr<Module> makeSample(const Place& place) { return std::make_unique<Sample>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSample);

const ModuleType& sampleModule() {
  static const ModuleType type{
      .name = "sample",
      .family = "oscillators",
      .purpose = "Plays a sound file, higher and lower, once or round and round; in stereo where no voices are.",
      .inlets = {signalInlet("pitch", "semitones above A4: at its root a recording sounds as it was made"),
                 signalInlet("gate", "it begins when this rises above 0, as loud as this says"),
                 knob("level", "how loud", Unit::plain, 0, 4, 1),
                 knob("root", "the key that was recorded; A4, as it comes: without keys it sounds as it was made",
                      Unit::semitones, -69, 69, 0),
                 choice("loop", "once to its end, round and round, or round and round while the key is held",
                        {"off", "on", "held"}),
                 knob("start", "where it begins: 0 its first frame, 1 its end", Unit::plain, 0, 1, 0),
                 knob("loop_start", "where its loop begins, likewise", Unit::plain, 0, 1, 0),
                 knob("loop_end", "where its loop ends, likewise", Unit::plain, 0, 1, 1),
                 knob("crossfade",
                      "how long the loop's end is blended with what leads to its beginning; a loop "
                      "without anything before it begins so much later",
                      Unit::seconds, 0, 2, 0.01)},
      .outlets = {{"out", "the sound"}},
      .file = "the sound: WAV, FLAC, OGG or AIFF, of one or two channels, up to 10 minutes",
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSample)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
