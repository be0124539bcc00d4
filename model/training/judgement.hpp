// How well a model foretells answers: bits for each note of the answer, by what was foretold.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/training/batches.hpp"

namespace antiphon {

struct Bits {
  std::array<double, native::kHeads> nats{};  // summed
  std::uint64_t notes = 0;

  void add(const Bits& other);
  double perNote(native::Head head) const;
  double perNote() const;
};

/// Windows of the valid split that never change: the first `count` by seed 1.
std::vector<CutWindow> fixedWindows(const TokenSet& set, std::size_t count);

/// Nats of a batch's targets, as torch_door::Net::judge gives them.
using JudgeBatch = std::function<std::vector<float>(const StoredBatch&)>;

/// By source, and "all". `words` turns a text into pieces; when it is null no window has a text.
std::map<std::string, Bits> judge(const std::vector<CutWindow>& windows, const TokenSet& set, const JudgeBatch& batch,
                                  const BatchStream::Words& words = nullptr);

}  // namespace antiphon
