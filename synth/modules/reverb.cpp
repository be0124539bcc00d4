// A room: eight lines of echo that hear each other, until they have died away.
#include <array>
#include <cmath>
#include <numbers>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/reverb.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/echo-inl.hpp"
#include "synth/long_lines-inl.hpp"
#include "synth/phase-inl.hpp"

#ifndef ANTIPHON_SYNTH_REVERB_ONCE
#define ANTIPHON_SYNTH_REVERB_ONCE
namespace antiphon::synth {
namespace {

enum ReverbInlet : std::size_t { kIn, kDecay, kSize, kDamping, kPredelay, kModulation, kMix };

constexpr float kMostSize = 2, kMostPredelay = 0.5f, kSwing = 0.00025f;  // seconds a line is moved by, at most
// Seconds at size 1. Left and right, in turn, have as much of the short as of the long ones.
constexpr std::array<double, kLanes> kLengths{0.0297, 0.0331, 0.0417, 0.0379, 0.0473, 0.0531, 0.0613, 0.0571};
// Before the lines a sound is spread three times, so that they begin as a rush and not as a rattle.
constexpr std::array<double, kLanes> kFirst{0.0011, 0.0015, 0.0023, 0.0019, 0.0034, 0.0038, 0.0049, 0.0045};
constexpr std::array<double, kLanes> kSecond{0.0127, 0.0017, 0.0083, 0.0101, 0.0029, 0.0139, 0.0059, 0.0043};
constexpr std::array<double, kLanes> kThird{0.0031, 0.0211, 0.0113, 0.0061, 0.0191, 0.0087, 0.0149, 0.0233};

bool isPrime(int n) {
  for (int d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return n > 1;
}

/// Frames of which no two have a divisor in common, so that their echoes seldom fall together.
std::array<std::int32_t, kLanes> primesOf(const std::array<double, kLanes>& seconds, SampleRate rate) {
  std::array<std::int32_t, kLanes> frames{};
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    int n = static_cast<int>(seconds[i] * rate.hertz);
    while (!isPrime(n)) ++n;
    frames[i] = n;
  }
  return frames;
}

}  // namespace
}  // namespace antiphon::synth
#endif

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// What the knobs say is heeded every so many frames, counted from the beginning; in between, delays go evenly from one
// such moment to the next.
constexpr int kCell = kBlock;
constexpr int kFew = 16;   // frames that go round together
constexpr int kNear = 32;  // frames that the first lines are told together: no sound is in them for less

class Reverb final : public Module {
 public:
  explicit Reverb(const Place& place)
      : rate_{static_cast<float>(place.rate.hertz)},
        cosine_{static_cast<float>(std::cos(2 * std::numbers::pi * kHigh / place.rate.hertz))},
        size_{place.rate, 0.3 / kCell},
        predelay_{place.rate, 0.1 / kCell},
        firstLengths_{primesOf(kFirst, place.rate)},
        secondLengths_{primesOf(kSecond, place.rate)},
        thirdLengths_{primesOf(kThird, place.rate)},
        first_{(kMostPredelay + 0.005) * place.rate.hertz, 2},  // left and right, from which all lines are fed
        second_{0.015 * place.rate.hertz},
        third_{0.025 * place.rate.hertz},
        lines_{(0.062 * kMostSize + kSwing) * place.rate.hertz} {
    const auto lengths = primesOf(kLengths, place.rate);
    alignas(32) float turns[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
      lengths_[i] = static_cast<float>(lengths[i]);
      turns[i] = (0.31f + 0.083f * static_cast<float>(i)) * kCell / rate_;  // slow, and each at its own pace
    }
    swing_ = Tuning::stepOf(Lanes::from(turns));
    settle();
  }

  void play(const Block& block) override {
    lines_.fetch(goal_);
    for (int f = 0; f < block.frames;) {
      if (cell_ == 0) heed(block, f);
      const int frames = std::min(kCell - cell_, block.frames - f);
      run(block, f, frames);
      f += frames;
      cell_ = (cell_ + frames) % kCell;
    }
  }

  void calm() override {
    first_.forget();
    second_.forget();
    third_.forget();
    lines_.forget();
    settle();
  }

