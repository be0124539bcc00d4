// The clips that scripts/ears-truth makes, and how near to the truth somebody's ears came.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace antiphon {

struct TrueClip {
  std::string file{}, style{}, key{}, mode{};  // key and mode are empty where nobody knows them
  bool held = false;  // never used for tuning
  double tempo = 0;
  std::vector<double> beats{};  // s
};

/// From FOLDER/truth.jsonl. Throws UsageError.
std::vector<TrueClip> trueClips(const std::string& folder);

/// What somebody says of a clip.
struct EarsSay {
  double tempo = 0;
  std::vector<double> beats{};
  std::string key{}, mode{};
};

/// Beats a minute: the mean gap, without the quarter of the shortest and that of the longest ones; 0 of fewer than two.
double tempoOf(std::span<const double> beats);

}  // namespace antiphon
