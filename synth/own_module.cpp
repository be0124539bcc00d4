#include "synth/own_module.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "synth/own_type.hpp"

namespace antiphon::synth {
namespace {

constexpr float kA4Hertz = 440;
constexpr float kLoudestOut = 1e6f;  // goes in: what is no number, or beyond, could come to be an index
constexpr int kHeeded = 32;          // frames, at most, after which sliders are heard again
constexpr int kSmoothFrames = 8;     // a pitch that glides is followed in steps of this
constexpr double kTouch = 0.002;     // s in which a voice becomes as loud as it is struck
constexpr float kSoftest = 0.08f;    // as loud as the factory's are at least

float within(float least, float value, float most) { return value >= least ? std::min(value, most) : least; }

/// A program for each voice; or one for each ear; or one for both.
class OwnModule final : public Module {
 public:
  OwnModule(const Place& place, std::shared_ptr<const OwnCode> code)
      : code_{std::move(code)},
        both_{!code_->voice && (code_->program->inputs() == 2 || code_->program->outputs() == 2)},
        voices_{place.voices && !both_},
        touch_{static_cast<float>(1 - std::exp(-1 / (kTouch * place.rate.hertz)))} {
    const int count = both_ ? 1 : voices_ ? place.groups * kLanes : 2;
    for (int p = 0; p < count; ++p) {
      Player& player = players_.emplace_back();
      player.group = p / kLanes;
      player.lane = static_cast<std::size_t>(p % kLanes);
      player.program = code_->program->start(place.rate);
      player.said.assign(static_cast<std::size_t>(code_->program->controls()), std::numeric_limits<float>::quiet_NaN());
    }
    for (std::size_t i = 0; i < code_->roles.size(); ++i) {
      const InletRole& role = code_->roles[i];
      if (role.kind == InletRole::Kind::audio) audio_ = static_cast<int>(i);
      else if (role.kind == InletRole::Kind::velocity) velocity_ = i;
      else if (role.kind == InletRole::Kind::pitch) pitch_ = static_cast<int>(i);
      if (role.strikes) strikes_.push_back(i);
    }
    for (std::size_t i = 0; pitch_ >= 0 && i < code_->roles.size(); ++i) {
      const bool same = code_->roles[i].control == code_->roles[static_cast<std::size_t>(pitch_)].control;
      if (same && static_cast<int>(i) != pitch_) base_ = static_cast<int>(i);
    }
  }

  void play(const Block& block) override {
    for (Player& player : players_) play(player, block);
  }

  void calm() override {
    for (Player& player : players_) {
      player.program->calm();
      player.touch = 0;
    }
  }

 private:
  struct Player {
    Program::Playing program{};
    std::vector<float> said{};  // of each control: what it was set to last
    int group = 0;
    std::size_t lane = 0;
    float touch = 0;                       // how loud it is by now
    float pitch = 0, base = 0, hertz = 0;  // what the frequency was worked out from
  };

  void play(Player& player, const Block& block) {
    listen(player, block);
    float* in[Program::kMostPorts];
    float* out[Program::kMostPorts];
    for (int f = 0; f < block.frames;) {
      const int until = pieceEnd(player, block, f);
      turn(player, block, f);
      for (std::size_t i = 0; i < Program::kMostPorts; ++i) {
        in[i] = in_[i] + f;
        out[i] = out_[i] + f;
      }
      player.program->compute(until - f, in, out);
      f = until;
    }
    if (code_->voice && code_->loudness < 0) strikeAsHard(player, block);
    say(player, block);
  }

  float heard(const Player& player, const Block& block, std::size_t inlet, int frame) const {
    return block.in[inlet].at(player.group, frame)[player.lane];
  }

  void listen(const Player& player, const Block& block) {
    if (audio_ < 0) return;
    const Heard& in = block.in[static_cast<std::size_t>(audio_)];
    const bool mono = both_ && code_->program->inputs() == 1;
    for (int f = 0; f < block.frames; ++f) {
      const float* const lanes = in.at(player.group, f);
      const float one = both_ ? lanes[0] : lanes[player.lane], other = both_ ? lanes[1] : one;
      in_[0][f] = within(-kLoudestOut, mono ? 0.5f * (one + other) : one, kLoudestOut);
      in_[1][f] = within(-kLoudestOut, other, kLoudestOut);
    }
  }

