// DAWG, over HTTP.
#pragma once

#include <memory>

#include "bridge/daw/daw.hpp"

namespace antiphon {

struct DawgPlace {
  std::string host = "localhost";
  int port = 8080;
};

/// GET /api/v1/health and /api/v1/project/status; POST /api/v1/transport/play and stop, and /api/v1/midi/import with
/// {"midi_data": a MIDI file in base64}. An answer of more than kMostAnswer bytes is not read on, and nobody is sent
/// elsewhere.
class Dawg final : public Daw {
 public:
  static constexpr std::size_t kMostAnswer = 256 * 1024;

  /// Throws std::runtime_error where this build has no HTTP.
  explicit Dawg(DawgPlace place, DawTimes times = {});
  ~Dawg() override;

  std::string name() const override;
  DawState look() override;
  void play() override;
  void stop() override;
  void import(const DawMusic& music) override;
  void clip(DawSlot where, const DawMusic& music) override;
  void volume(int track, double amount) override;
  void abandon() override;
  std::string lacksClips() const override;
  std::string lacksVolume() const override;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// What a project's status says. It is looked for at the top and inside "project" and "transport": tempo or bpm;
/// is_playing or playing, or a state that is "playing"; tracks, by their names or as objects with name, volume and pan.
DawState dawgState(std::string_view json);

}  // namespace antiphon
