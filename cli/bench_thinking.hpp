// antiphon bench decode, antiphon bench quant: how fast models think here, and what smaller numbers cost them.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/answerers.hpp"

namespace antiphon {

struct DecodeBenchWish {
  std::vector<std::string> shapes{"S", "M", "native", "aria-medium"};
  std::vector<std::string> formats{"f32", "bf16", "int8", "q4"};
  std::vector<int> threads{1, 2}, contexts{0, 512, 2048};
  double seconds = 1;
  bool busy = false, noTorch = false, json = false;
};

struct QuantBenchWish {
  std::string data{};
  long windows = 200;
  bool json = false;
};

/// Their flags under `bench`; run() once one of them was asked for.
class ThinkingBenches {
 public:
  explicit ThinkingBenches(CLI::App& bench);
  bool wanted() const { return decode_->parsed() || quant_->parsed(); }
  /// The exit code. Throws UsageError.
  int run() const;

 private:
  CLI::App* decode_;
  CLI::App* quant_;
  DecodeBenchWish decodeWish_{};
  QuantBenchWish quantWish_{};
  std::unique_ptr<AnswerFlags> answer_{};
};

}  // namespace antiphon
