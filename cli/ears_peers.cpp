#include "cli/ears_peers.hpp"

#include <algorithm>
#include <array>

#if defined(ANTIPHON_HAVE_QMDSP)
#include <qm-dsp/dsp/keydetection/GetKeyMode.h>
#include <qm-dsp/dsp/onsets/DetectionFunction.h>
#include <qm-dsp/dsp/tempotracking/TempoTrackV2.h>
#endif
#if defined(ANTIPHON_HAVE_AUBIO)
#include <aubio/aubio.h>
#endif

namespace antiphon {
namespace {

constexpr int kPeersRate = 44100;

#if defined(ANTIPHON_HAVE_QMDSP)

/// With the settings of its authors' own plug-ins.
EarsSay hearWithQmDsp(std::span<const float> sound) {
  constexpr std::size_t hop = 512, frame = 1024;
  DetectionFunction detection{DFConfig{hop, frame, DF_COMPLEXSD, 3, false, -1, -1}};
  std::vector<double> strokes, some(frame);
  for (std::size_t at = 0; at + frame <= sound.size(); at += hop) {
    std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), frame, some.begin());
    strokes.push_back(detection.processTimeDomain(some.data()));
  }
  EarsSay say;
  constexpr std::size_t unsettled = 2;  // frames at the beginning
  if (strokes.size() > unsettled) {
    strokes.erase(strokes.begin(), strokes.begin() + unsettled);
    std::vector<double> periods(strokes.size()), tempi;
    TempoTrackV2 tracker{kPeersRate, hop};
    tracker.calculateBeatPeriod(strokes, periods, tempi);
    tracker.calculateBeats(strokes, periods, say.beats);
    for (double& beat : say.beats) beat = (beat + unsettled) * hop / kPeersRate;
    say.tempo = tempoOf(say.beats);
  }
  // The key that it says for the longest time.
  GetKeyMode keys{kPeersRate, 440, 10, 10};
  std::array<int, 25> said{};
  std::vector<double> block(keys.getBlockSize());
  for (std::size_t at = 0; at + block.size() <= sound.size(); at += keys.getHopSize()) {
    std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), block.size(), block.begin());
    // 1 to 24 are keys; of drums it says others.
    if (const int key = keys.process(block.data()); key >= 1 && key <= 24) ++said[static_cast<std::size_t>(key)];
  }
  const auto key = static_cast<std::size_t>(std::max_element(said.begin() + 1, said.end()) - said.begin()) - 1;
  static constexpr std::array<const char*, 12> names{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  say.key = names[key % 12];
  say.mode = key < 12 ? "major" : "minor";
  return say;
}

#endif
#if defined(ANTIPHON_HAVE_AUBIO)

EarsSay hearWithAubio(std::span<const float> sound) {
  constexpr uint_t hop = 512, frame = 1024;
  aubio_tempo_t* const tracker = new_aubio_tempo("default", frame, hop, kPeersRate);
  fvec_t* const some = new_fvec(hop);
  fvec_t* const found = new_fvec(1);
  EarsSay say;
  for (std::size_t at = 0; at + hop <= sound.size(); at += hop) {
    std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), hop, some->data);
    aubio_tempo_do(tracker, some, found);
    if (found->data[0] != 0) say.beats.push_back(static_cast<double>(aubio_tempo_get_last_s(tracker)));
  }
  del_fvec(found);
  del_fvec(some);
  del_aubio_tempo(tracker);
  say.tempo = tempoOf(say.beats);
  return say;
}

#endif

}  // namespace

std::vector<EarsPeer> earsPeers() {
  std::vector<EarsPeer> peers;
#if defined(ANTIPHON_HAVE_QMDSP)
  peers.push_back({"QM-DSP", hearWithQmDsp, true});
#endif
#if defined(ANTIPHON_HAVE_AUBIO)
  peers.push_back({"aubio", hearWithAubio, false});
#endif
  return peers;
}

}  // namespace antiphon
