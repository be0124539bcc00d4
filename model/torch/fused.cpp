#include "model/torch/fused.hpp"

#include <cmath>

#include "model/native/shape.hpp"

namespace antiphon::torch_door {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool plain(const Tensor& t) { return t.device().is_cpu() && t.scalar_type() == torch::kFloat32; }

struct Unit : torch::autograd::Function<Unit> {
  static Tensor forward(AutogradContext* context, const Tensor& x_, const Tensor& weight) {
    const Tensor x = x_.contiguous();
    const std::int64_t width = x.size(-1), rows = x.numel() / width;
    Tensor y = torch::empty_like(x), scale = torch::empty({rows}, x.options());
    const float* in = x.data_ptr<float>();
    const float* w = weight.numel() > 0 ? weight.data_ptr<float>() : nullptr;
    float* out = y.data_ptr<float>();
    float* s = scale.data_ptr<float>();
    for (std::int64_t r = 0; r < rows; ++r, in += width, out += width) {
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::int64_t i = 0; i < width; ++i) sum += in[i] * in[i];
      const float f = 1.0f / std::sqrt(sum / static_cast<float>(width) + native::kUnitEpsilon);
      s[r] = f;
      if (w != nullptr) {
        for (std::int64_t i = 0; i < width; ++i) out[i] = in[i] * f * w[i];
      } else {
        for (std::int64_t i = 0; i < width; ++i) out[i] = in[i] * f;
      }
    }
    context->save_for_backward({x, weight, scale});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &scale = saved[2];
    const Tensor g = gradients[0].contiguous();
    const std::int64_t width = x.size(-1), rows = x.numel() / width;
    Tensor gx = torch::empty_like(x), gw = weight.numel() > 0 ? torch::zeros_like(weight) : Tensor{};
    const float *in = x.data_ptr<float>(), *up = g.data_ptr<float>(), *s = scale.data_ptr<float>();
    const float* w = weight.numel() > 0 ? weight.data_ptr<float>() : nullptr;
    float* out = gx.data_ptr<float>();
    float* ow = w != nullptr ? gw.data_ptr<float>() : nullptr;
    for (std::int64_t r = 0; r < rows; ++r, in += width, out += width, up += width) {
      const float f = s[r];
      float dot = 0;
      if (w != nullptr) {
#pragma omp simd reduction(+ : dot)
        for (std::int64_t i = 0; i < width; ++i) dot += up[i] * w[i] * in[i];
        for (std::int64_t i = 0; i < width; ++i) ow[i] += up[i] * in[i] * f;
      } else {
#pragma omp simd reduction(+ : dot)
        for (std::int64_t i = 0; i < width; ++i) dot += up[i] * in[i];
      }
      const float back = dot * f * f / static_cast<float>(width);
      if (w != nullptr) {
        for (std::int64_t i = 0; i < width; ++i) out[i] = f * (up[i] * w[i] - in[i] * back);
      } else {
        for (std::int64_t i = 0; i < width; ++i) out[i] = f * (up[i] - in[i] * back);
      }
    }
    return {gx, gw};
  }
};

struct Gated : torch::autograd::Function<Gated> {
  static Tensor forward(AutogradContext* context, const Tensor& gate, const Tensor& up) {
    context->save_for_backward({gate, up});
    Tensor y = torch::silu(gate);
    y.mul_(up);
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &gate = saved[0], &up = saved[1];
    const Tensor sigma = torch::sigmoid(gate);
    const Tensor silu = gate * sigma;
    const Tensor slope = sigma + silu - silu * sigma;  // of silu
    return {gradients[0] * up * slope, gradients[0] * silu};
  }
};

}  // namespace

Tensor unit(const Tensor& x, const Tensor& weight) {
  if (plain(x)) return Unit::apply(x, weight.defined() ? weight : torch::empty({0}));
  const Tensor wide = x.to(torch::kFloat32);
  Tensor y = wide * torch::rsqrt(wide.pow(2).mean(-1, true) + native::kUnitEpsilon);
  return weight.defined() ? y * weight : y;
}

Tensor gated(const Tensor& gate, const Tensor& up) {
  if (plain(gate)) return Gated::apply(gate, up);
  return torch::silu(gate) * up;
}

}  // namespace antiphon::torch_door
