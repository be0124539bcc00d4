#include "synth/mix/mix_measure.hpp"

#include <algorithm>
#include <memory>

namespace antiphon::synth {

double MixMeasure::balance() const { return TrackMeasure{.left = left, .right = right}.balance(); }

MixMeasure measured(Stems& stems, const MixWatch& watch) {
  const std::vector<TrackStrip>& strips = stems.strips();
  if (strips.empty()) throw MixError{"there are no tracks to measure"};
  std::vector<std::unique_ptr<TrackMeter>> meters;
  for (std::size_t i = 0; i < strips.size(); ++i) meters.push_back(std::make_unique<TrackMeter>(stems.rate()));
  Programme all{stems.rate()};
  std::vector<float> left, right;
  MixMeasure mix{.master = stems.master()};
  double leftPower = 0, rightPower = 0, sidePower = 0, frames = 0;
  stems.begin();
  while (const std::size_t count = stems.next()) {
    watch.at(stems.share());
    left.assign(count, 0.0f);
    right.assign(count, 0.0f);
    for (std::size_t i = 0; i < strips.size(); ++i) {
      meters[i]->hear(stems.left(i), stems.right(i));
      for (std::size_t f = 0; f < count; ++f) {
        left[f] += stems.left(i)[f];
        right[f] += stems.right(i)[f];
      }
    }
    all.hear(left, right);
    for (std::size_t f = 0; f < count; ++f) {
      const double l = static_cast<double>(left[f]), r = static_cast<double>(right[f]);
      leftPower += l * l;
      rightPower += r * r;
      sidePower += (l - r) * (l - r) / 2;
    }
    frames += static_cast<double>(count);
  }
  if (frames == 0) throw MixError{"the tracks hold no sound at all: each is empty"};
  for (std::size_t i = 0; i < strips.size(); ++i) {
    MixTrack track{strips[i], Role::lead, meters[i]->measure()};
    track.role = roleOf(track.strip.name, track.measure, track.strip.bus);
    mix.tracks.push_back(std::move(track));
  }
  mix.seconds = frames / stems.rate().hertz;
  mix.loudness = mix.master.heard ? mix.master.loudness : all.loudness();
  mix.truePeak = mix.master.heard ? mix.master.truePeak : all.truePeak();
  mix.left = leftPower / frames;
  mix.right = rightPower / frames;
  mix.width = leftPower + rightPower > 0 ? sidePower / (leftPower + rightPower) : 0;
  if (std::ranges::all_of(mix.tracks, [](const MixTrack& track) { return track.measure.silent(); }))
    throw MixError{strips.size() == 1 ? "the track is silent: there is nothing to mix"
                                      : "all tracks are silent: there is nothing to mix"};
  return mix;
}

}  // namespace antiphon::synth
