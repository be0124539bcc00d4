#include "synth/trial.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "synth/denormals.hpp"
#include "synth/patch.hpp"

namespace antiphon::synth {
namespace {

constexpr SampleRate kTrialRate{48000};
constexpr int kStretch = 150 * kBlock;     // frames, a tenth of a second
constexpr int kGlance = 15 * kBlock;       // for one slider at an end of its range
constexpr float kNoise = 0.5f;             // what goes in
constexpr float kLoudestEffect = 50;       // 40 dB more than that
constexpr float kLoudestSource = 15.849f;  // 24 dB above full scale
constexpr double kNotes[] = {55, 440, 4000};

double processorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Trial {
 public:
  Trial(const std::string& name, const Program& program)
      : name_{name}, program_{program}, playing_{program.start(kTrialRate)} {}

  double run() {
    const NoDenormals quick;
    double share = 0;
    using Choose = float (*)(const faust_door::Control&);
    struct Setting {
      const char* words;
      Choose of;
    };
    const Setting settings[] = {
        {"as its sliders stand", [](const faust_door::Control& c) { return c.usual; }},
        {"with all sliders at their least", [](const faust_door::Control& c) { return c.least; }},
        {"with all sliders at their most", [](const faust_door::Control& c) { return c.most; }}};
    for (const Setting& setting : settings) {
      for (int c = 0; c < program_.controls(); ++c) playing_->set(c, setting.of(program_.control(c)));
      double best = 1e9;
      for (const double note : kNotes) best = std::min(best, stretch(note, kStretch, setting.words));
      share = std::max(share, best);
      if (share > kLargestShare) tooSlow(share);
    }
    for (int c = 0; c < program_.controls(); ++c) playing_->set(c, program_.control(c).usual);
    for (int c = 0; c < program_.controls(); ++c) {
      const faust_door::Control& control = program_.control(c);
      for (const float end : {control.least, control.most}) {
        playing_->set(c, end);
        stretch(kNotes[1], kGlance, "with " + std::string{control.label} + " at an end of its range");
      }
      playing_->set(c, control.usual);
    }
    return share;
  }

 private:
  /// A note that is held for half of the time. Returns the share of a processor that it took: the best of some pieces,
  /// since others may have been at work.
  double stretch(double note, int frames, const std::string& setting) {
    set("freq", static_cast<float>(note));
    double best = 1e9, begin = processorSeconds();
    int counted = 0;
    for (int done = 0; done < frames; done += kBlock) {
      const bool first = done < frames / 2;
      if (done == 0 || done == frames / 2) {
        set("gate", first ? 1 : 0);
        set("trigger", first ? 1 : 0);
      } else if (done == kBlock * 2) {
        set("trigger", 0);
      }
      block(first, setting);
      if ((counted += kBlock) < kGlance) continue;
      const double now = processorSeconds();
      best = std::min(best, (now - begin) / (counted / kTrialRate.hertz));
      begin = now;
      counted = 0;
    }
    return best;
  }

  void set(std::string_view label, float value) {
    const int control = program_.control(label);
    if (control < 0) return;
    playing_->set(control, std::clamp(value, program_.control(control).least, program_.control(control).most));
  }

  void block(bool noise, const std::string& setting) {
    float ins[Program::kMostPorts][kBlock] = {}, outs[Program::kMostPorts][kBlock] = {};
    float* const in[] = {ins[0], ins[1]};
    float* const out[] = {outs[0], outs[1]};
    for (int f = 0; noise && f < kBlock; ++f) {
      for (auto& input : ins) input[f] = next();
    }
    playing_->compute(kBlock, const_cast<float**>(in), const_cast<float**>(out));
    const float most = program_.inputs() > 0 ? kLoudestEffect : kLoudestSource;
    for (int o = 0; o < program_.outputs(); ++o) {
      for (const float x : outs[o]) {
        if (!std::isfinite(x)) throw PatchError{name_ + " is refused: " + setting + " it says what is no number"};
        if (std::abs(x) > most)
          throw PatchError{
              name_ + " is refused: " + setting + " it runs away, " +
              (program_.inputs() > 0 ? "more than 40 dB above what goes in" : "more than 24 dB above full scale")};
      }
    }
  }

  [[noreturn]] void tooSlow(double share) const {
    char text[160];
    std::snprintf(text, sizeof text,
                  " is refused: one of it takes %.0f %% of a processor, and at most %.0f %% are given", share * 100,
                  kLargestShare * 100);
    throw PatchError{name_ + text};
  }

  float next() {
    chance_ = chance_ * 1664525u + 1013904223u;
    return kNoise * (static_cast<float>(chance_ >> 8) * (2.0f / 16777216.0f) - 1.0f);
  }

  const std::string& name_;
  const Program& program_;
  Program::Playing playing_;
  std::uint32_t chance_ = 1;
};

}  // namespace

double tried(const std::string& name, const Program& program) { return Trial{name, program}.run(); }

}  // namespace antiphon::synth
