// Four numbers that stand side by side in memory, and such rows turned over: from a lane's line to rows of lanes.
#if defined(ANTIPHON_SYNTH_FOURS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_FOURS_INL
#undef ANTIPHON_SYNTH_FOURS_INL
#else
#define ANTIPHON_SYNTH_FOURS_INL
#endif

#include <utility>

#include "synth/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

struct Four {
  float row[4];

  static HWY_INLINE Four from(const float* at) { return {{at[0], at[1], at[2], at[3]}}; }
  HWY_INLINE void to(float* at) const {
    for (int i = 0; i < 4; ++i) at[i] = row[i];
  }
  friend HWY_INLINE Four operator+(Four a, Four b) {
    for (int i = 0; i < 4; ++i) a.row[i] += b.row[i];
    return a;
  }
  /// On the way to the other, so far.
  HWY_INLINE Four toward(Four other, float part) const {
    for (int i = 0; i < 4; ++i) other.row[i] = row[i] + (other.row[i] - row[i]) * part;
    return other;
  }
};
HWY_INLINE void turnOver(Four& a, Four& b, Four& c, Four& d) {
  Four* const rows[] = {&a, &b, &c, &d};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < i; ++j) std::swap(rows[i]->row[j], rows[j]->row[i]);
  }
}
/// Four frames of eight lines become four rows.
HWY_INLINE void rowsOf(const float* const* lines, Lanes (&rows)[4]) {
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) rows[k].part[lane] = hn::LoadU(Real(), lines[lane] + k);
  }
}
HWY_INLINE Lanes sideBySide(Four low, Four high) {
  float all[kLanes];
  low.to(all);
  high.to(all + 4);
  return Lanes::from(all);
}

#else

using FourReal = hn::FixedTag<float, 4>;

struct Four {
  hn::Vec<FourReal> row;

  static HWY_INLINE Four from(const float* at) { return {hn::LoadU(FourReal(), at)}; }
  HWY_INLINE void to(float* at) const { hn::StoreU(row, FourReal(), at); }
  friend HWY_INLINE Four operator+(Four a, Four b) { return {hn::Add(a.row, b.row)}; }
  /// On the way to the other, so far.
  HWY_INLINE Four toward(Four other, float part) const {
    return {hn::MulAdd(hn::Sub(other.row, row), hn::Set(FourReal(), part), row)};
  }
};
HWY_INLINE void turnOver(Four& a, Four& b, Four& c, Four& d) {
  const FourReal four;
  const hn::RepartitionToWide<FourReal> two;
  const auto ab = hn::BitCast(two, hn::InterleaveLower(four, a.row, b.row)),
             cd = hn::BitCast(two, hn::InterleaveLower(four, c.row, d.row)),
             abLate = hn::BitCast(two, hn::InterleaveUpper(four, a.row, b.row)),
             cdLate = hn::BitCast(two, hn::InterleaveUpper(four, c.row, d.row));
  a.row = hn::BitCast(four, hn::InterleaveLower(two, ab, cd));
  b.row = hn::BitCast(four, hn::InterleaveUpper(two, ab, cd));
  c.row = hn::BitCast(four, hn::InterleaveLower(two, abLate, cdLate));
  d.row = hn::BitCast(four, hn::InterleaveUpper(two, abLate, cdLate));
}
/// Turns four rows of four, in every block of a vector.
HWY_INLINE void turn(hn::Vec<Real>* row) {
  const auto even = hn::InterleaveLower(Real(), row[0], row[2]), odd = hn::InterleaveLower(Real(), row[1], row[3]);
  const auto later = hn::InterleaveUpper(Real(), row[0], row[2]), last = hn::InterleaveUpper(Real(), row[1], row[3]);
  row[0] = hn::InterleaveLower(Real(), even, odd);
  row[1] = hn::InterleaveUpper(Real(), even, odd);
  row[2] = hn::InterleaveLower(Real(), later, last);
  row[3] = hn::InterleaveUpper(Real(), later, last);
}
/// Four frames of eight lines become four rows.
HWY_INLINE void rowsOf(const float* const* lines, Lanes (&rows)[4]) {
  ANTIPHON_EACH {
    hn::Vec<Real> row[4];
    for (std::size_t i = 0; i < 4; ++i) {
#if HWY_MAX_BYTES >= 32
      const hn::Half<Real> four;
      row[i] = hn::Combine(Real(), hn::LoadU(four, lines[i + 4]), hn::LoadU(four, lines[i]));
#else
      row[i] = hn::LoadU(Real(), lines[p * kPart + i]);
#endif
    }
    turn(row);
    for (std::size_t k = 0; k < 4; ++k) rows[k].part[p] = row[k];
  }
}
HWY_INLINE Lanes sideBySide(Four low, Four high) {
  Lanes lanes;
#if HWY_MAX_BYTES >= 32
  lanes.part[0] = hn::Combine(Real(), high.row, low.row);
#else
  lanes.part[0] = low.row;
  lanes.part[1] = high.row;
#endif
  return lanes;
}

#endif

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
