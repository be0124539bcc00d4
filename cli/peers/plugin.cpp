// Other people's ears: those of libqm-dsp and aubio, where this build found them.
#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "cli/peers/door.hpp"

#if defined(ANTIPHON_HAVE_QMDSP)
#include <qm-dsp/dsp/keydetection/GetKeyMode.h>
#include <qm-dsp/dsp/onsets/DetectionFunction.h>
#include <qm-dsp/dsp/tempotracking/TempoTrackV2.h>
#endif
#if defined(ANTIPHON_HAVE_AUBIO)
#include <aubio/aubio.h>
#endif

namespace antiphon::peers_door {
namespace {

#if defined(ANTIPHON_HAVE_QMDSP)

/// With the settings of its authors' own plug-ins.
void hearWithQmDsp(const float* sound, std::size_t samples, Tell tell, void* to) {
  constexpr std::size_t hop = 512, frame = 1024;
  DetectionFunction detection{DFConfig{hop, frame, DF_COMPLEXSD, 3, false, -1, -1}};
  std::vector<double> strokes, beats, some(frame);
  for (std::size_t at = 0; at + frame <= samples; at += hop) {
    std::copy_n(sound + at, frame, some.begin());
    strokes.push_back(detection.processTimeDomain(some.data()));
  }
  constexpr std::size_t unsettled = 2;  // frames at the beginning
  if (strokes.size() > unsettled) {
    strokes.erase(strokes.begin(), strokes.begin() + unsettled);
    std::vector<double> periods(strokes.size()), tempi;
    TempoTrackV2 tracker{kRate, hop};
    tracker.calculateBeatPeriod(strokes, periods, tempi);
    tracker.calculateBeats(strokes, periods, beats);
    for (double& beat : beats) beat = (beat + unsettled) * hop / kRate;
  }
  // The key that it says for the longest time.
  GetKeyMode keys{kRate, 440, 10, 10};
  std::array<int, 25> said{};
  std::vector<double> block(keys.getBlockSize());
  for (std::size_t at = 0; at + block.size() <= samples; at += keys.getHopSize()) {
    std::copy_n(sound + at, block.size(), block.begin());
    // 1 to 24 are keys; of drums it says others.
    if (const int key = keys.process(block.data()); key >= 1 && key <= 24) ++said[static_cast<std::size_t>(key)];
  }
  const auto key = static_cast<std::size_t>(std::max_element(said.begin() + 1, said.end()) - said.begin()) - 1;
  static constexpr std::array<const char*, 12> names{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  tell(to, {beats.data(), beats.size(), names[key % 12], key < 12 ? "major" : "minor"});
}

#endif
#if defined(ANTIPHON_HAVE_AUBIO)

void hearWithAubio(const float* sound, std::size_t samples, Tell tell, void* to) {
  constexpr uint_t hop = 512, frame = 1024;
  aubio_tempo_t* const tracker = new_aubio_tempo("default", frame, hop, kRate);
  fvec_t* const some = new_fvec(hop);
  fvec_t* const found = new_fvec(1);
  std::vector<double> beats;
  for (std::size_t at = 0; at + hop <= samples; at += hop) {
    std::copy_n(sound + at, hop, some->data);
    aubio_tempo_do(tracker, some, found);
    if (found->data[0] != 0) beats.push_back(static_cast<double>(aubio_tempo_get_last_s(tracker)));
  }
  del_fvec(found);
  del_fvec(some);
  del_aubio_tempo(tracker);
  tell(to, {beats.data(), beats.size(), nullptr, nullptr});
}

#endif

constexpr Peer kPeers[] = {
#if defined(ANTIPHON_HAVE_QMDSP)
    {"QM-DSP", true, hearWithQmDsp},
#endif
#if defined(ANTIPHON_HAVE_AUBIO)
    {"aubio", false, hearWithAubio},
#endif
};

}  // namespace
}  // namespace antiphon::peers_door

extern "C" __attribute__((visibility("default"))) const antiphon::peers_door::Door* antiphonPeersDoor() {
  using namespace antiphon::peers_door;
  static constexpr Door door{kVersion, kPeers, std::size(kPeers)};
  return &door;
}
