// Ableton Live, through its remote script AbletonOSC.
#pragma once

#include <memory>

#include "bridge/daw/daw.hpp"

namespace antiphon {

struct AbletonPlace {
  std::string host = "127.0.0.1";
  int port = 11000;     // where it listens
  int answers = 11001;  // where it answers to
};

/// Packets get lost, so what is asked is asked again, once, where no answer came in time; what changes something is
/// sent once. Only answers from its own address are heard.
class AbletonOsc final : public Daw {
 public:
  static constexpr int kMostMetered = 64;        // tracks whose fader, place and meter are asked for
  static constexpr std::size_t kNotesSent = 64;  // in one packet

  /// Throws std::runtime_error, a sentence, when the address is none or nothing can be heard at the port.
  explicit AbletonOsc(AbletonPlace place, DawTimes times = kPatience);
  ~AbletonOsc() override;

  std::string name() const override;
  DawState look() override;
  void play() override;
  void stop() override;
  void import(const DawMusic& music) override;
  void clip(DawSlot where, const DawMusic& music) override;
  void volume(int track, double amount) override;
  void abandon() override;
  std::string lacksImport() const override;
  /// Where answers are heard, also when the place left it open.
  int answersAt() const;

  /// Live looks for packets ten times a second.
  static constexpr DawTimes kPatience{.connecting = {}, .answer = std::chrono::milliseconds{500}, .whole = {}};

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace antiphon
