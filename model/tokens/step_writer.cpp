#include "model/tokens/step_writer.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace antiphon::native {
namespace {

Row row(int base, int offset) { return static_cast<Row>(base + offset); }

/// Writes one phrase. Each step learns where the one after it stands.
void writePhrase(StepWriter& writer, const GridPhrase& phrase, std::vector<Step>& out) {
  auto note = phrase.notes.begin();
  for (int bar = 0; bar < phrase.bars; ++bar) {
    out.push_back(writer.bar());
    int pulse = -1;
    for (; note != phrase.notes.end() && note->bar == bar; ++note) {
      out.back().out[nextHead] = static_cast<std::int16_t>(note->pulse == pulse ? kNextSame : note->pulse);
      out.push_back(writer.onset(note->pulse));
      out.back().out = {static_cast<std::int16_t>(note->pitch + (writer.drums() ? 128 : 0)), note->length,
                        note->velocity, kNoTarget};
      writer.note(note->pitch, note->length, note->velocity);
      pulse = note->pulse;
    }
    out.back().out[nextHead] = kNextBar;
  }
}

}  // namespace

std::string fingerprint(int textPieces) {
  return "antiphon-native-1/" + std::to_string(kTextRow) + "+" + std::to_string(textPieces);
}

Step StepWriter::step(Row what) const {
  Step s;
  s.in[Column::what] = what;
  s.in[lastPitch] = last_[0];
  s.in[lastLength] = last_[1];
  s.in[lastVelocity] = last_[2];
  s.in[part] = row(kPartRow, static_cast<int>(section()));
  s.in[Column::barsLeft] = answering_ ? row(kBarsLeftRow, std::min(barsLeft_, kMostBarsLeft) - 1) : kCallBarRow;
  if (answering_) s.in[density] = row(kDensityRow, brief_.density);
  s.time = time_;
  return s;
}

Step StepWriter::text(int piece) const {
  Step s;
  s.in[what] = row(kTextRow, piece);
  return s;
}

Step StepWriter::header() const {
  Step s;
  s.in[what] = kHeaderRow;
  s.in[part] = row(kPartRow, static_cast<int>(brief_.answerPart));
  s.in[callPart] = row(kCallPartRow, static_cast<int>(brief_.callPart));
  s.in[Column::barsLeft] = row(kBarsLeftRow, std::min(brief_.answerBars, kMostBarsLeft) - 1);
  s.in[density] = row(kDensityRow, brief_.density);
  s.in[beats] = row(kBeatsRow, brief_.meter.beats - 1);
  s.in[unit] = row(kUnitRow, std::countr_zero(static_cast<unsigned>(brief_.meter.unit)));
  return s;
}

void StepWriter::answer() {
  answering_ = true;
  barsLeft_ = brief_.answerBars + 1;
}

Step StepWriter::bar() {
  if (begun_) barAt_ += pulsesPerBar(brief_.meter);
  begun_ = true;
  time_ = barAt_;
  if (answering_) --barsLeft_;
  Step s = step(kBarRow);
  s.in[beats] = row(kBeatsRow, brief_.meter.beats - 1);
  s.in[unit] = row(kUnitRow, std::countr_zero(static_cast<unsigned>(brief_.meter.unit)));
  return s;
}

Step StepWriter::onset(int pulse) {
  time_ = barAt_ + pulse;
  return step(row(kPulseRow, pulse));
}

void StepWriter::note(int pitch, int length, int velocity) {
  last_ = {row(drums() ? kDrumRow : kPitchRow, pitch), row(kLengthRow, length), row(kVelocityRow, velocity)};
}

std::vector<Step> opening(StepWriter& writer, std::span<const int> text, const GridPhrase& call) {
  std::vector<Step> steps;
  for (const int piece : text) steps.push_back(writer.text(piece));
  steps.push_back(writer.header());
  auto note = call.notes.begin();
  for (int bar = 0; bar < call.bars; ++bar) {
    steps.push_back(writer.bar());
    for (; note != call.notes.end() && note->bar == bar; ++note) {
      steps.push_back(writer.onset(note->pulse));
      writer.note(note->pitch, note->length, note->velocity);
    }
  }
  return steps;
}

std::vector<Step> encode(const Window& window) {
  const Brief brief{window.call.meter, window.callPart, window.answerPart, window.density, window.answer.bars};
  StepWriter writer{brief};
  std::vector<Step> steps;
  for (const int piece : window.text) steps.push_back(writer.text(piece));
  steps.push_back(writer.header());
  writePhrase(writer, window.call, steps);
  writer.answer();
  writePhrase(writer, window.answer, steps);
  return steps;
}

Window decode(std::span<const Step> steps) {
  const auto wrong = [] { throw std::invalid_argument{"these steps are no call and answer"}; };
  const auto between = [&](Row r, int base, int count) {
    if (r < base || r >= base + count) wrong();
    return r - base;
  };
  Window window;
  std::size_t i = 0;
  for (; i < steps.size() && steps[i].in[what] >= kTextRow; ++i) window.text.push_back(steps[i].in[what] - kTextRow);
  if (i >= steps.size() || steps[i].in[what] != kHeaderRow) wrong();
  const Step& header = steps[i++];
  window.answerPart = static_cast<Part>(between(header.in[part], kPartRow, kParts));
  window.callPart = static_cast<Part>(between(header.in[callPart], kCallPartRow, kParts));
  window.density = between(header.in[density], kDensityRow, kDensityLevels + 1);
  const Meter meter{between(header.in[beats], kBeatsRow, kMostBeats) + 1, 1 << between(header.in[unit], kUnitRow, 6)};
  window.call = {meter, 0, {}};
  window.answer = {meter, 0, {}};
  GridPhrase* phrase = nullptr;
  for (; i < steps.size(); ++i) {
    const Step& s = steps[i];
    if (s.in[what] == kBarRow) {
      phrase = s.in[barsLeft] == kCallBarRow ? &window.call : &window.answer;
      ++phrase->bars;
      continue;
    }
    if (phrase == nullptr) wrong();
    const int pulse = between(s.in[what], kPulseRow, kMostBarPulses);
    if (s.out[pitchHead] < 0 || s.out[lengthHead] < 0 || s.out[velocityHead] < 0) wrong();
    phrase->notes.push_back({static_cast<std::uint16_t>(phrase->bars - 1), static_cast<std::uint8_t>(pulse),
                             static_cast<std::uint8_t>(s.out[pitchHead] % 128),
                             static_cast<std::uint8_t>(s.out[lengthHead]),
                             static_cast<std::uint8_t>(s.out[velocityHead])});
  }
  return window;
}

}  // namespace antiphon::native
