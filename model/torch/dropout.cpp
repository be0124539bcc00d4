#include "model/torch/dropout.hpp"

#include <cmath>
#include <limits>

namespace antiphon::torch_door {

using torch::Tensor;

Dropout::Dropout(double share, std::uint64_t chance, torch::Device device)
    : threshold_{std::lround(share * 256)}, generator_{at::globalContext().defaultGenerator(device).clone()} {
  generator_.set_current_seed(chance);
}

Tensor Dropout::operator()(const Tensor& x) {
  if (threshold_ == 0) return x;
  // Eight numbers' chances come from one draw of 64 bits.
  constexpr std::int64_t kTogether = 8;
  const std::int64_t count = x.numel(), draws = (count + kTogether - 1) / kTogether;
  const Tensor drawn = torch::empty({draws}, x.options().dtype(torch::kInt64).requires_grad(false))
                           .random_(std::numeric_limits<std::int64_t>::min(), {}, generator_);
  const Tensor kept = drawn.view(torch::kUInt8).narrow(0, 0, count).ge(threshold_).view(x.sizes());
  return x * (kept.to(x.scalar_type()) * (256.0 / static_cast<double>(256 - threshold_)));
}

}  // namespace antiphon::torch_door
