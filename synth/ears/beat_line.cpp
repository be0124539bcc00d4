#include "synth/ears/beat_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace antiphon::synth {
namespace {

constexpr float kTightness = 250;  // how dear it is to leave the pulse; looser, beats and off-beats change places
constexpr float kShortest = 0.7f, kLongest = 1.4f;  // from a beat to the next, in periods

/// The top of the strokes around a frame, between the frames.
double topAt(std::span<const float> strokes, std::size_t frame) {
  if (frame == 0 || frame + 1 >= strokes.size()) return static_cast<double>(frame);
  const double a = strokes[frame - 1], b = strokes[frame], c = strokes[frame + 1];
  const double bend = a - 2 * b + c;
  return static_cast<double>(frame) + (bend < 0 ? std::clamp(0.5 * (a - c) / bend, -0.5, 0.5) : 0.0);
}

}  // namespace

std::vector<double> beatsAlong(const Pulse& pulse, std::span<const float> strokes) {
  const std::size_t frames = strokes.size();
  if (frames == 0) return {};
  std::vector<float> worth(frames);
  std::vector<std::int32_t> from(frames, -1);
  std::vector<float> logs;  // of whole numbers of frames
  for (std::size_t t = 0; t < frames; ++t) {
    const float period = pulse.at(static_cast<double>(t)), log = std::log(period);
    const auto least = static_cast<std::size_t>(std::lround(period * kShortest));
    const auto most = std::min(t, static_cast<std::size_t>(std::lround(period * kLongest)));
    while (logs.size() <= most) logs.push_back(std::log(static_cast<float>(logs.size())));
    float best = 0;  // where the first beat is
    for (std::size_t back = least; back <= most; ++back) {
      const float off = logs[back] - log;
      const float value = worth[t - back] - kTightness * off * off;
      if (value <= best) continue;
      best = value;
      from[t] = static_cast<std::int32_t>(t - back);
    }
    worth[t] = strokes[t] + best;
  }
  // Back from the best of the last period.
  std::vector<double> beats;
  const auto last = static_cast<std::size_t>(std::ceil(pulse.at(static_cast<double>(frames))));
  const auto tail = worth.end() - static_cast<std::ptrdiff_t>(std::min(frames, last));
  for (auto t = static_cast<std::int32_t>(std::max_element(tail, worth.end()) - worth.begin()); t >= 0;
       t = from[static_cast<std::size_t>(t)])
    beats.push_back(topAt(strokes, static_cast<std::size_t>(t)));
  std::ranges::reverse(beats);
  return beats;
}

}  // namespace antiphon::synth