 private:
  static constexpr double kHigh = 8000;  // what damping speaks of
  static constexpr float kEarly = 0.7f;  // how loud the walls are at first
  static constexpr unsigned kFlips = 0b11001000, kOtherFlips = 0b00010010;
  static constexpr float kMingled = 0.35355339f;  // to be as loud again as before: 1 / sqrt(8)

  struct Asked {
    float size = -1, decay = 0, damping = 0;
    friend bool operator==(const Asked&, const Asked&) = default;
  };

  /// What the knobs make of the lines, for one cell.
  void heed(const Block& block, int frame) {
    const auto says = [&](std::size_t inlet) { return block.in[inlet].at(0, frame)[0]; };
    const bool begins = size_.now() < 0;
    const float size = static_cast<float>(size_.to(says(kSize))), moved = says(kModulation) * kSwing * rate_;
    const Lanes turn = swings_.turns();
    const Lanes sway = turn * (1.0f - 2.0f * abs(turn)) * 8.0f;  // nearly a sine, of -1 .. 1
    swings_.advance(swing_);
    const Lanes length = Lanes::from(lengths_) * size, goal = max(mulAdd(sway, moved, length), LongLines::kLeast);
    const Lanes now = begins ? goal : Lanes::from(goal_);
    const Lanes growth = (goal - now) * (1.0f / kCell);
    now.to(delay_);
    growth.to(growth_);
    goal.to(goal_);
    fast_ = (abs(growth) > 0.4f / kCell).any();

    const Asked asked{size, says(kDecay), says(kDamping)};
    if (asked != asked_) tuneWalls(asked, length);

    const double before = predelay_.now(), wait = predelay_.to(std::round(says(kPredelay) * rate_));
    waits_ = before >= 0 && before != wait;
    for (std::size_t i = 0; i < kLanes; ++i) {
      firstWhole_[i] = firstLengths_[i] + static_cast<std::int32_t>(wait);
      firstDelay_[i] = static_cast<float>(firstLengths_[i] + before);
      firstGrowth_[i] = static_cast<float>((wait - before) / kCell);
    }
  }

  /// What is left of a sound that comes back from the walls.
  void tuneWalls(const Asked& asked, Lanes length) {
    asked_ = asked;
    // A round of `length` is its share of the -60 dB that are gone after `decay`. High up it may be more: what is
    // missing, the low pass takes away.
    const Lanes bels = length / (asked.decay * rate_);
    const float more = asked.damping * 0.97f;
    const Lanes lasting = exp2(bels * -9.9657843f), left = exp2(bels * (more / (1.0f - more) * -19.931569f));
    // One pole that lets so much power through at kHigh:
    // b = 1 / (k + sqrt(k^2 - 1)), k = (1 - left * cosine) / (1 - left).
    const Lanes open = 1.0f - left, k = 1.0f - left * cosine_;
    const Lanes dull = open / (k + sqrt(max(k * k - open * open, 0.0f)));
    dull.to(dull_);
    (lasting * (1.0f - dull) * kMingled).to(clear_);
    // So that a longer reverb is not a louder one.
    (sqrt(1.0f - lasting * lasting) * (kMingled * kMingled * kMingled)).to(enter_);
  }

  HWY_INLINE void run(const Block& block, int from, int frames) {
    const Heard in = block.in[kIn];
    Runs early, echo, dulled;
    const float* heard[kLanes];
    float* told[kLanes];
    for (int f = 0; f < frames; f += kNear) enter(in, from, f, std::min(kNear, frames - f));
    for (int i = 0; i < kLanes; ++i) {
      heard[i] = second_.ago(i, secondLengths_[static_cast<std::size_t>(i)]);
      told[i] = third_.next(i);
    }
    spread<0, kFlips>(heard, told, frames);
    for (int i = 0; i < kLanes; ++i) {
      heard[i] = third_.ago(i, thirdLengths_[static_cast<std::size_t>(i)]);
      told[i] = early.of[i];
    }
    spread<0, 0>(heard, told, frames);

    if (fast_) lines_.readFast(delay_, growth_, cell_, frames, echo);
    else lines_.read(delay_, growth_, cell_, frames, echo);
    float wet[2][kBlock];
    for (int i = 0; i < kLanes; ++i) told[i] = lines_.next(i);
    Lanes low = Lanes::from(low_);
    for (int f = 0; f < frames; f += kFew) {  // while the highs of some are taken away, those before go round
      const int until = std::min(f + kFew, frames);
      low = muffle(echo, f, until, low, dulled);
      goRound(dulled, early, echo, told, wet, f, until);
    }
    low.to(low_);
    for (LongLines* lines : {&second_, &third_, &lines_}) lines->advance(frames);
    mix(block, from, frames, wet);
  }

