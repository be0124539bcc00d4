#include "model/native/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "model/native/shape.hpp"

// A build for every x86-64 picks its vector unit when it starts. Sanitizers are not ready that early.
#if defined(__has_feature)
#define ANTIPHON_HAS_FEATURE(x) __has_feature(x)
#else
#define ANTIPHON_HAS_FEATURE(x) 0
#endif
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !ANTIPHON_HAS_FEATURE(address_sanitizer)
#define ANTIPHON_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define ANTIPHON_CLONES
#endif

#if defined(__GNUC__)
#define ANTIPHON_INLINE inline __attribute__((always_inline))
#define ANTIPHON_RESTRICT __restrict__
#define ANTIPHON_UNROLL _Pragma("GCC unroll 16")
#else
#define ANTIPHON_INLINE inline
#define ANTIPHON_RESTRICT
#define ANTIPHON_UNROLL
#endif

namespace antiphon::native {
namespace {

constexpr int kLanes = 8;
constexpr std::size_t kPanelSize = kPanel;
constexpr std::size_t kVectors = kPanel / kLanes;

#if defined(__GNUC__)
typedef float Vector __attribute__((vector_size(32), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(32), may_alias));
#else
struct Vector {
  float lane[kLanes];
  friend Vector operator*(const Vector& a, float b) {
    Vector product;
    for (int i = 0; i < kLanes; ++i) product.lane[i] = a.lane[i] * b;
    return product;
  }
  Vector& operator+=(const Vector& b) {
    for (int i = 0; i < kLanes; ++i) lane[i] += b.lane[i];
    return *this;
  }
};
#endif

/// Some panels times some rows, all sums held in registers.
template <std::size_t panels, std::size_t rows>
ANTIPHON_INLINE void tile(const PanelsView& m, const float* ANTIPHON_RESTRICT panel, const float* ANTIPHON_RESTRICT in,
                          std::size_t inStride, float* ANTIPHON_RESTRICT out, std::size_t outStride,
                          std::size_t outputs, Into into) {
  Vector sums[panels][rows][kVectors] = {};
  const auto depth = static_cast<std::size_t>(m.depth);
  const std::size_t stride = m.stride;
  for (std::size_t k = 0; k < depth; ++k) {
    ANTIPHON_UNROLL
    for (std::size_t p = 0; p < panels; ++p) {
      const auto* weights = reinterpret_cast<const Vector*>(panel + p * stride) + k * kVectors;
      ANTIPHON_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        ANTIPHON_UNROLL
        for (std::size_t r = 0; r < rows; ++r) sums[p][r][v] += weights[v] * in[r * inStride + k];
      }
    }
  }
  ANTIPHON_UNROLL
  for (std::size_t p = 0; p < panels; ++p) {
    ANTIPHON_UNROLL
    for (std::size_t r = 0; r < rows; ++r) {
      float* to = out + r * outStride + p * kPanelSize;
      // Each vector is copied by itself: an array that is copied whole would live in memory, not in registers.
      if (const std::size_t count = outputs - p * kPanelSize; count >= kPanelSize) {
        ANTIPHON_UNROLL
        for (std::size_t v = 0; v < kVectors; ++v) {
          Vector sum = sums[p][r][v];
          if (into == Into::add) {
            Vector there;
            std::memcpy(&there, to + v * kLanes, sizeof there);
            sum += there;
          }
          std::memcpy(to + v * kLanes, &sum, sizeof sum);
        }
      } else {
        float sum[kPanelSize];
        ANTIPHON_UNROLL
        for (std::size_t v = 0; v < kVectors; ++v) std::memcpy(sum + v * kLanes, &sums[p][r][v], sizeof(Vector));
        for (std::size_t i = 0; i < count; ++i) to[i] = into == Into::add ? to[i] + sum[i] : sum[i];
      }
    }
  }
}

#if defined(__GNUC__)
/// e^x to about one in ten million; at most e^88.
ANTIPHON_INLINE void exponential(Vector& x) {
  const Vector low = Vector{} - 87.0f, high = Vector{} + 88.0f;
  x = x < low ? low : x;
  x = x > high ? high : x;
  // x = n ln 2 + r, with r small enough for a short series; ln 2 in two parts, so that r keeps its digits.
  const Vector scaled = x * 1.44269504f;
  const Vector half = scaled < 0.0f ? Vector{} - 0.5f : Vector{} + 0.5f;
  const Integers n = __builtin_convertvector(scaled + half, Integers);
  const Vector whole = __builtin_convertvector(n, Vector);
  const Vector r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  Vector series = r * 1.9875691500e-4f + 1.3981999507e-3f;
  series = series * r + 8.3334519073e-3f;
  series = series * r + 4.1665795894e-2f;
  series = series * r + 1.6666665459e-1f;
  series = series * r + 5.0000001201e-1f;
  series = series * r * r + r + 1.0f;
  const Integers power = (n + 127) << 23;
  Vector twoToN;
  std::memcpy(&twoToN, &power, sizeof twoToN);
  x = series * twoToN;
}
#endif

/// Replaces each by its e^x.
ANTIPHON_INLINE void exponentials(float (&values)[kLanes]) {
#if defined(__GNUC__)
  Vector x;
  std::memcpy(&x, values, sizeof x);
  exponential(x);
  std::memcpy(values, &x, sizeof x);
#else
  for (float& value : values) value = std::exp(std::clamp(value, -87.0f, 88.0f));
#endif
}

ANTIPHON_INLINE float sumOf(const float* lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

}  // namespace

ANTIPHON_CLONES void multiply(const PanelsView& m, const RowsView& in, float* out, std::size_t outStride, Into into) {
  const auto panels = static_cast<std::size_t>(panelsFor(m.outputs)), outputs = static_cast<std::size_t>(m.outputs);
  const auto rows = static_cast<std::size_t>(in.count);
  // A panel stays in the near cache while the rows pass by it, three at a time.
  const std::size_t threes = rows - rows % 3;
  for (std::size_t p = 0; p < panels && threes > 0; ++p) {
    for (std::size_t row = 0; row < threes; row += 3) {
      tile<1, 3>(m, m.data + p * m.stride, in.data + row * in.stride, in.stride, out + row * outStride + p * kPanelSize,
                 outStride, outputs - p * kPanelSize, into);
    }
  }
  // With a row alone, two panels keep the vector unit busy.
  for (std::size_t row = threes; row < rows; ++row) {
    const float* from = in.data + row * in.stride;
    float* to = out + row * outStride;
    std::size_t p = 0;
    for (; p + 2 <= panels; p += 2) {
      tile<2, 1>(m, m.data + p * m.stride, from, in.stride, to + p * kPanelSize, outStride, outputs - p * kPanelSize,
                 into);
    }
    if (p < panels) {
      tile<1, 1>(m, m.data + p * m.stride, from, in.stride, to + p * kPanelSize, outStride, outputs - p * kPanelSize,
                 into);
    }
  }
}

ANTIPHON_CLONES void toUnit(const float* in, const float* weight, float* out, int width) {
  float squares[kLanes] = {};
  int i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) squares[lane] += in[i + lane] * in[i + lane];
  }
  for (int lane = 0; i < width; ++i, ++lane) squares[lane] += in[i] * in[i];
  const float scale = 1.0f / std::sqrt(sumOf(squares) / static_cast<float>(width) + kUnitEpsilon);
  if (weight != nullptr) {
    for (i = 0; i < width; ++i) out[i] = in[i] * scale * weight[i];
  } else {
    for (i = 0; i < width; ++i) out[i] = in[i] * scale;
  }
}

