// Who answers, and how the flags say it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/answerer.hpp"
#include "model/compute/thinking.hpp"
#include "model/native_model.hpp"
#include "model/wishes.hpp"

namespace antiphon {

/// What the flags ask of the model.
struct AnswerWish {
  Wishes wishes{};      // without the model itself
  std::string model{};  // a checkpoint; empty: the built-in one
  std::string device = "cpu";
  std::string soundDevice{};  // `--device`, where it names neither cpu nor cuda
  compute::Thinking thinking{};
  std::set<std::string> given{};  // those flags of the model that stood there
};

/// The flags of everyone who answers; understand() once all are read.
class AnswerFlags {
 public:
  /// `sound`: the program is heard, and `--device` says where, too.
  explicit AnswerFlags(CLI::App& app, bool sound = false);
  /// Throws UsageError.
  AnswerWish understand() const;

 private:
  AnswerWish wish_{};
  std::vector<std::string> devices_{};
  std::string part_ = "auto";
  std::string key_ = "auto";
  std::string density_ = "auto";
  std::string quant_ = "auto";
  std::map<std::string, CLI::Option*> options_{};
};

struct MadeAnswerer {
  std::function<std::unique_ptr<Answerer>()> make{};
  std::shared_ptr<WishDesk> desk{};  // of the model; nothing for the others
  /// For whoever plays in real time: measures what this machine can do, lets the answerer know, and says it in a line.
  /// Nothing for those that are always quick enough.
  std::function<std::string()> rehearse{};
};

/// The native model that the flags ask for. Throws UsageError.
std::shared_ptr<const NativeModel> modelFor(const AnswerWish& wish);

/// `name` is one of kAnswerers. Loads what it needs here and now; throws UsageError when that cannot be.
MadeAnswerer makeAnswerer(const std::string& name, const AnswerWish& wish);

}  // namespace antiphon
