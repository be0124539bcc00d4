// A module by itself, without a patch around it: set its inlets, feed them, and read what it makes.
#pragma once

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "scheduler/realtime_scope.hpp"
#include "synth/node.hpp"
#include "synth/rack.hpp"
#include "synth/recording.hpp"

namespace antiphon::synth {

class Alone {
 public:
  /// What goes in at a frame (since the beginning) and lane (of all groups).
  using Source = std::function<float(int frame, int lane)>;

  explicit Alone(std::string_view module, SampleRate rate = {}, int groups = 1, std::uint64_t seed = 1,
                 std::shared_ptr<const Recording> recording = someRecording())
      : type_{*moduleCalled(module)},
        groups_{groups},
        rate_{rate},
        module_{type_.make({rate, groups, seed, recording, type_.code})} {
    for (const Inlet& inlet : type_.inlets) values_.push_back(static_cast<float>(inlet.usual));
    for (std::size_t i = 0; i < type_.inlets.size(); ++i) in_.push_back(silentSignals(kMostGroups));
    for (std::size_t i = 0; i < type_.outlets.size(); ++i) out_.push_back(silentSignals(groups));
  }

  Alone& set(std::string_view inlet, double value) {
    values_.at(static_cast<std::size_t>(type_.inlet(inlet))) = static_cast<float>(value);
    return *this;
  }
  Alone& feed(std::string_view inlet, Source source) {
    fed_[type_.inlet(inlet)] = std::move(source);
    return *this;
  }
  /// What is fed is voices: for inlets that hear each.
  Alone& voices() {
    voices_ = true;
    return *this;
  }
  /// What is fed and stands still for a block is said to: only its first frame can be heard.
  Alone& resting() {
    resting_ = true;
    return *this;
  }
  /// Whether the first outlet stood still in the block that was played last.
  bool steady() const { return steady_; }
  Module& module() { return *module_; }
  Transport& time() { return time_; }

  /// [lane][frame] of an outlet. Blocks of that many frames: what comes out must not depend on it.
  std::vector<std::vector<float>> play(int frames, std::string_view outlet = {}, int blockOf = kBlock) {
    const auto lanes = static_cast<std::size_t>(groups_) * kLanes;
    std::vector<std::vector<float>> all(lanes, std::vector<float>(static_cast<std::size_t>(frames)));
    const auto which = static_cast<std::size_t>(type_.outlet(outlet));
    std::vector<Made> makes;
    for (const Signals& signals : out_) makes.push_back({signals.get()});
    for (int done = 0; done < frames;) {
      const int count = std::min(blockOf, frames - done);
      std::vector<Heard> hears;
      for (std::size_t i = 0; i < in_.size(); ++i) hears.push_back(input(i, count));
      for (Made& made : makes) made.steady = false;
      module_->play({hears, makes, count, groups_, time_});
      steady_ = makes[0].steady;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const int group = static_cast<int>(lane) / kLanes;
        for (int f = 0; f < count; ++f)
          all[lane][static_cast<std::size_t>(done + f)] =
              makes[which].at(group, makes[which].steady ? 0 : f)[lane % kLanes];
      }
      done += count;
      frame_ += count;
      if (time_.running) time_.beat += count / rate_.hertz * time_.tempo / 60;
    }
    return all;
  }
  /// Plays on, and nobody listens: what is fed stays as it is at the next frame.
  void run(int frames) {
    std::vector<Made> makes;
    for (const Signals& signals : out_) makes.push_back({signals.get()});
    std::vector<Heard> hears;
    for (std::size_t i = 0; i < in_.size(); ++i) hears.push_back(input(i, kBlock));
    const RealtimeScope realtime;
    for (int done = 0; done < frames; done += kBlock) module_->play({hears, makes, kBlock, groups_, time_});
    frame_ += frames;
  }
  /// The first lane.
  std::vector<float> one(int frames, std::string_view outlet = {}) { return play(frames, outlet)[0]; }

  /// How many seconds of a processor so many blocks take, the same block going in again and again; it is calm
  /// afterwards.
  double seconds(int blocks) {
    std::vector<Made> makes;
    for (const Signals& signals : out_) makes.push_back({signals.get()});
    std::vector<Heard> hears;
    for (std::size_t i = 0; i < in_.size(); ++i) hears.push_back(input(i, kBlock));
    const std::clock_t begin = std::clock();
    {
      const RealtimeScope scope;  // so that the guard counts what must not be done there
      for (int i = 0; i < blocks; ++i) module_->play({hears, makes, kBlock, groups_, time_});
      module_->calm();
    }
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

  /// For modules that ask for one: half a second in stereo, which fades.
  static std::shared_ptr<const Recording> someRecording() {
    static const auto recording = [] {
      std::vector<float> middle, side;
      for (int f = 0; f < 22050; ++f) {
        const double turn = 0.0626 * f, fading = std::exp(-f / 8000.0);
        middle.push_back(static_cast<float>(fading * (0.5 * std::sin(turn) + 0.3 * std::sin(5.01 * turn))));
        side.push_back(static_cast<float>(fading * 0.2 * std::sin(3 * turn)));
      }
      return std::make_shared<const Recording>(SampleRate{44100}, std::move(middle), std::move(side));
    }();
    return recording;
  }

 private:
  Heard input(std::size_t index, int count) {
    float* const at = in_[index].get();
    const auto fed = fed_.find(static_cast<int>(index));
    if (fed == fed_.end()) {
      std::fill_n(at, kLanes, values_[index]);
      return {at, 0, 0, 1};
    }
    for (int g = 0; g < groups_; ++g) {
      for (int f = 0; f < count; ++f) {
        for (int lane = 0; lane < kLanes; ++lane)
          at[(g * kBlock + f) * kLanes + lane] = fed->second(frame_ + f, g * kLanes + lane);
      }
    }
    const bool rests = resting_ && standsStill(at, count);
    return {at, rests ? std::size_t{0} : kLanes, groups_ > 1 ? kPerGroup : 0, groups_, voices_, true};
  }
  bool standsStill(const float* at, int count) const {
    for (int g = 0; g < groups_; ++g, at += kPerGroup) {
      for (int i = kLanes; i < count * kLanes; ++i) {
        if (at[i] != at[i - kLanes]) return false;
      }
    }
    return true;
  }

  const ModuleType& type_;
  int groups_;
  SampleRate rate_;
  std::unique_ptr<Module> module_;
  std::vector<float> values_{};
  std::map<int, Source> fed_{};
  std::vector<Signals> in_{}, out_{};
  Transport time_{};
  bool voices_ = false, resting_ = false, steady_ = false;
  int frame_ = 0;
};

}  // namespace antiphon::synth
