// Where a patch is edited while it sounds. Every edit changes the patch as it is written down, and the machine that
// plays it: what is untouched plays on as it was, cables come and go softly, and what is gone is freed here, not where
// the sound is made.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "synth/machine.hpp"
#include "synth/patch.hpp"
#include "synth/recording.hpp"

namespace antiphon::synth {

/// By one thread at a time. Edits throw PatchError, and then nothing has changed.
class Desk {
 public:
  explicit Desk(SampleRate rate, std::uint64_t seed = 1);

  Machine& machine() { return machine_; }
  const Machine& machine() const { return machine_; }
  const Patch& patch() const { return patch_; }

  void add(const std::string& name, const ModuleType& type, int voices = Patch::kUsualVoices,
           const std::string& file = {});
  void remove(const std::string& name);
  /// While it lives, set() turns knobs at this frame, and now() is it. Of what lies behind, as soon as possible.
  class Appointment {
   public:
    Appointment(Desk& desk, Frame at) : desk_{desk} { desk_.appointed_ = at; }
    ~Appointment() { desk_.appointed_ = {}; }
    Appointment(const Appointment&) = delete;
    Appointment& operator=(const Appointment&) = delete;

   private:
    Desk& desk_;
  };
  static constexpr std::size_t kMostComing = 1024;  // knobs that wait for their frame

  /// When what is asked for is done.
  Frame now() const { return std::max(appointed_, machine_.now()); }

  /// A knob glides there; the least time keeps it from clicking.
  void set(std::string_view port, double value, double seconds = 0);
  void connect(std::string_view from, std::string_view to, double amount = 1);
  void disconnect(std::string_view from, std::string_view to);
  /// Another patch altogether. Modules of the same name and type play on.
  void load(const Patch& patch);

  /// Whether a cable closes a loop, and brings what it brings a block late.
  bool closesLoop(std::string_view from, std::string_view to) const;
  /// For Machine::play(); throws PatchError when there is no such module, or when it is not played.
  NodeId played(std::string_view name) const;
  /// The name of the module that was muted last, since what it said was no number; empty: none.
  std::string faulty() const;

  /// Whether it is measured how loud everything is that goes to out, and out itself.
  void measure(bool wanted);
  struct Strip {
    std::string name;  // whose sound it is
    Levels levels{};
  };
  /// In the patch's order, out last.
  std::vector<Strip> strips() const;

  /// From here on, where it is measured, so many of the last seconds can be looked back at.
  void remember(double seconds);
  struct Recalled {
    std::string name;
    std::vector<float> left{}, right{};
  };
  /// What was heard of all of them, in step, since the mixer or the patch was changed last; as strips() lists them.
  std::vector<Recalled> recall() const;

  /// Frees what has gone silent, and writes down which knobs have been turned by now. From time to time.
  void tend();

 private:
  struct Score {  // a plan and all that it names
    Plan plan{};
    std::vector<std::shared_ptr<Node>> nodes{};
    std::vector<std::shared_ptr<Cable>> cables{};
    std::vector<std::shared_ptr<LoudnessMeter>> meters{};
    std::vector<std::shared_ptr<Hindsight>> hindsights{};
  };
  struct Ear {
    std::string name{};
    NodeId node{};
    int outlet = 0;
    double amount = 0;
    std::shared_ptr<LoudnessMeter> meter{};
    std::shared_ptr<Hindsight> hindsight{};
  };
  struct Leaving {
    std::shared_ptr<Node> node{};
    std::shared_ptr<Cable> cable{};
    Frame gone{};
    bool sounds = true;  // false: it went before anybody heard it, and waits only to be freed
  };

  struct Coming {  // a knob, at its frame
    NodeId node{};
    int inlet = 0;
    double value = 0;
    Frame at{};
  };

  void free();
  void edit(Patch patch);
  std::vector<int> groupsOf(const Patch& patch) const;
  std::vector<std::shared_ptr<const Recording>> recordingsOf(const Patch& patch);
  std::vector<bool> lateBeside(const Patch& patch, const std::vector<std::shared_ptr<Node>>& nodes) const;
  void bring(const Patch& patch);
  void follow();
  void findWholes(Score& score) const;
  void placeEars(Score& score);
  int frames(double seconds) const;

  Machine machine_;
  std::uint64_t seed_;
  std::uint64_t made_ = 0;  // nodes so far
  Patch patch_{};
  Recordings recordings_{};
  std::vector<std::shared_ptr<Node>> nodes_{};    // in the patch's order
  std::vector<std::shared_ptr<Cable>> cables_{};  // likewise
  std::vector<Leaving> leaving_{};
  bool measures_ = false;
  double remembers_ = 0;  // s
  Frame changed_{};       // the patch, or a knob of the mixer
  std::vector<Ear> ears_{};
  Frame appointed_{};
  std::vector<Coming> coming_{};                  // in the order of their frames
  std::vector<std::unique_ptr<Score>> scores_{};  // that the machine may still be playing
};

}  // namespace antiphon::synth
