// What a machine does with whole blocks of numbers.
#include "synth/sums.hpp"

#include <algorithm>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/sums.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

void pour(const float* numbers, int rows, float* to, int groups) {
  for (int row = 0; row < rows; ++row) {
    const Lanes number = numbers[row];
    for (int g = 0; g < groups; ++g) number.to(to + (g * kBlock + row) * kLanes);
  }
}

void addGroup(const float* from, std::size_t perFrame, const float* amounts, int rows, float* to) {
  for (int row = 0; row < rows; ++row, from += perFrame, to += kLanes)
    mulAdd(Lanes::from(from), amounts[row], Lanes::from(to)).to(to);
}

void addVoices(const Heard& heard, const float* amounts, int rows, float* to, Onto onto) {
  const std::size_t perGroup = heard.perGroup, perFrame = heard.perFrame;
  const int groups = heard.groups;
  constexpr int kTogether = 4;  // of which kBlock is a multiple: beyond the last row there is room to read
  for (int row = 0; row < rows; row += kTogether) {
    const float* from = heard.data + static_cast<std::size_t>(row) * perFrame;
    Lanes sums[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) sums[i] = Lanes::from(from + i * perFrame);
    for (int g = 1; g < groups; ++g) {
      from += perGroup;
      for (std::size_t i = 0; i < kTogether; ++i) sums[i] += Lanes::from(from + i * perFrame);
    }
    const int some = std::min(kTogether, rows - row);
    for (int i = 0; i < some; ++i, to += kLanes) {
      const Lanes there = onto == Onto::nothing ? Lanes(0.0f) : Lanes::from(to);
      mulAdd(sumInEach(sums[i]), amounts[row + i], there).to(to);
    }
  }
}

void holdWithin(float least, float most, float* rows, int count) {
  for (int row = 0; row < count; ++row, rows += kLanes) within(least, Lanes::from(rows), most).to(rows);
}

bool isFinite(const float* rows, int count) {
  // What is no number stays none when it is multiplied by nothing. Four at once, since each has to wait for its last.
  constexpr int kTogether = 4;
  Lanes nothing[kTogether] = {0.0f, 0.0f, 0.0f, 0.0f};
  int row = 0;
  for (; row + kTogether <= count; row += kTogether) {
    for (int i = 0; i < kTogether; ++i, rows += kLanes) nothing[i] = mulAdd(Lanes::from(rows), 0.0f, nothing[i]);
  }
  for (; row < count; ++row, rows += kLanes) nothing[0] = mulAdd(Lanes::from(rows), 0.0f, nothing[0]);
  return sum((nothing[0] + nothing[1]) + (nothing[2] + nothing[3])) == 0.0f;
}

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(pour);
HWY_EXPORT(addGroup);
HWY_EXPORT(addVoices);
HWY_EXPORT(holdWithin);
HWY_EXPORT(isFinite);

void pour(const float* numbers, int rows, float* to, int groups) {
  HWY_DYNAMIC_DISPATCH(pour)(numbers, rows, to, groups);
}
void addGroup(const Heard& from, int group, const float* amounts, int rows, float* to) {
  HWY_DYNAMIC_DISPATCH(addGroup)(from.at(group, 0), from.perFrame, amounts, rows, to);
}
void addVoices(const Heard& from, const float* amounts, int rows, float* to, Onto onto) {
  HWY_DYNAMIC_DISPATCH(addVoices)(from, amounts, rows, to, onto);
}
void holdWithin(float least, float most, float* rows, int count) {
  HWY_DYNAMIC_DISPATCH(holdWithin)(least, most, rows, count);
}
bool isFinite(const float* rows, int count) { return HWY_DYNAMIC_DISPATCH(isFinite)(rows, count); }

}  // namespace antiphon::synth
#endif
