#include "cli/ears_truth.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/exit.hpp"

namespace antiphon {

std::vector<TrueClip> trueClips(const std::string& folder) {
  std::ifstream lines{folder + "/truth.jsonl"};
  if (!lines) throw UsageError{folder + " holds no truth.jsonl: scripts/ears-truth " + folder + " makes one"};
  std::vector<TrueClip> clips;
  for (std::string line; std::getline(lines, line);) {
    try {
      const auto truth = nlohmann::json::parse(line);
      const auto keyed = [&](const char* part) {
        return truth.at(part).is_null() ? std::string{} : truth.at(part).get<std::string>();
      };
      clips.push_back({folder + "/" + truth.at("file").get<std::string>(), truth.at("style"), keyed("key"),
                       keyed("mode"), truth.at("split") == "held", truth.at("tempo"), truth.at("beats")});
    } catch (const nlohmann::json::exception&) {
      throw UsageError{folder + "/truth.jsonl, line " + std::to_string(clips.size() + 1) + " is none of ears-truth's"};
    }
  }
  return clips;
}

double tempoOf(std::span<const double> beats) {
  if (beats.size() < 2) return 0;
  std::vector<double> gaps;
  for (std::size_t i = 0; i + 1 < beats.size(); ++i) gaps.push_back(beats[i + 1] - beats[i]);
  std::ranges::sort(gaps);
  const auto aside = static_cast<std::ptrdiff_t>(gaps.size() / 4);
  const double sum = std::accumulate(gaps.begin() + aside, gaps.end() - aside, 0.0);
  return 60 * static_cast<double>(static_cast<std::ptrdiff_t>(gaps.size()) - 2 * aside) / sum;
}

}  // namespace antiphon
