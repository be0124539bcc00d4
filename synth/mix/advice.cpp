#include "synth/mix/advice.hpp"

#include <algorithm>
#include <cmath>

#include "synth/mix/said.hpp"

namespace antiphon::synth {
namespace {

constexpr double kGainWorthIt = 3;                // dB off the usual balance
constexpr double kLeans = 1.5;                    // dB that a side is louder
constexpr double kNarrow = 0.01;                  // of all power is different on the two sides
constexpr double kLoudnessWorthIt = 1;            // LU
constexpr double kPeakAdvised = kMostPeak - 0.3;  // dB: samples; what lies between them may be a little higher
constexpr double kMostFader = 12;

double rounded(double value) { return std::round(value * 10) / 10 + 0.0; }

class Adviser {
 public:
  Adviser(const MixMeasure& mix, double target) : mix_{mix}, target_{target}, tone_{toneAdvice(mix)} {}

  Advice all() {
    onMaster();
    onGains();
    onTone();
    onStereo();
    onWidth();
    onDynamics();
    for (const MixTrack& track : mix_.tracks) {
      if (track.measure.silent()) advice_.notes.push_back(track.strip.name + " is silent");
    }
    std::ranges::stable_sort(advice_.suggestions, {}, &Suggestion::priority);
    advice_.score = scoreOf(mix_, tone_, target_);
    advice_.masking = tone_.masking;
    advice_.relieved = tone_.relieved;
    return std::move(advice_);
  }

 private:
  void suggest(Suggestion suggestion) { advice_.suggestions.push_back(std::move(suggestion)); }

  void onMaster() {
    const double louder = target_ - mix_.loudness, peak = mix_.truePeak;
    if (std::abs(louder) <= kLoudnessWorthIt && peak <= kMostPeak) return;
    const MasterStrip& master = mix_.master;
    const bool clips = peak > kMostPeak, fits = peak + louder <= kMostPeak;
    Suggestion its{.type = clips ? "headroom" : "loudness",
                   .priority = clips                  ? Priority::high
                               : std::abs(louder) > 6 ? Priority::high
                                                      : Priority::medium};
    its.measurement = clips ? Measurement{rounded(peak), "dBTP", "true peak of the sum, ITU-R BS.1770"}
                            : Measurement{rounded(mix_.loudness), "LUFS", "integrated loudness of the sum, EBU R 128"};
    if (clips) its.message = said("peaks reach %.1f dBTP, and %.0f is the most", peak, kMostPeak);
    else
      its.message = said("all together is %.1f LU %s than %.0f LUFS", std::abs(louder),
                         louder > 0 ? "quieter" : "louder", target_);
    if (fits) {
      its.action = said("gain master %.1f", std::min(kMostFader, master.level + louder));
    } else if (const auto limiter = master.effects.find("limiter"); limiter == master.effects.end()) {
      its.message += clips ? "" : "; a limiter holds the peaks that would be too high then";
      its.action = said("add limiter to master gain=%.1f ceiling=%.1f", std::clamp(louder, -24.0, 36.0),
                        std::clamp(kPeakAdvised - master.level, -36.0, 0.0));
    } else if (clips) {
      its.action = said("set limiter-master.ceiling %.1f",
                        std::clamp(limiter->second.at("ceiling") - (peak - kMostPeak) - 0.1, -36.0, 0.0));
    } else {
      its.action = said("set limiter-master.gain %.1f", std::clamp(limiter->second.at("gain") + louder, -24.0, 36.0));
    }
    suggest(std::move(its));
  }

  void onGains() {
    const std::vector<double> changes = usualChanges(mix_);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const MixTrack& track = mix_.tracks[i];
      if (track.strip.bus || track.measure.silent() || std::abs(changes[i]) < kGainWorthIt) continue;
      const bool loud = changes[i] < 0, struck = isStruck(track.role);
      suggest(
          {.type = "gain",
           .priority = std::abs(changes[i]) > 6 ? Priority::high : Priority::medium,
           .message = said("%s is %.1f dB %s than a %s usually is beside the others", track.strip.name.c_str(),
                           std::abs(changes[i]), loud ? "louder" : "quieter", std::string{nameOf(track.role)}.c_str()),
           .measurement = {rounded(struck ? track.measure.truePeak : track.measure.level), struck ? "dBTP" : "dB",
                           struck ? "true peak of the track" : "mean level of the track while it sounds"},
           .action = said("gain %s %.1f", track.strip.name.c_str(),
                          std::clamp(track.strip.level + changes[i], -120.0, kMostFader))});
    }
  }

