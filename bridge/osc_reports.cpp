#include "bridge/osc_reports.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kWhat{"meters", "phase", "bar", "turn"};
constexpr double kMostPace = 60, kUsualPace = 20;  // a second
constexpr Nanos kBarLook = 5ms;
constexpr Nanos kForgets = 1h;  // without a word

struct Place {
  std::int64_t bar = 0;
  double beat = 0;  // in the bar
};

Place placeAt(const synth::Beat& beat, Meter meter, Nanos now) {
  const double since = static_cast<double>((now - beat.at).count()) / 1e9;
  const double ticks = (beat.time.beat + since * beat.time.tempo / 60) * static_cast<double>(kQuarter.count);
  const auto length = static_cast<double>(meter.bar().count);
  const double bar = std::floor(ticks / length);
  return {static_cast<std::int64_t>(bar), (ticks - bar * length) / static_cast<double>(meter.beat().count)};
}

}  // namespace

bool OscReports::Subscriber::wantsAnything() const {
  return std::ranges::any_of(wishes, [](const Wish& wish) { return wish.wanted; });
}

OscReports::OscReports(OscSources sources, Send send) : sources_{std::move(sources)}, send_{std::move(send)} {
  commands_.add({"subscribe",
                 {{"what", Command::Choice{kWhat}},
                  {"rate", Command::Real{1, kMostPace}, "a second", Command::Value{kUsualPace}}},
                 "Sends you meters or the phase so often, or every bar, or every turn, until an hour without a word "
                 "from you.",
                 [this](const Command::Arguments& given) { return subscribe(given); }});
  auto some = kWhat;
  some.push_back("all");
  commands_.add({"unsubscribe",
                 {{"what", Command::Choice{some}, "", Command::Value{std::string{"all"}}}},
                 "Sends you that no more.",
                 [this](const Command::Arguments& given) { return unsubscribe(given); }});
}

Command::Reply OscReports::run(std::string_view name, std::span<const Command::Word> words, OscSender sender,
                               Nanos now) {
  asking_ = sender;
  now_ = now;
  return commands_.run(name, words);
}

OscReports::Subscriber* OscReports::find(OscSender sender) {
  const auto found = std::ranges::find(subscribers_, sender, &Subscriber::sender);
  return found == subscribers_.end() ? nullptr : &*found;
}

Command::Reply OscReports::subscribe(const Command::Arguments& given) {
  const std::string& name = given.text("what");
  const auto what = static_cast<What>(std::ranges::find(kWhat, name) - kWhat.begin());
  const bool there = what == What::meters ? static_cast<bool>(sources_.meters)
                     : what == What::turn ? sources_.turns
                                          : static_cast<bool>(sources_.music);
  if (!there) return {false, "Nothing sounds here, so there is no report of " + name + "; start with --synth."};
  Subscriber* subscriber = find(asking_);
  if (subscriber == nullptr) {
    if (subscribers_.size() == kMostSubscribers)
      return {false, std::to_string(kMostSubscribers) + " programs have subscribed already; more are not possible."};
    subscriber = &subscribers_.emplace_back(Subscriber{.sender = asking_, .heard = now_});
  }
  const double rate = given.real("rate");
  subscriber->wish(what) = {true, Nanos{std::llround(1e9 / rate)}, now_};
  due_ = now_;
  const bool often = what == What::meters || what == What::phase;
  return {true, often ? name + ", " + decimal(rate) + " a second" : name};
}

Command::Reply OscReports::unsubscribe(const Command::Arguments& given) {
  const std::string& name = given.text("what");
  if (Subscriber* const subscriber = find(asking_)) {
    for (std::size_t i = 0; i < kWhat.size(); ++i) {
      if (name == "all" || name == kWhat[i]) subscriber->wishes[i].wanted = false;
    }
    sweep(now_);
  }
  return {true, "no " + (name == "all" ? std::string{"reports"} : name) + " any more"};
}

void OscReports::heard(OscSender sender, Nanos now) {
  if (Subscriber* const subscriber = find(sender)) subscriber->heard = now;
}

void OscReports::forget(OscSender sender) {
  std::erase_if(subscribers_, [&](const Subscriber& s) { return s.sender == sender; });
}

void OscReports::tell(Subscriber& subscriber, const char* address, const std::vector<OscValue>& values) {
  if (!subscriber.gone && !send_(subscriber.sender, address, values)) subscriber.gone = true;
}

void OscReports::turn(const std::string& text) {
  for (Subscriber& subscriber : subscribers_) {
    if (subscriber.wish(What::turn).wanted) tell(subscriber, "/turn", {text});
  }
}

void OscReports::tellMeters(Nanos now) {
  std::optional<std::vector<synth::Desk::Strip>> strips;
  for (Subscriber& subscriber : subscribers_) {
    Wish& meters = subscriber.wish(What::meters);
    if (!meters.wanted || meters.due > now) continue;
    meters.due = std::max(meters.due + meters.apart, now);
    if (!strips) strips = sources_.meters();
    for (const auto& [name, levels] : *strips)
      tell(subscriber, "/meter",
           {name, static_cast<float>(levels.top), static_cast<float>(levels.rms), static_cast<float>(levels.loudness)});
  }
}

void OscReports::tellMusic(Nanos now) {
  const auto wants = [](Subscriber& s) { return s.wish(What::phase).wanted || s.wish(What::bar).wanted; };
  if (std::ranges::none_of(subscribers_, wants)) return;
  const auto beat = sources_.music();
  if (!beat || !beat->time.running) {
    bar_.reset();
    return;
  }
  const Place place = placeAt(*beat, sources_.meter, now);
  const bool newBar = std::exchange(bar_, place.bar) != place.bar;
  for (Subscriber& subscriber : subscribers_) {
    Wish& phase = subscriber.wish(What::phase);
    if (newBar && subscriber.wish(What::bar).wanted) tell(subscriber, "/bar", {place.bar + 1});
    if (!phase.wanted || phase.due > now) continue;
    phase.due = std::max(phase.due + phase.apart, now);
    tell(subscriber, "/phase", {static_cast<float>(place.beat + 1), static_cast<float>(beat->time.tempo)});
  }
}

void OscReports::sweep(Nanos now) {
  std::erase_if(subscribers_,
                [&](const Subscriber& s) { return s.gone || !s.wantsAnything() || now - s.heard > kForgets; });
}

void OscReports::tend(Nanos now) {
  tellMeters(now);
  tellMusic(now);
  sweep(now);
  due_ = Nanos::max();
  for (Subscriber& subscriber : subscribers_) {
    if (subscriber.wish(What::bar).wanted) due_ = std::min(due_, now + kBarLook);
    if (const Wish& meters = subscriber.wish(What::meters); meters.wanted) due_ = std::min(due_, meters.due);
    if (const Wish& phase = subscriber.wish(What::phase); phase.wanted)
      due_ = std::min(due_, std::max(phase.due, now + kBarLook));
  }
}

}  // namespace antiphon
