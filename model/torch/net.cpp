#include "model/torch/net.hpp"

#include <cmath>

#include "model/torch/fused.hpp"

namespace antiphon::torch_door {
namespace {

using torch::Tensor;

// Where a layer's tensors stand among its own (native::tensors).
enum LayerTensor { attentionNorm, qkvMatrix, outMatrix, forwardNorm, gateMatrix, upMatrix, downMatrix, kLayerTensors };
enum HeadTensor { norm1, inMatrix, outOfHead, norm2, bias, kHeadTensors };

/// Turns the pairs of each half: [rows, length, heads, 2 halves, 2 of a pair, quarter of the width].
Tensor turn(const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  const Tensor first = x.select(4, 0), second = x.select(4, 1);
  return torch::stack({first * cosine - second * sine, second * cosine + first * sine}, 4);
}

}  // namespace

Parameters replica(const Parameters& master) {
  Parameters copy;
  for (const Tensor& tensor : master) copy.push_back(tensor.detach().requires_grad_(true));
  return copy;
}

Parameters fresh(const native::Shape& shape, std::uint64_t seed, torch::Device device) {
  auto generator = at::detail::createCPUGenerator(seed);
  Parameters all;
  for (const auto& spec : native::tensors(shape)) {
    Tensor tensor;
    const bool norm = spec.name.find("norm") != std::string::npos;
    if (norm) {
      tensor = torch::ones(spec.size);
    } else if (spec.size.size() == 1 || spec.name.ends_with(".out") || spec.name.ends_with(".down")) {
      tensor = torch::zeros(spec.size);  // layers and heads begin by passing on what they are given
    } else {
      const double spread = spec.name == "table" ? 0.02 : 0.7 / std::sqrt(static_cast<double>(spec.size[1]));
      tensor = torch::empty(spec.size).normal_(0, spread, generator);
      if (spec.name == "table") tensor[0].zero_();
    }
    all.push_back(tensor.to(device));
  }
  return all;
}

Forward::Forward(const native::Shape& shape, const Parameters& parameters, bool bf16, Dropout dropout)
    : shape_{shape}, parameters_{parameters}, bf16_{bf16}, dropout_{std::move(dropout)} {}

const Tensor& Forward::layer(int index, int tensor) const {
  return parameters_[static_cast<std::size_t>(1 + index * kLayerTensors + tensor)];
}

Tensor Forward::product(const Tensor& x, const Tensor& weight) const {
  if (bf16_) return torch::linear(x.to(torch::kBFloat16), weight.to(torch::kBFloat16)).to(torch::kFloat32);
  return torch::linear(x, weight);
}

Tensor Forward::trunk(const Tensor& in, const Tensor& time) { return trunkFrom(in, time, nullptr, 0); }

Tensor Forward::trunk(const Tensor& in, const Tensor& time, std::vector<Memory>& memory, int begin) {
  return trunkFrom(in, time, &memory, begin);
}

Tensor Forward::trunkFrom(const Tensor& in, const Tensor& time, std::vector<Memory>* memory, int begin) {
  const std::int64_t rows = in.size(0), length = in.size(1), columns = in.size(2);
  const Tensor offsets = torch::arange(0, rows * length * columns, columns, in.options());
  Tensor x = std::get<0>(at::embedding_bag(table(), in.reshape({-1}), offsets, false, 0, false, {}, false, 0));
  x = dropout_(unit(x).view({rows, length, shape_.width}));

  const std::int64_t quarter = shape_.headWidth() / 4;
  const auto options = table().options().requires_grad(false);
  const Tensor speeds = torch::pow(native::kTurnBase, -torch::arange(quarter, options) / static_cast<double>(quarter));
  const Tensor place = torch::arange(begin, begin + length, options).expand({rows, length});
  const Tensor moment = time.to(torch::kFloat32) / native::kTimeUnit;
  const Tensor angle = torch::stack({place, moment}, 2).unsqueeze(-1) * speeds;  // [rows, length, 2, quarter]
  const Tensor cosine = angle.cos().unsqueeze(2), sine = angle.sin().unsqueeze(2);
  const Tensor mask = torch::full({length, begin + length}, -INFINITY, options).triu(begin + 1);

  for (int i = 0; i < shape_.layers; ++i) {
    x = x + dropout_(attention(unit(x, layer(i, attentionNorm)), i, cosine, sine, mask, memory, begin));
    const Tensor y = unit(x, layer(i, forwardNorm));
    const Tensor hidden = gated(product(y, layer(i, gateMatrix)), product(y, layer(i, upMatrix)));
    x = x + dropout_(product(hidden, layer(i, downMatrix)));
  }
  return unit(x, parameters_[static_cast<std::size_t>(1 + shape_.layers * kLayerTensors)]);
}

Tensor Forward::attention(const Tensor& x, int index, const Tensor& cosine, const Tensor& sine, const Tensor& mask,
                          std::vector<Memory>* memory, int begin) {
  const std::int64_t rows = x.size(0), length = x.size(1), heads = shape_.heads, width = shape_.headWidth();
  const Tensor all = product(x, layer(index, qkvMatrix)).view({rows, length, 3, heads, width});
  const auto turned = [&](std::int64_t which) {
    const Tensor each = unit(all.select(2, which)).view({rows, length, heads, 2, 2, width / 4});
    return turn(each, cosine, sine).view({rows, length, heads, width}).transpose(1, 2);
  };
  Tensor q = turned(0) * (native::kScoreScale / static_cast<double>(width));
  Tensor k = turned(1), v = all.select(2, 2).transpose(1, 2);
  if (memory != nullptr) {
    Memory& m = (*memory)[static_cast<std::size_t>(index)];
    m.keys.narrow(2, begin, length).copy_(k);
    m.values.narrow(2, begin, length).copy_(v);
    k = m.keys.narrow(2, 0, begin + length);
    v = m.values.narrow(2, 0, begin + length);
  }
  const Tensor weights = torch::softmax(torch::matmul(q, k.transpose(2, 3)) + mask, -1);
  const Tensor heard = torch::matmul(weights, v).transpose(1, 2).reshape({rows, length, shape_.width});
  return product(heard, layer(index, outMatrix));
}

Tensor Forward::speak(native::Head head, const Tensor& thought) {
  const std::size_t first =
      static_cast<std::size_t>(2 + shape_.layers * kLayerTensors + static_cast<int>(head) * kHeadTensors);
  const Tensor mixed = torch::silu(product(unit(thought, parameters_[first + norm1]), parameters_[first + inMatrix]));
  const Tensor z = thought + product(mixed, parameters_[first + outOfHead]);
  const Tensor choices = table().narrow(0, native::kHeadRow[head], native::kHeadChoices[head]);
  return torch::linear(unit(z, parameters_[first + norm2]), choices, parameters_[first + bias]);
}

}  // namespace antiphon::torch_door