  /// A line for each track that has no equaliser yet, with all its bands; one for each knob of one that is there.
  void onTone() {
    for (std::size_t i = 0; i < mix_.tracks.size(); ++i) {
      if (mix_.tracks[i].strip.has("eq")) turnTone(i);
      else addTone(i);
    }
  }

  static Suggestion because(const ToneMove& move) {
    return {.type = std::string{move.type},
            .priority = move.weight > 3   ? Priority::high
                        : move.weight > 1 ? Priority::medium
                                          : Priority::low,
            .message = move.message,
            .measurement = {rounded(move.value), std::string{move.unit}, std::string{move.source}}};
  }

  void addTone(std::size_t track) {
    Suggestion its;
    std::string bands;
    int peaks = 0;
    bool low = false;
    for (const ToneMove& move : tone_.moves) {
      if (move.track != track) continue;
      std::string band;
      if (move.band.form == ToneBand::Form::lowShelf && !low) {
        band = "low";
        low = true;
      } else if (move.band.form == ToneBand::Form::peak && peaks < 2) {
        band = "peak" + std::to_string(++peaks);
      } else {
        continue;
      }
      if (bands.empty()) its = because(move);
      else its.message += "; " + move.message;
      bands += said(" %s_freq=%.0f %s_gain=%.1f %s_q=%.2g", band.c_str(), move.band.hertz, band.c_str(),
                    move.band.decibels, band.c_str(), move.band.q);
    }
    if (bands.empty()) return;
    its.action = "add eq to " + mix_.tracks[track].strip.name + bands;
    suggest(std::move(its));
  }

  void turnTone(std::size_t track) {
    constexpr double kNear = 0.75;  // octaves
    const TrackStrip& strip = mix_.tracks[track].strip;
    std::vector<std::string> turned;
    for (const ToneMove& move : tone_.moves) {
      if (move.track != track) continue;
      const bool shelf = move.band.form == ToneBand::Form::lowShelf;
      for (const char* band : {"low", "peak1", "peak2"}) {
        if ((std::string_view{band} == "low") != shelf || std::ranges::find(turned, band) != turned.end()) continue;
        const double* const hertz = strip.knob("eq", std::string{band} + "_freq");
        const double* const gain = strip.knob("eq", std::string{band} + "_gain");
        if (hertz == nullptr || gain == nullptr || std::abs(std::log2(*hertz / move.band.hertz)) > kNear) continue;
        Suggestion its = because(move);
        its.action =
            said("set eq-%s.%s_gain %.1f", strip.name.c_str(), band, std::max(-24.0, *gain + move.band.decibels));
        suggest(std::move(its));
        turned.emplace_back(band);
        break;
      }
    }
  }

  /// Who leans most to the side that is too loud goes back, as far as it takes; the kick and the bass to the middle.
  void onStereo() {
    std::size_t moved = mix_.tracks.size();
    for (std::size_t i = 0; i < mix_.tracks.size(); ++i) {
      const MixTrack& track = mix_.tracks[i];
      if (track.measure.silent() || !isLow(track.role) || std::abs(track.measure.balance()) < kLeans) continue;
      suggest(
          {.type = "stereo",
           .priority = Priority::medium,
           .message = track.strip.name + " carries the low end, and stands to the " + sideOf(track.measure.balance()),
           .measurement = {rounded(track.measure.balance()), "dB", "right side over left side of the track"},
           .action = said("pan %s %.2f", track.strip.name.c_str(), centredPan(track) + 0.0)});
      moved = i;
    }
    const double leans = mix_.balance();
    if (std::abs(leans) < kLeans || moved < mix_.tracks.size()) return;
    double most = 0;
    for (std::size_t i = 0; i < mix_.tracks.size(); ++i) {
      const TrackMeasure& its = mix_.tracks[i].measure;
      const double over = (its.right - its.left) * (leans > 0 ? 1 : -1);
      if (over > most && !mix_.tracks[i].strip.bus) {
        most = over;
        moved = i;
      }
    }
    if (moved == mix_.tracks.size()) return;
    const MixTrack& track = mix_.tracks[moved];
    suggest({.type = "stereo",
             .priority = std::abs(leans) > 3 ? Priority::high : Priority::medium,
             .message = "the whole leans to the " + sideOf(leans) + ", most of all by " + track.strip.name,
             .measurement = {rounded(leans), "dB", "right side over left side of the sum"},
             .action = said("pan %s %.2f", track.strip.name.c_str(), balancingPan(track) + 0.0)});
  }