  /// What came in a while ago goes from the first lines to the second, and what comes in now goes into the first.
  HWY_INLINE void enter(const Heard& in, int from, int done, int frames) {
    Runs arriving;
    const float* heard[kLanes];
    float* told[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      heard[i] = waits_ ? arriving.of[i] : first_.ago(i, firstWhole_[static_cast<std::size_t>(i)]);
      told[i] = second_.next(i) + done;
    }
    if (waits_) first_.readFast(firstDelay_, firstGrowth_, cell_ + done, frames, arriving);
    spread<kFlips, kOtherFlips>(heard, told, frames);
    listen(in, from + done, frames);
    first_.advance(frames);
  }

  /// What eight runs say goes to eight others, each to all. Those whose bits are set stand on their heads, before or
  /// after.
  template <unsigned kBefore, unsigned kAfter>
  static HWY_INLINE void spread(const float* const (&from)[kLanes], float* const (&to)[kLanes], int frames) {
    for (int f = 0; f < frames; f += kSome) {
      Some some[kLanes];
#pragma GCC unroll 8
      for (int i = 0; i < kLanes; ++i) {
        some[i] = hn::LoadU(Along(), from[i] + f);
        if ((kBefore >> i & 1) != 0) some[i] = hn::Neg(some[i]);
      }
      mingle(some);
#pragma GCC unroll 8
      for (int i = 0; i < kLanes; ++i) {
        if ((kAfter >> i & 1) != 0) some[i] = hn::Neg(some[i]);
        hn::StoreU(some[i], Along(), to[i] + f);
      }
    }
  }

  /// What comes in goes into the first lines, left and right.
  HWY_INLINE void listen(const Heard& in, int from, int frames) {
    float *const left = first_.next(0), *const right = first_.next(1);
    const float* ears = in.at(0, from);
    int f = 0;
    for (; f + 4 <= frames; f += 4, ears += 4 * in.perFrame) {
      Four one = Four::from(ears), two = Four::from(ears + in.perFrame), three = Four::from(ears + 2 * in.perFrame),
           four = Four::from(ears + 3 * in.perFrame);
      turnOver(one, two, three, four);
      one.to(left + f);
      two.to(right + f);
    }
    for (; f < frames; ++f, ears += in.perFrame) {
      left[f] = ears[0];
      right[f] = ears[1];
    }
  }

  /// The walls take the highs away. `low` is what they let through last, and what is returned.
  HWY_INLINE Lanes muffle(const Runs& echo, int from, int until, Lanes low, Runs& dulled) const {
    const Lanes dull = Lanes::from(dull_), clear = Lanes::from(clear_);
    for (int f = from; f < until; f += 4) {
      const float* lines[kLanes];
      for (int i = 0; i < kLanes; ++i) lines[i] = echo.of[i] + f;
      Lanes rows[4];
      rowsOf(lines, rows);
      for (Lanes& row : rows) row = low = mulAdd(low, dull, row * clear);
      if (const int left = until - f; left < 4) low = left == 3 ? rows[2] : left == 2 ? rows[1] : rows[0];
      toLines(rows, dulled, f);
    }
    return low;
  }

