// How fast models think on this processor, beside how fast it can read their weights at all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/compute/packed.hpp"

namespace antiphon {

struct DecodeBenchPlan {
  std::vector<std::string> shapes{"S", "M", "native", "aria-medium"};
  std::vector<compute::Format> formats{compute::Format::f32, compute::Format::bf16, compute::Format::int8,
                                       compute::Format::q4};
  std::vector<int> threads{1, 2};
  std::vector<int> contexts{0, 512, 2048};
  double seconds = 1;      // of thinking for each figure
  bool torch = true;       // libtorch in f32 beside the native shapes
  bool neighbour = false;  // another process keeps one core busy
};

struct DecodeBench {
  std::string shape{};
  std::string format{};  // "libtorch f32" for the yardstick
  int threads = 1;
  int context = 0;
  double millions = 0;  // of weights read for a token
  double tokensPerSecond = 0;
  double stepP5Us = 0, stepMedianUs = 0, stepP99Us = 0;
  double prefillPerSecond = 0;
  double gigabytesPerSecond = 0;  // of weights and memory that a token reads
  double ceiling = 0;             // what this machine can read of the same weights by as many threads, GB/s
  double ratio() const { return ceiling > 0 ? gigabytesPerSecond / ceiling : 0; }
  std::uint64_t steps = 0, takenAway = 0;
};

std::vector<DecodeBench> benchDecode(const DecodeBenchPlan& plan, const std::function<void(const DecodeBench&)>& told);

}  // namespace antiphon
