// The model, the counting continuator and the echo side by side with the person who really played on.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/engine.hpp"
#include "model/evaluation/statistics.hpp"
#include "model/markov/table.hpp"
#include "model/training/judgement.hpp"
#include "model/wishes.hpp"

namespace antiphon {

struct EvaluationPlan {
  std::filesystem::path data{};      // a tree of .mid files; its first folders are the sources
  std::filesystem::path training{};  // likewise: what was learnt from; may be empty
  std::size_t windows = 400;
  Wishes wishes{};      // with the model
  bool sampled = true;  // answers are played and counted as well
};

struct Column {
  std::optional<Bits> bits{};
  std::map<std::string, Bits> sources{};
  TurnStatistics statistics{};
};

struct Evaluation {
  std::size_t windows = 0, files = 0, leftOut = 0;
  Column human{}, model{}, markov{}, echo{};
  Bits countsAlone{};               // of the markov column, had it not listened to the piece itself
  std::vector<double> densities{};  // median notes in a quarter, for each level asked for
};

/// `told` is called with how many windows of how many are done. Throws std::runtime_error when there is nothing to
/// read.
Evaluation evaluate(const EvaluationPlan& plan, const markov::Table& counts,
                    const std::function<void(std::size_t, std::size_t)>& told);

/// Whether a step of encode() is one that an answer chooses, not text, header or call.
bool foretold(const native::Step& step);
/// Every window's targets as the engine foretells them.
Bits bitsOf(Engine& engine, const native::Window& window);

/// All pieces of a tree of .mid files as a token set, all of them held back from learning. The file is a temporary one,
/// and gone when the set is.
class HeldSet {
 public:
  explicit HeldSet(const std::filesystem::path& tree);
  ~HeldSet();
  const TokenSet& set() const { return *set_; }
  std::size_t files() const { return files_; }
  std::size_t leftOut() const { return leftOut_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<TokenSet> set_;
  std::size_t files_ = 0, leftOut_ = 0;
};

}  // namespace antiphon