ANTIPHON_CLONES void gated(float* gate, const float* up, int width) {
  for (int i = 0; i < width; i += kLanes) {
    const int count = std::min(kLanes, width - i);
    float e[kLanes] = {};
    for (int lane = 0; lane < count; ++lane) e[lane] = -gate[i + lane];
    exponentials(e);
    for (int lane = 0; lane < count; ++lane) {
      const float silu = gate[i + lane] / (1.0f + e[lane]);
      gate[i + lane] = up != nullptr ? silu * up[i + lane] : silu;
    }
  }
}

ANTIPHON_CLONES float softmax(float* scores, int count) {
  const int whole = count - count % kLanes;
  float most = scores[0];
  if (whole > 0) {
    float each[kLanes];
    std::memcpy(each, scores, sizeof each);
    for (int i = kLanes; i < whole; i += kLanes) {
      for (int lane = 0; lane < kLanes; ++lane)
        each[lane] = each[lane] < scores[i + lane] ? scores[i + lane] : each[lane];
    }
    for (const float one : each) most = std::max(most, one);
  }
  for (int i = whole; i < count; ++i) most = std::max(most, scores[i]);

  float sums[kLanes] = {}, some[kLanes];
  for (int i = 0; i < whole; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) some[lane] = scores[i + lane] - most;
    exponentials(some);
    std::memcpy(scores + i, some, sizeof some);
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += some[lane];
  }
  for (int i = whole; i < count; ++i) some[i - whole] = scores[i] - most;
  for (int lane = count - whole; lane < kLanes; ++lane) some[lane] = 0.0f;
  exponentials(some);
  for (int i = whole; i < count; ++i) sums[i - whole] += scores[i] = some[i - whole];
  return 1.0f / sumOf(sums);
}

}  // namespace antiphon::native
