// antiphon analyze: what is in a recording.
#include <cstdio>
#include <string>

#include "bridge/analysis_json.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "synth/ears/analysis.hpp"
#include "synth/ears/picture.hpp"
#include "synth/sound_file.hpp"

namespace antiphon {
namespace {

struct AnalyzeWish {
  std::string file{}, png{};
  bool json = false;
};

/// A level, or that there is none.
std::string level(const std::optional<double>& value, const char* unit) {
  if (!value) return "silence";
  char text[64];
  std::snprintf(text, sizeof text, "%.1f %s", *value, unit);
  return text;
}

const char* sure(double confidence) {
  return confidence > 0.8 ? "" : confidence > 0.5 ? ", fairly sure" : ", not sure";
}

void tell(const std::string& file, const synth::Analysis& found) {
  const long whole = static_cast<long>(found.duration);
  std::printf("%s: %ld:%04.1f, %.1f kHz, %d channel%s\n\n", file.c_str(), whole / 60,
              found.duration - static_cast<double>(whole / 60 * 60), found.sampleRate / 1000, found.channels,
              found.channels == 1 ? "" : "s");
  if (found.tempo > 0)
    std::printf("tempo     %.1f BPM%s, %zu beats, the first at %.2f s\n", found.tempo, sure(found.tempoConfidence),
                found.beatTimes.size(), found.beatTimes.front());
  else std::printf("tempo     none: there is no beat in it\n");
  if (found.key.empty()) std::printf("key       none: nothing in it has a pitch\n");
  else
    std::printf("key       %s %s%s, tuned %+.0f cents from A = 440 Hz\n", found.key.c_str(), found.mode.c_str(),
                sure(found.keyConfidence), found.tuningCents);
  std::printf("strokes   %.1f a second\n", found.onsetRate);
  std::printf("loudness  %s; loudest 3 s %s, loudest 0.4 s %s; range %.1f LU\n",
              level(found.loudness.integrated, "LUFS").c_str(), level(found.loudness.shortTermMost, "LUFS").c_str(),
              level(found.loudness.momentaryMost, "LUFS").c_str(), found.loudness.range);
  std::printf("peak      %s, %s between the samples; crest factor %s\n", level(found.samplePeak, "dBFS").c_str(),
              level(found.truePeak, "dBTP").c_str(), level(found.crestFactor, "dB").c_str());
  if (found.channels > 1)
    std::printf("width     %.2f (0 mono, 0.5 two different sides, 1 one against the other), correlation %+.2f\n",
                found.stereoWidth, found.stereoCorrelation);
  std::printf("colour    middle %.0f Hz, 85 %% below %.0f Hz, crosses zero at %.1f %% of the samples\n",
              found.spectralCentroidMean, found.spectralRolloffMean, 100 * found.zeroCrossingRateMean);
  std::printf("balance  ");
  for (std::size_t b = 0; b < synth::kBands.size(); ++b)
    std::printf(" %.0f-%.0f Hz %.1f%s", synth::kBands[b].from, synth::kBands[b].to, found.balance[b],
                b + 1 < synth::kBands.size() ? "," : " dB of the whole\n");
  if (found.noNumbers > 0)
    std::printf("\n%lld samples were no numbers and have been taken as silence\n",
                static_cast<long long>(found.noNumbers));
}

int analyze(const AnalyzeWish& wish) {
  Progress progress{"listening", !wish.json};
  const synth::Analysis found =
      synth::analyse(wish.file, {.progress = [&](double share) { progress.at(share); }, .portrait = !wish.png.empty()});
  progress.end();
  if (!wish.png.empty()) synth::drawPicture(found, wish.png);
  if (wish.json) std::printf("%s\n", toJson(found).dump(2).c_str());
  else tell(wish.file, found);
  return kExitOk;
}

}  // namespace

Action addAnalyze(CLI::App& app) {
  auto* sub = app.add_subcommand("analyze", "What is in a recording: tempo, beats, key, loudness, colour, width");
  auto wish = std::make_shared<AnalyzeWish>();
  sub->add_option("file", wish->file, "A sound file: WAV, FLAC, OGG, MP3, AIFF")->required();
  sub->add_flag("--json", wish->json, "Print JSON");
  sub->add_option("--png", wish->png, "Draw waveform with beats, spectrum and notes into this file");
  return [wish] {
    try {
      return analyze(*wish);
    } catch (const synth::SoundFileError& error) {
      throw UsageError{error.what()};
    }
  };
}

}  // namespace antiphon
