#include "model/torch/optimizer.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::torch_door {
namespace {

using torch::Tensor;

constexpr double kMomentum = 0.95;
constexpr double kBeta1 = 0.9, kBeta2 = 0.95, kEpsilon = 1e-8;
constexpr double kMuonScale = 0.2;  // makes Muon's step as large as AdamW's usual one

/// The nearest matrix with all singular values about 1, by five Newton-Schulz steps; roughly, so bf16 is enough.
Tensor orthogonal(const Tensor& matrix, bool bf16) {
  const bool tall = matrix.size(0) > matrix.size(1);
  Tensor x = tall ? matrix.t().contiguous() : matrix.clone();
  x = x / (x.norm() + 1e-7);
  if (bf16) x = x.to(torch::kBFloat16);
  for (int i = 0; i < 5; ++i) {
    const Tensor a = torch::mm(x, x.t());
    const Tensor b = torch::addmm(a, a, a, -4.7750, 2.0315);
    x = torch::addmm(x, b, x, 3.4445, 1.0);
  }
  x = x.to(torch::kFloat32);
  return tall ? x.t() : x;
}

}  // namespace

Optimizer::Optimizer(const native::Shape& shape, Parameters& parameters, bool bf16)
    : parameters_{parameters}, bf16_{bf16}, steps_{torch::zeros({1})} {
  const auto specs = native::tensors(shape);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const bool matrix = specs[i].size.size() == 2 && specs[i].name != "table";
    blocks_.push_back(!matrix ? 0 : specs[i].name.ends_with(".qkv") ? 3 : 1);
    recollections_.push_back({torch::zeros_like(parameters[i]), matrix ? Tensor{} : torch::zeros_like(parameters[i])});
  }
}

void Optimizer::step(std::size_t index, const Tensor& gradient, const Lesson& lesson) {
  if (blocks_[index] > 0) muon(index, gradient, lesson);
  else adam(index, gradient, lesson);
}

void Optimizer::stepped() { steps_ += 1; }

void Optimizer::muon(std::size_t index, const Tensor& gradient, const Lesson& lesson) {
  Tensor& momentum = recollections_[index].momentum;
  momentum.mul_(kMomentum).add_(gradient);
  const Tensor ahead = gradient + momentum * kMomentum;
  Tensor& parameter = parameters_[index];
  parameter.mul_(1 - lesson.rate * lesson.weightDecay);
  const std::int64_t rows = parameter.size(0) / blocks_[index];
  for (int block = 0; block < blocks_[index]; ++block) {
    const Tensor part = ahead.narrow(0, block * rows, rows);
    const double scale = kMuonScale * std::sqrt(static_cast<double>(std::max(part.size(0), part.size(1))));
    parameter.narrow(0, block * rows, rows).add_(orthogonal(part, bf16_), -lesson.rate * scale);
  }
}

void Optimizer::adam(std::size_t index, const Tensor& gradient, const Lesson& lesson) {
  Recollection& r = recollections_[index];
  r.momentum.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  r.square.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  const double step = steps_.item<float>() + 1.0;
  const double c1 = 1 - std::pow(kBeta1, step), c2 = 1 - std::pow(kBeta2, step);
  Tensor& parameter = parameters_[index];
  if (parameter.dim() == 2) parameter.mul_(1 - lesson.rate * lesson.weightDecay);
  parameter.addcdiv_(r.momentum, (r.square / c2).sqrt_().add_(kEpsilon), -lesson.rate / c1);
}

}  // namespace antiphon::torch_door
