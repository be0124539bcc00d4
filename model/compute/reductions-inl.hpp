// What happens between the products: norms, gates, the softmax, rounding; for one vector unit at a time (see
// kernels.cpp).
#if defined(ANTIPHON_REDUCTIONS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_REDUCTIONS_INL
#undef ANTIPHON_REDUCTIONS_INL
#else
#define ANTIPHON_REDUCTIONS_INL
#endif

#include <hwy/highway.h>

#include "model/compute/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::compute::HWY_NAMESPACE {

/// Calls `whole(i)` for each full vector of `width` numbers, and `rest(i)` for each number after the last of them.
template <typename Vectors, typename Numbers>
HWY_INLINE void overAll(std::size_t width, Vectors&& whole, Numbers&& rest) {
  std::size_t i = 0;
  for (; i + kLanes <= width; i += kLanes) whole(i);
  for (; i < width; ++i) rest(i);
}

/// The sum over lanes, in a fixed order.
HWY_INLINE float across(Reals lanes) { return hn::GetLane(hn::SumOfLanes(Real(), lanes)); }

/// e^x to about one in ten million, for x up to 88; below -87 it is taken for -87.
HWY_INLINE Reals exponential(Reals x) {
  const Real d;
  x = hn::Min(hn::Max(x, hn::Set(d, -87.0f)), hn::Set(d, 88.0f));
  // x = n ln 2 + r, with r small enough for a short series; ln 2 in two parts, so that r keeps its digits.
  const Reals whole = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504f)));
  Reals r = hn::NegMulAdd(whole, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(whole, hn::Set(d, -2.12194440e-4f), r);
  Reals series = hn::Set(d, 1.9875691500e-4f);
  for (const float factor : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
    series = hn::MulAdd(series, r, hn::Set(d, factor));
  series = hn::Add(hn::MulAdd(hn::Mul(series, r), r, r), hn::Set(d, 1.0f));
  const Wholes power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(Whole(), whole), hn::Set(Whole(), 127)));
  return hn::Mul(series, hn::BitCast(d, power));
}

/// Loads `count` numbers, fewer than a vector has, and `fill` behind them.
HWY_INLINE Reals loadSome(const float* from, std::size_t count, float fill) {
  HWY_ALIGN float all[kLanes];
  std::fill_n(all, kLanes, fill);
  std::copy_n(from, count, all);
  return hn::Load(Real(), all);
}
HWY_INLINE void storeSome(Reals from, float* to, std::size_t count) {
  HWY_ALIGN float all[kLanes];
  hn::Store(from, Real(), all);
  std::copy_n(all, count, to);
}

void toUnit(const float* in, const float* weight, float epsilon, float* out, int width) {
  const Real d;
  const auto wide = static_cast<std::size_t>(width);
  Reals squares = hn::Zero(d);
  float rest = 0;
  overAll(
      wide,
      [&](std::size_t i) HWY_ATTR {
        const Reals x = hn::LoadU(d, in + i);
        squares = hn::MulAdd(x, x, squares);
      },
      [&](std::size_t i) { rest += in[i] * in[i]; });
  const float scale = 1.0f / std::sqrt((across(squares) + rest) / static_cast<float>(width) + epsilon);
  const Reals scales = hn::Set(d, scale);
  overAll(
      wide,
      [&](std::size_t i) HWY_ATTR {
        const Reals x = hn::Mul(hn::LoadU(d, in + i), scales);
        hn::StoreU(weight != nullptr ? hn::Mul(x, hn::LoadU(d, weight + i)) : x, d, out + i);
      },
      [&](std::size_t i) { out[i] = in[i] * scale * (weight != nullptr ? weight[i] : 1.0f); });
}

void toLevel(const float* in, const float* weight, const float* bias, float epsilon, float* out, int width) {
  const Real d;
  const auto wide = static_cast<std::size_t>(width);
  Reals sums = hn::Zero(d);
  float rest = 0;
  overAll(
      wide, [&](std::size_t i) HWY_ATTR { sums = hn::Add(sums, hn::LoadU(d, in + i)); },
      [&](std::size_t i) { rest += in[i]; });
  const float mean = (across(sums) + rest) / static_cast<float>(width);
  const Reals means = hn::Set(d, mean);
  Reals squares = hn::Zero(d);
  rest = 0;
  overAll(
      wide,
      [&](std::size_t i) HWY_ATTR {
        const Reals x = hn::Sub(hn::LoadU(d, in + i), means);
        squares = hn::MulAdd(x, x, squares);
      },
      [&](std::size_t i) { rest += (in[i] - mean) * (in[i] - mean); });
  const float scale = 1.0f / std::sqrt((across(squares) + rest) / static_cast<float>(width) + epsilon);
  const Reals scales = hn::Set(d, scale);
  overAll(
      wide,
      [&](std::size_t i) HWY_ATTR {
        const Reals x = hn::Mul(hn::Sub(hn::LoadU(d, in + i), means), scales);
        hn::StoreU(hn::MulAdd(x, hn::LoadU(d, weight + i), hn::LoadU(d, bias + i)), d, out + i);
      },
      [&](std::size_t i) { out[i] = (in[i] - mean) * scale * weight[i] + bias[i]; });
}

HWY_INLINE Reals silu(Reals x) {
  const Reals one = hn::Set(Real(), 1.0f);
  return hn::Div(x, hn::Add(one, exponential(hn::Neg(x))));
}