  /// What is left of the echoes goes to all lines again, with what is new; and both are heard.
  HWY_INLINE void goRound(const Runs& dulled, const Runs& early, const Runs& echo, float* const (&told)[kLanes],
                          float (&wet)[2][kBlock], int from, int until) const {
    for (int f = from; f < until; f += kSome) {
      Some some[kLanes], sides[2] = {hn::Zero(Along()), hn::Zero(Along())};
#pragma GCC unroll 8
      for (int i = 0; i < kLanes; ++i) some[i] = hn::LoadU(Along(), dulled.of[i] + f);
      mingle(some);
#pragma GCC unroll 8
      for (int i = 0; i < kLanes; ++i) {
        const Some enters = hn::Mul(hn::LoadU(Along(), early.of[i] + f), hn::Set(Along(), enter_[i]));
        hn::StoreU(hn::Add(enters, some[i]), Along(), told[i] + f);
        const Some sounds = hn::MulAdd(enters, hn::Set(Along(), kEarly), hn::LoadU(Along(), echo.of[i] + f));
        sides[i % 2] = hn::Add(sides[i % 2], sounds);
      }
      for (int side = 0; side < 2; ++side) hn::StoreU(sides[side], Along(), wet[side] + f);
    }
  }

  static HWY_INLINE void mix(const Block& block, int from, int frames, const float (&wet)[2][kBlock]) {
    const Heard in = block.in[kIn], says = block.in[kMix];
    float* const out = block.out[0].at(0, from);
    const Lanes first = Lanes::from(says.at(0, from));
    Lanes wetness = sqrt(first) * 0.5f, dryness = sqrt(1.0f - first);
    const auto say = [&](Lanes room, int f) {
      if (!says.steady()) {
        const Lanes now = Lanes::from(says.at(0, from + f));
        wetness = sqrt(now) * 0.5f;
        dryness = sqrt(1.0f - now);
      }
      const Lanes dry = Lanes::from(in.at(0, from + f));
      mulAdd(room, wetness, dry * dryness).to(out + f * kLanes);
    };
    for (int f = 0; f < frames; f += 4) {
      const float *const left = wet[0] + f, *const right = wet[1] + f;
      const float* const ears[kLanes] = {left, right, left, right, left, right, left, right};
      Lanes four[4];
      rowsOf(ears, four);
      const int some = std::min(4, frames - f);
      for (int k = 0; k < some; ++k) say(four[k], f + k);
    }
  }

  void settle() {
    for (std::size_t i = 0; i < kLanes; ++i) swings_.at[i] = static_cast<std::int32_t>(i * 0x29E3779Bu);
    std::fill_n(low_, kLanes, 0.0f);
    size_.forget();
    predelay_.forget();
    cell_ = 0;
  }

  float rate_, cosine_;
  Travel size_, predelay_;
  std::array<std::int32_t, kLanes> firstLengths_, secondLengths_, thirdLengths_, firstWhole_{};
  alignas(32) float lengths_[kLanes] = {}, low_[kLanes] = {};
  alignas(32) float delay_[kLanes] = {}, growth_[kLanes] = {}, goal_[kLanes] = {};
  alignas(32) float dull_[kLanes] = {}, clear_[kLanes] = {}, enter_[kLanes] = {};
  float firstDelay_[kLanes] = {}, firstGrowth_[kLanes] = {};
  Asked asked_{};
  bool fast_ = false, waits_ = false;
  int cell_ = 0;  // frames of the cell that are over
  Steps swing_{};
  Phase swings_{};
  LongLines first_, second_, third_, lines_;
};

std::unique_ptr<Module> makeReverb(const Place& place) { return std::make_unique<Reverb>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeReverb);

const ModuleType& reverbModule() {
  static const ModuleType type{
      .name = "reverb",
      .family = "effects",
      .purpose = "A room: eight lines of echo that hear each other, until they have died away.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("decay", "until the sound is 60 dB down", Unit::seconds, 0.1, 60, 2, Curve::exponential),
                 knob("size", "how far the walls are", Unit::plain, 0.2, kMostSize, 1, Curve::exponential),
                 knob("damping", "how much sooner the highs die away", Unit::plain, 0, 1, 0.4),
                 knob("predelay", "until the room answers", Unit::seconds, 0, kMostPredelay, 0.01),
                 knob("modulation", "how much the walls move", Unit::plain, 0, 1, 0.4),
                 knob("mix", "from the sound alone to the room alone", Unit::plain, 0, 1, 0.3)},
      .outlets = {{"out", "the sound in the room"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeReverb)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
