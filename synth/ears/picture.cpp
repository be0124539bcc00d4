#include "synth/ears/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "synth/ears/canvas.hpp"

namespace antiphon::synth {
namespace {

constexpr int kWide = 1200, kLeft = 64, kRight = 16, kTop = 40, kGap = 14, kBottom = 28;
constexpr int kWaveHigh = 180, kSpectrumHigh = 2 * static_cast<int>(Portrait::kHeights), kNoteHigh = 15;
constexpr int kNotesHigh = 12 * kNoteHigh;
constexpr int kWaveTop = kTop, kSpectrumTop = kWaveTop + kWaveHigh + kGap,
              kNotesTop = kSpectrumTop + kSpectrumHigh + kGap, kHigh = kNotesTop + kNotesHigh + kBottom;
constexpr float kDeepest = 80;       // dB below the loudest point of the spectrum
constexpr double kNotesLate = 0.25;  // s: notes are told when their long spectrum is over
constexpr int kLeastApart = 4;       // points between beats: nearer ones are not drawn
constexpr Ink kGround{18, 18, 24}, kPanel{8, 8, 12}, kText{190, 190, 200}, kFaint{70, 70, 84}, kWave{96, 170, 220},
    kBeat{240, 130, 70}, kHome{250, 200, 90};

/// From nothing to all: black, violet, red, yellow, white.
Ink heat(float share) {
  constexpr std::array<std::array<float, 3>, 5> steps{
      {{8, 8, 12}, {66, 22, 108}, {186, 54, 84}, {248, 150, 40}, {252, 250, 200}}};
  const float place = std::clamp(share, 0.0f, 1.0f) * (steps.size() - 1);
  const std::size_t low = std::min(static_cast<std::size_t>(place), steps.size() - 2);
  const float rest = place - static_cast<float>(low);
  const auto part = [&](std::size_t i) {
    return static_cast<std::uint8_t>(steps[low][i] + rest * (steps[low + 1][i] - steps[low][i]));
  };
  return {part(0), part(1), part(2)};
}

/// The columns that fall on each point from left to right, joined.
std::vector<Portrait::Column> fitted(const Portrait& portrait) {
  std::vector<Portrait::Column> out(kWide);
  const auto count = static_cast<double>(portrait.columns.size());
  for (int x = 0; x < kWide; ++x) {
    const auto begin = static_cast<std::size_t>(x * count / kWide);
    const auto end = std::max(begin + 1, static_cast<std::size_t>((x + 1) * count / kWide));
    Portrait::Column& column = out[static_cast<std::size_t>(x)];
    const auto share = 1 / static_cast<float>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const Portrait::Column& from = portrait.columns[i];
      column.least = std::min(column.least, from.least);
      column.most = std::max(column.most, from.most);
      for (std::size_t h = 0; h < from.power.size(); ++h) column.power[h] += share * from.power[h];
      for (std::size_t n = 0; n < from.notes.size(); ++n) column.notes[n] += share * from.notes[n];
    }
  }
  return out;
}

std::string clock(double seconds) {
  const long all = std::lround(seconds);
  char text[32];
  if (all >= 3600) std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", all / 3600, all / 60 % 60, all % 60);
  else std::snprintf(text, sizeof text, "%ld:%02ld", all / 60, all % 60);
  return text;
}

class Sheet {
 public:
  explicit Sheet(const Analysis& analysis)
      : analysis_{analysis},
        seconds_{std::max(analysis.portrait->seconds, 1e-3)},
        columns_{fitted(*analysis.portrait)} {}

  void draw(const std::filesystem::path& png) {
    head();
    wave();
    spectrum();
    notes();
    time();
    canvas_.save(png);
  }

 private:
  int across(double seconds) const { return kLeft + static_cast<int>(std::lround(seconds / seconds_ * (kWide - 1))); }
  void label(int y, const std::string& text, Ink ink = kText) {
    canvas_.write(kLeft - 8 - Canvas::widthOf(text), y - Canvas::kTextHeight / 2, text, ink);
  }

  void head() {
    char text[160];
    int at = kLeft;
    const auto say = [&](Ink ink) {
      canvas_.write(at, 14, text, ink);
      at += Canvas::widthOf(text) + 32;
    };
    if (analysis_.tempo > 0) {
      std::snprintf(text, sizeof text, "%.1f BPM", analysis_.tempo);
      say(kBeat);
    }
    if (!analysis_.key.empty()) {
      std::snprintf(text, sizeof text, "%s %s", analysis_.key.c_str(), analysis_.mode.c_str());
      say(kHome);
    }
    if (analysis_.loudness.integrated) {
      std::snprintf(text, sizeof text, "%.1f LUFS", *analysis_.loudness.integrated);
      say(kWave);
    }
    if (analysis_.truePeak) {
      std::snprintf(text, sizeof text, "%.1f DBTP", *analysis_.truePeak);
      say(kWave);
    }
    std::snprintf(text, sizeof text, "%s", clock(seconds_).c_str());
    say(kText);
  }