void gated(float* gate, const float* up, int width) {
  const Real d;
  const auto wide = static_cast<std::size_t>(width), full = wide - wide % kLanes;
  for (std::size_t i = 0; i < full; i += kLanes) {
    const Reals x = silu(hn::LoadU(d, gate + i));
    hn::StoreU(up != nullptr ? hn::Mul(x, hn::LoadU(d, up + i)) : x, d, gate + i);
  }
  if (full == wide) return;
  const Reals x = silu(loadSome(gate + full, wide - full, 0.0f));
  storeSome(up != nullptr ? hn::Mul(x, loadSome(up + full, wide - full, 0.0f)) : x, gate + full, wide - full);
}

void addTo(float* out, const float* in, int width) {
  const Real d;
  overAll(
      static_cast<std::size_t>(width),
      [&](std::size_t i) HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, out + i), hn::LoadU(d, in + i)), d, out + i); },
      [&](std::size_t i) { out[i] += in[i]; });
}

HWY_INLINE void turnPairs(float* first, float* second, const float* cosine, const float* sine, std::size_t count) {
  const Real d;
  overAll(
      count,
      [&](std::size_t i) HWY_ATTR {
        const Reals a = hn::LoadU(d, first + i), b = hn::LoadU(d, second + i);
        const Reals c = hn::LoadU(d, cosine + i), s = hn::LoadU(d, sine + i);
        hn::StoreU(hn::NegMulAdd(b, s, hn::Mul(a, c)), d, first + i);
        hn::StoreU(hn::MulAdd(a, s, hn::Mul(b, c)), d, second + i);
      },
      [&](std::size_t i) {
        const float a = first[i], b = second[i];
        first[i] = a * cosine[i] - b * sine[i];
        second[i] = b * cosine[i] + a * sine[i];
      });
}

void turn(float* vector, int width, const Turning& how, float scale) {
  if (how.toUnit) toUnit(vector, nullptr, how.epsilon, vector, width);
  const std::size_t half = static_cast<std::size_t>(width / how.stretches / 2);
  const float *cosine = how.cosine, *sine = how.sine;
  for (float* first = vector; first < vector + width; first += 2 * half, cosine += half, sine += half)
    turnPairs(first, first + half, cosine, sine, half);
  if (scale == 1.0f) return;
  overAll(
      static_cast<std::size_t>(width),
      [&](std::size_t i)
          HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(Real(), vector + i), hn::Set(Real(), scale)), Real(), vector + i); },
      [&](std::size_t i) { vector[i] *= scale; });
}

/// Groups of `group`, the largest number of each becomes `most`.
template <typename Narrow>
HWY_INLINE void roundTo(const float* in, int depth, std::size_t group, float most, Narrow* whole, float* scales,
                        std::int32_t* sums) {
  const Real d;
  const auto deep = static_cast<std::size_t>(depth);
  const hn::Rebind<Narrow, Real> narrow;
  HWY_ALIGN float some[64];
  for (std::size_t begin = 0, g = 0; begin < deep; begin += group, ++g) {
    const float* from = in + begin;
    if (deep - begin < group) {
      std::fill_n(some, group, 0.0f);
      std::copy_n(from, deep - begin, some);
      from = some;
    }
    Reals loudest = hn::Zero(d);
    for (std::size_t i = 0; i < group; i += kLanes) loudest = hn::Max(loudest, hn::Abs(hn::LoadU(d, from + i)));
    const float top = hn::GetLane(hn::MaxOfLanes(d, loudest));
    const Reals inverse = hn::Set(d, top > 0 ? most / top : 0.0f);
    Wholes sum = hn::Zero(Whole());
    for (std::size_t i = 0; i < group; i += kLanes) {
      const Wholes rounded = hn::NearestInt(hn::Mul(hn::LoadU(d, from + i), inverse));
      sum = hn::Add(sum, rounded);
      hn::StoreU(hn::DemoteTo(narrow, rounded), narrow, whole + begin + i);
    }
    scales[g] = top / most;
    sums[g] = hn::GetLane(hn::SumOfLanes(Whole(), sum));
  }
}

void roundFinely(const float* in, int depth, std::int16_t* whole, float* scales, std::int32_t* sums) {
  roundTo(in, depth, static_cast<std::size_t>(groupOf(Format::int8)), kFinest, whole, scales, sums);
}

void roundCoarsely(const float* in, int depth, std::int8_t* coarse, float* scales, std::int32_t* sums) {
  roundTo(in, depth, static_cast<std::size_t>(groupOf(Format::q4)), 127.0f, coarse, scales, sums);
}

std::uint64_t readAll(const std::byte* from, std::size_t bytes, Foresight foresight) {
  const std::size_t ahead = aheadOf(foresight);
  const hn::CappedTag<std::uint64_t, 8> d;
  constexpr std::size_t wide = hn::MaxLanes(d);
  hn::Vec<decltype(d)> sums[4];
  ANTIPHON_UNROLL
  for (auto& sum : sums) sum = hn::Zero(d);
  const auto* numbers = reinterpret_cast<const std::uint64_t*>(from);
  const std::size_t count = bytes / sizeof(std::uint64_t);
  for (std::size_t i = 0; i + 4 * wide <= count; i += 4 * wide) {
    fetchAhead(from + i * sizeof(std::uint64_t), ahead);
    if constexpr (4 * sizeof(std::uint64_t) * wide > 128) fetchAhead(from + i * sizeof(std::uint64_t) + 128, ahead);
    ANTIPHON_UNROLL
    for (std::size_t j = 0; j < 4; ++j) sums[j] = hn::Add(sums[j], hn::LoadU(d, numbers + i + j * wide));
  }
  // The lanes by hand: the compiler's own sum of wide lanes takes them for signed, and overflows.
  alignas(64) std::uint64_t lanes[wide];
  hn::Store(hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3])), d, lanes);
  std::uint64_t all = 0;
  for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) all += lanes[lane];
  return all;
}

std::int64_t target() { return HWY_TARGET; }

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
