#include "synth/ears/analysis.hpp"

#include <algorithm>
#include <cmath>

#include "synth/ears/sound_reader.hpp"
#include "synth/ears/strokes.hpp"
#include "synth/ears/tapping.hpp"
#include "synth/ears/tonality.hpp"
#include "synth/ears/true_peak.hpp"

namespace antiphon::synth {
namespace {

constexpr SampleRate kRate{44100};
constexpr double kFramesPerSecond = kRate.hertz / static_cast<double>(Spectra::kHop);
constexpr double kReading = 0.9;  // of the time it all takes

/// Levels and width, at the file's own rate.
class Field {
 public:
  explicit Field(int channels) : channels_{static_cast<std::size_t>(channels)} {}

  void hear(std::span<const float> frames) {
    float power = 0;
    for (const float x : frames) power += x * x;
    power_ += static_cast<double>(power);
    samples_ += static_cast<double>(frames.size());
    if (channels_ < 2) return;
    float left = 0, right = 0, both = 0;
    for (std::size_t at = 0; at < frames.size(); at += channels_) {
      left += frames[at] * frames[at];
      right += frames[at + 1] * frames[at + 1];
      both += frames[at] * frames[at + 1];
    }
    left_ += static_cast<double>(left);
    right_ += static_cast<double>(right);
    both_ += static_cast<double>(both);
  }
  /// The mean power of a sample.
  double power() const { return samples_ > 0 ? power_ / samples_ : 0; }
  double width() const { return left_ + right_ > 0 ? 0.5 - both_ / (left_ + right_) : 0; }
  double correlation() const {
    return left_ > 0 && right_ > 0 ? std::clamp(both_ / std::sqrt(left_ * right_), -1.0, 1.0) : 1;
  }

 private:
  std::size_t channels_;
  double power_ = 0, samples_ = 0, left_ = 0, right_ = 0, both_ = 0;
};

std::optional<double> decibels(double amplitude) {
  return amplitude > 1e-6 ? std::optional{20 * std::log10(amplitude)} : std::nullopt;
}

class Listening {
 public:
  Listening(const std::filesystem::path& file, const AnalysisWish& wish)
      : wish_{wish},
        reader_{file, {.rate = kRate, .sides = Sides::one}},
        field_{reader_.channels()},
        loudness_{reader_.recordedRate(), reader_.channels()},
        peak_{reader_.recordedRate(), reader_.channels()} {}

  Analysis run() {
    while (reader_.next()) {
      if (wish_.stop.stop_requested()) throw AnalysisStopped{};
      field_.hear(reader_.recorded());
      loudness_.hear(reader_.recorded());
      peak_.hear(reader_.recorded());
      // In step, so that a portrait has the notes where they sound.
      for (std::span<const float> rest = reader_.left(); !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), Spectra::kFrame));
        tonality_.hear(some);
        spectra_.hear(some);
        rest = rest.subspan(some.size());
      }
      if (wish_.progress) wish_.progress(kReading * reader_.share());
    }
    peak_.end();
    tonality_.end();
    spectra_.end();
    strokes_.end();

    Analysis found;
    found.channels = reader_.channels();
    found.sampleRate = reader_.recordedRate().hertz;
    found.duration = static_cast<double>(reader_.framesRead()) / found.sampleRate;
    found.noNumbers = reader_.noNumbers();
    tellColour(found);
    tellLoudness(found);
    tellKey(found);
    tellTime(found);
    if (wish_.portrait) found.portrait = painter_.portrait(found.duration);
    if (wish_.stop.stop_requested()) throw AnalysisStopped{};
    if (wish_.progress) wish_.progress(1);
    return found;
  }

 private:
  void hear(const Spectra::Frame& frame) {
    strokes_.hear(frame.power);
    colour_.hear(frame);
    if (wish_.portrait) painter_.hear(frame.own, frame.power, tonality_.notes());
  }

  void tellColour(Analysis& found) const {
    found.spectralCentroidMean = colour_.centroid();
    found.spectralRolloffMean = colour_.rolloff();
    found.rmsMean = colour_.rms();
    found.zeroCrossingRateMean = colour_.zeroCrossingRate();
    found.balance = colour_.balance();
  }

  void tellLoudness(Analysis& found) const {
    found.loudness = loudness_.loudness();
    found.truePeak = decibels(static_cast<double>(peak_.highest()));
    found.samplePeak = decibels(static_cast<double>(peak_.highestSample()));
    const auto mean = decibels(std::sqrt(field_.power()));
    if (found.samplePeak && mean) found.crestFactor = *found.samplePeak - *mean;
    found.stereoWidth = field_.width();
    found.stereoCorrelation = field_.correlation();
  }

  void tellKey(Analysis& found) const {
    const Key key = tonality_.key();
    if (key.sureness == 0) return;
    found.key = noteName(key.note);
    found.mode = key.minor ? "minor" : "major";
    found.keyConfidence = key.sureness;
    found.tuningCents = 100 * tonality_.tuning();
  }

  void tellTime(Analysis& found) const {
    if (found.duration > 0) found.onsetRate = static_cast<double>(countStrokes(struck(strokes_))) / found.duration;
    std::vector<Tapping> all = tappings(strokes_, kFramesPerSecond, wish_.stop);
    if (all.empty()) return;
    const Choice choice = tapped(all);
    found.tempo = all[choice.which].tempo;
    found.tempoConfidence = choice.sureness;
    found.beatTimes = std::move(all[choice.which].beats);
  }

  const AnalysisWish& wish_;
  SoundReader reader_;
  Field field_;
  ProgrammeLoudness loudness_;
  TruePeak peak_;
  Tonality tonality_{kRate.hertz};
  Strokes strokes_{kRate.hertz};
  Colour colour_{kRate.hertz};
  PortraitPainter painter_{kRate.hertz};
  Spectra spectra_{[this](const Spectra::Frame& frame) { hear(frame); }};
};

}  // namespace

Analysis analyse(const std::filesystem::path& file, const AnalysisWish& wish) { return Listening{file, wish}.run(); }

}  // namespace antiphon::synth
