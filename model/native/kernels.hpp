// The few loops in which the native model spends its time, in plain f32 and made for vector units.
//
// Every sum runs in one fixed order, whatever the number of rows: so what the model thinks does not depend on how its
// steps were handed over.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace antiphon::native {

/// Storage that begins on a cache line, so that no vector straddles two.
template <typename T>
struct OnCacheLine {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  OnCacheLine() = default;
  template <typename U>
  constexpr OnCacheLine(const OnCacheLine<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kLine)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kLine); }
  template <typename U>
  friend constexpr bool operator==(const OnCacheLine&, const OnCacheLine<U>&) {
    return true;
  }
};
using Floats = std::vector<float, OnCacheLine<float>>;

/// Matrices lie in panels of this many outputs: [outputs / 32][depth][32], the last panel filled up with zeros. So a
/// product needs no sum across a vector.
inline constexpr int kPanel = 32;
constexpr int panelsFor(int outputs) { return (outputs + kPanel - 1) / kPanel; }

struct PanelsView {
  const float* data = nullptr;  // on a cache line
  std::size_t stride = 0;       // from panel to panel, a multiple of kPanel
  int outputs = 0;
  int depth = 0;
};

struct RowsView {
  const float* data = nullptr;
  std::size_t stride = 0;
  int count = 1;
};

/// Whether a product replaces what is there, or is added to it.
enum class Into : bool { replace, add };

/// out[row][o] = sum over k, ascending, of matrix[o][k] * in[row][k]
void multiply(const PanelsView& matrix, const RowsView& in, float* out, std::size_t outStride, Into into);
/// out = in / sqrt(mean(in^2) + kUnitEpsilon), times `weight` when there is one. `out` may be `in`.
void toUnit(const float* in, const float* weight, float* out, int width);
/// gate = silu(gate) * up; without `up`, silu alone.
void gated(float* gate, const float* up, int width);
/// Turns scores into weights: e^(score - most) each; returns 1 / their sum.
float softmax(float* scores, int count);

}  // namespace antiphon::native