  static std::string sideOf(double balance) { return balance > 0 ? "right" : "left"; }

  /// Between where it stands and its own middle: where the sum's sides are most alike.
  double balancingPan(const MixTrack& track) const {
    const double from = track.strip.pan, until = centredPan(track);
    const auto was = sidesAt(from);
    double best = until, least = 1e9;
    for (int step = 0; step <= 20; ++step) {
      const double pan = from + (until - from) * step / 20;
      const auto is = sidesAt(pan);
      const auto moved = [&](std::size_t side, double its) {
        return was[side] > 0.01 ? its * is[side] * is[side] / was[side] / was[side] : its;
      };
      const double left = mix_.left - track.measure.left + moved(0, track.measure.left);
      const double right = mix_.right - track.measure.right + moved(1, track.measure.right);
      const double leans = std::abs(10 * std::log10(std::max(right, 1e-12) / std::max(left, 1e-12)));
      if (leans < least) {
        least = leans;
        best = pan;
      }
    }
    return best;
  }

  /// A mix of several that is all but mono gets a room: the bus that there is, or a reverb.
  void onWidth() {
    const auto sound = std::ranges::count_if(mix_.tracks, [](const MixTrack& t) { return !t.measure.silent(); });
    if (sound < 3 || mix_.width > kNarrow) return;
    const MixTrack* widened = nullptr;
    for (const MixTrack& track : mix_.tracks) {
      const bool fits = track.role == Role::chords || track.role == Role::pad || track.role == Role::lead ||
                        track.role == Role::voice;
      if (!fits || track.measure.silent() || track.strip.has("reverb") || !track.strip.sends.empty()) continue;
      if (widened == nullptr || track.measure.loudness > widened->measure.loudness) widened = &track;
    }
    if (widened == nullptr) return;
    const std::string& name = widened->strip.name;
    const auto bus = std::ranges::find_if(mix_.tracks, [](const MixTrack& track) { return track.strip.bus; });
    suggest({.type = "width",
             .priority = Priority::low,
             .message = "all of it stands in the middle; a room makes " + name + " wider",
             .measurement = {rounded(100 * mix_.width), "%", "of the sum's power differs between left and right"},
             .action = bus != mix_.tracks.end() ? "send " + name + " " + bus->strip.name + " -12db"
                                                : "add reverb to " + name + " amount=0.2"});
  }

  void onDynamics() {
    for (const MixTrack& track : mix_.tracks) {
      const double over = tooUneven(track);
      if (over <= 0) continue;
      // What an effect hears is before the fader. The loudest third, in decibels, is taken hold of.
      const double threshold =
          std::clamp(track.measure.truePeak - track.strip.level - track.measure.crest * 2 / 3, -60.0, 0.0);
      const double ratio = std::clamp(2 + over / 3, 2.0, 6.0);
      const std::string& name = track.strip.name;
      const double* const there = track.strip.knob("compressor", "ratio");
      suggest(
          {.type = "compression",
           .priority = over > 6 ? Priority::medium : Priority::low,
           .message = said("%s is uneven: its peaks stand %.0f dB above its mean", name.c_str(), track.measure.crest),
           .measurement = {rounded(track.measure.crest), "dB", "true peak over the mean level while it sounds"},
           .action = there != nullptr ? said("set compressor-%s.ratio %.1f", name.c_str(), std::min(20.0, *there * 1.5))
                                      : said("add compressor to %s threshold=%.1f ratio=%.1f attack=1ms release=120ms",
                                             name.c_str(), threshold, ratio)});
    }
  }

  const MixMeasure& mix_;
  double target_;
  ToneAdvice tone_;
  Advice advice_{};
};

}  // namespace

std::string_view nameOf(Priority priority) {
  return priority == Priority::high ? "high" : priority == Priority::medium ? "medium" : "low";
}

Advice adviceOn(const MixMeasure& mix, double target) { return Adviser{mix, target}.all(); }

}  // namespace antiphon::synth