  /// Where something is struck within the block, a new piece begins on that frame.
  int pieceEnd(const Player& player, const Block& block, int from) const {
    const bool glides = pitch_ >= 0 && (!block.in[static_cast<std::size_t>(pitch_)].steady() ||
                                        (base_ >= 0 && !block.in[static_cast<std::size_t>(base_)].steady()));
    int end = std::min(block.frames, from + kHeeded);
    for (const std::size_t inlet : strikes_) {
      if (block.in[inlet].steady()) continue;
      const float now = heard(player, block, inlet, from);
      int f = from + 1;
      while (f < end && heard(player, block, inlet, f) == now) ++f;
      end = f;
    }
    if (!glides) return end;
    const auto hertzInputs = [&](int f) {
      return std::pair{heard(player, block, static_cast<std::size_t>(pitch_), f),
                       base_ >= 0 ? heard(player, block, static_cast<std::size_t>(base_), f) : 0.0f};
    };
    const auto now = hertzInputs(from);
    for (int f = from + kSmoothFrames; f < end; ++f) {
      if (hertzInputs(f) != now) return f;
    }
    return end;
  }

  /// Every control is held within its range, whatever is heard: the program's memory is laid out by it.
  void turn(Player& player, const Block& block, int frame) {
    for (std::size_t i = 0; i < code_->roles.size(); ++i) {
      const InletRole& role = code_->roles[i];
      if (role.control < 0 || static_cast<int>(i) == base_) continue;
      float value = heard(player, block, i, frame);
      if (role.kind == InletRole::Kind::pitch) value = hertzOf(player, value, block, frame);
      const faust_door::Control& control = code_->program->control(role.control);
      value = within(control.least, value * role.scale, control.most);
      float& said = player.said[static_cast<std::size_t>(role.control)];
      if (value == said) continue;
      said = value;
      player.program->set(role.control, value);
    }
  }

  float hertzOf(Player& player, float pitch, const Block& block, int frame) const {
    const float base = base_ >= 0 ? heard(player, block, static_cast<std::size_t>(base_), frame) : kA4Hertz;
    if (player.hertz == 0 || pitch != player.pitch || base != player.base) {
      player.hertz = base * std::exp2(pitch / 12);
      player.pitch = pitch;
      player.base = base;
    }
    return player.hertz;
  }

  /// For a voice that does not ask how hard it is struck.
  void strikeAsHard(Player& player, const Block& block) {
    for (int f = 0; f < block.frames; ++f) {
      const float force = kSoftest + (1 - kSoftest) * within(0, heard(player, block, velocity_, f), 1);
      player.touch += (force - player.touch) * touch_;
      out_[0][f] *= player.touch;
      out_[1][f] *= player.touch;
    }
  }

  void say(const Player& player, const Block& block) const {
    const bool two = code_->program->outputs() == 2;
    for (int f = 0; f < block.frames; ++f) {
      float* const to = block.out[0].at(player.group, f);
      const float left = out_[0][f], right = two ? out_[1][f] : left;
      if (both_) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) to[lane] = lane % 2 == 0 ? left : right;
      } else if (voices_) {
        to[player.lane] = 0.5f * (left + right);
      } else {
        for (std::size_t lane = player.lane; lane < kLanes; lane += 2) to[lane] = 0.5f * (left + right);
      }
    }
  }

  std::shared_ptr<const OwnCode> code_;  // before the players: it outlives them
  std::vector<Player> players_{};
  bool both_, voices_;
  float touch_;
  int audio_ = -1, pitch_ = -1, base_ = -1;  // inlets; -1: there is none
  std::size_t velocity_ = 0;
  std::vector<std::size_t> strikes_{};
  alignas(64) float in_[Program::kMostPorts][kBlock] = {}, out_[Program::kMostPorts][kBlock] = {};
};

}  // namespace

std::unique_ptr<Module> makeOwnModule(const Place& place) {
  return std::make_unique<OwnModule>(place, std::static_pointer_cast<const OwnCode>(place.code));
}

}  // namespace antiphon::synth