  void wave() {
    canvas_.box(kLeft, kWaveTop, kWide, kWaveHigh, kPanel);
    const int middle = kWaveTop + kWaveHigh / 2;
    const auto high = [&](double level) { return middle - static_cast<int>(std::lround(level * (kWaveHigh / 2 - 2))); };
    for (const double level : {-0.5, 0.5}) canvas_.box(kLeft, high(level), kWide, 1, {28, 28, 38});
    std::vector<double> beats = analysis_.beatTimes;
    const double apart = beats.size() < 2 ? 0 : (beats.back() - beats.front()) / static_cast<double>(beats.size() - 1);
    if (apart / seconds_ * kWide < kLeastApart) beats.clear();
    for (const double beat : beats) canvas_.box(across(beat), kWaveTop, 1, kWaveHigh, {120, 66, 40});
    for (int x = 0; x < kWide; ++x) {
      const Portrait::Column& column = columns_[static_cast<std::size_t>(x)];
      const int top = high(std::min(1.0, static_cast<double>(column.most)));
      const int bottom = high(std::max(-1.0, static_cast<double>(column.least)));
      canvas_.box(kLeft + x, top, 1, bottom - top + 1, kWave);
    }
    for (const double beat : beats) {
      for (const int y : {kWaveTop, kWaveTop + kWaveHigh - 7}) canvas_.box(across(beat) - 1, y, 3, 7, kBeat);
    }
    label(high(1), "1");
    label(middle, "0");
    label(high(-1), "-1");
  }

  void spectrum() {
    canvas_.box(kLeft, kSpectrumTop, kWide, kSpectrumHigh, kPanel);
    float loudest = 1e-12f;
    for (const Portrait::Column& column : columns_) loudest = std::max(loudest, std::ranges::max(column.power));
    for (int x = 0; x < kWide; ++x) {
      const auto& power = columns_[static_cast<std::size_t>(x)].power;
      for (int y = 0; y < kSpectrumHigh; ++y) {
        // Between two heights, so that low notes are no stairs.
        const float place = static_cast<float>(kSpectrumHigh - 1 - y) / 2;
        const auto low = static_cast<std::size_t>(place), high = std::min(low + 1, power.size() - 1);
        const float share = place - static_cast<float>(low);
        const float level = power[low] * (1 - share) + power[high] * share;
        canvas_.point(kLeft + x, kSpectrumTop + y, heat(1 + 10 * std::log10(level / loudest + 1e-12f) / kDeepest));
      }
    }
    const double octaves = std::log2(Portrait::kHighest / Portrait::kLowest);
    for (const auto& [hertz, text] : {std::pair{50.0, "50"},
                                      {100.0, "100"},
                                      {200.0, "200"},
                                      {500.0, "500"},
                                      {1000.0, "1K"},
                                      {2000.0, "2K"},
                                      {5000.0, "5K"},
                                      {10000.0, "10K"}}) {
      const int y = kSpectrumTop + kSpectrumHigh - 1 -
                    static_cast<int>(std::lround(std::log2(hertz / Portrait::kLowest) / octaves * kSpectrumHigh));
      canvas_.box(kLeft - 5, y, 5, 1, kText);
      label(y, text);
    }
    canvas_.write(8, kSpectrumTop, "HZ", kFaint);
  }

  void notes() {
    canvas_.box(kLeft, kNotesTop, kWide, kNotesHigh, kPanel);
    const int late = across(kNotesLate) - kLeft;
    float all = 0;
    for (const Portrait::Column& column : columns_) all = std::max(all, std::ranges::max(column.notes));
    for (int note = 0; note < 12; ++note) {
      const int y = kNotesTop + kNotesHigh - (note + 1) * kNoteHigh;
      for (int x = 0; x < kWide; ++x) {
        const auto& heard = columns_[static_cast<std::size_t>(std::min(x + late, kWide - 1))].notes;
        const float most = std::max({std::ranges::max(heard), 0.05f * all, 1e-9f});
        canvas_.box(kLeft + x, y, 1, kNoteHigh - 1, heat(heard[static_cast<std::size_t>(note)] / most));
      }
      const std::string name = noteName(note);
      label(y + kNoteHigh / 2, name, name == analysis_.key ? kHome : kText);
    }
  }

  void time() {
    constexpr std::array<double, 14> steps{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
    const double step =
        *std::ranges::find_if(steps.begin(), steps.end() - 1, [&](double s) { return seconds_ / s <= 14; });
    const int bottom = kNotesTop + kNotesHigh;
    for (double at = 0; at <= seconds_; at += step) {
      const int x = across(at);
      for (const int y : {kWaveTop + kWaveHigh, kSpectrumTop + kSpectrumHigh, bottom}) canvas_.box(x, y, 1, 5, kText);
      const std::string text = clock(at);
      const int left = std::min(x - Canvas::widthOf(text) / 2, kLeft + kWide + kRight - Canvas::widthOf(text));
      canvas_.write(left, bottom + 10, text, kText);
    }
  }

  const Analysis& analysis_;
  double seconds_;
  std::vector<Portrait::Column> columns_;
  Canvas canvas_{kLeft + kWide + kRight, kHigh, kGround};
};

}  // namespace

void drawPicture(const Analysis& analysis, const std::filesystem::path& png) { Sheet{analysis}.draw(png); }

}  // namespace antiphon::synth
