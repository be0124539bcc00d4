#if defined(ANTIPHON_HAVE_LIBLO)

#include "bridge/osc_reception.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kAhead = 100ms;                           // what is done to the frame is handed over so long before
constexpr std::uint64_t kFrom1900To1970 = 2'208'988'800;  // s
constexpr std::size_t kMostApart = 64;                    // senders whose answers are counted apart
constexpr OscSender kTheOthers = ~OscSender{};            // no such sender
constexpr std::string_view kCommands = "/antiphon/", kKnobs = "/studio/";

/// The shortest text that means this number, and no other of its kind.
template <typename Number>
std::string textOfNumber(Number number) {
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

std::string textOf(const OscValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* single = std::get_if<float>(&value)) return textOfNumber(*single);
  if (const auto* real = std::get_if<double>(&value)) return textOfNumber(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::get<bool>(value) ? "on" : "off";
}

/// How long after now (or before) a time tag is.
Nanos until(TimeTag tag, Nanos wall) {
  const auto seconds = static_cast<std::int64_t>(tag.value >> 32) - static_cast<std::int64_t>(kFrom1900To1970);
  const auto nanos = static_cast<std::int64_t>((tag.value & 0xFFFFFFFFu) * 1'000'000'000u >> 32);
  return std::chrono::seconds{seconds} + Nanos{nanos} - wall;
}

}  // namespace

OscReception::OscReception(Doorway& doorway, std::function<synth::Frame(Nanos)> frameOf, OscSources sources,
                           OscReports::Send send)
    : doorway_{doorway}, frameOf_{std::move(frameOf)}, reports_{std::move(sources), send}, send_{std::move(send)} {}

void OscReception::take(std::string_view packet, OscSender sender, Moment now) {
  reports_.heard(sender, now.steady);
  readOsc(
      packet, [&](OscMessage&& message) { receive(std::move(message), sender, now); },
      [&](std::string_view address, std::string_view why) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        refuse(sender, address, why, now.steady);
      });
}

void OscReception::receive(OscMessage&& message, OscSender sender, Moment now) {
  messages_.fetch_add(1, std::memory_order_relaxed);
  std::optional<Wish> wish = wishOf(message, sender);
  if (!wish) {
    return refuse(sender, message.address,
                  "There is no such address; there are /antiphon/COMMAND and /studio/NAME/PARAM value [seconds].",
                  now.steady);
  }
  const Nanos ahead = message.when.immediate() ? Nanos{} : until(message.when, now.wall);
  if (ahead > kFarthest) return refuse(sender, message.address, "That is more than a minute ahead.", now.steady);
  if (ahead > Nanos{}) return keep(*std::move(wish), now.steady + ahead, now.steady);
  if (!message.when.immediate()) late_.fetch_add(1, std::memory_order_relaxed);
  grant(*wish, {}, now.steady);
}

std::optional<OscReception::Wish> OscReception::wishOf(const OscMessage& message, OscSender sender) const {
  Wish wish{.sender = sender, .address = message.address};
  const std::string_view address = message.address;
  if (address.starts_with(kCommands)) {
    wish.command = address.substr(kCommands.size());
    if (wish.command.find('/') != std::string::npos) return {};
    for (const OscValue& value : message.values) {
      if (const auto* text = std::get_if<std::string>(&value)) wish.words.push_back(CommandTable::word(*text));
      else wish.words.push_back({{}, textOf(value)});
    }
    const Command* const own = reports_.commands().find(wish.command);
    wish.own = own != nullptr && own->name != "help";
    wish.timed = !wish.own && frameOf_ && doorway_.isTimed(wish.command);
    return wish;
  }
  if (!address.starts_with(kKnobs)) return {};
  const std::string_view knob = address.substr(kKnobs.size());
  const std::size_t between = knob.find('/');
  if (between == 0 || between == std::string_view::npos || between + 1 == knob.size() ||
      knob.find('/', between + 1) != std::string_view::npos)
    return {};
  wish.command = "set";
  wish.words.push_back({{}, std::string{knob.substr(0, between)} + "." + std::string{knob.substr(between + 1)}});
  for (std::size_t i = 0; i < message.values.size(); ++i) {
    if (i == 1) wish.words.push_back({{}, "over"});
    wish.words.push_back({{}, textOf(message.values[i])});
  }
  wish.timed = static_cast<bool>(frameOf_);
  return wish;
}

void OscReception::keep(Wish&& wish, Nanos due, Nanos now) {
  if (waiting_.size() == kMostWaiting) {
    return refuse(wish.sender, wish.address,
                  std::to_string(kMostWaiting) + " messages wait for their time already; more are not possible.", now);
  }
  waiting_.emplace(due, std::move(wish));
}

/// In the order in which they are due: who is done to the frame is handed over ahead unless somebody goes before.
void OscReception::tend(Nanos now) {
  std::optional<std::pair<Nanos, synth::Frame>> last;  // one moment is one frame
  while (nextHandedOver() <= now) {
    auto first = waiting_.extract(waiting_.begin());
    const Wish& wish = first.mapped();
    if (!wish.timed) {
      grant(wish, {}, now);
      continue;
    }
    if (!last || last->first != first.key()) last.emplace(first.key(), frameOf_(first.key()));
    grant(wish, last->second, now);
  }
  reports_.tend(now);
}

Nanos OscReception::nextHandedOver() const {
  if (waiting_.empty()) return Nanos::max();
  const auto& [due, wish] = *waiting_.begin();
  return due - (wish.timed ? kAhead : Nanos{});
}

Nanos OscReception::nextDue() const { return std::min(nextHandedOver(), reports_.nextDue()); }

void OscReception::grant(const Wish& wish, std::optional<synth::Frame> at, Nanos now) {
  answer(wish.sender, wish.address,
         wish.own ? reports_.run(wish.command, wish.words, wish.sender, now)
                  : doorway_.run(wish.command, wish.words, Doorway::Door::other, at),
         now);
}

void OscReception::answer(OscSender sender, const std::string& address, const Command::Reply& reply, Nanos now) {
  if (!reply.ok) refused_.fetch_add(1, std::memory_order_relaxed);
  if (mayAnswer(sender, reply.ok, now)) send_(sender, reply.ok ? "/reply" : "/error", {address, reply.text});
}

void OscReception::refuse(OscSender sender, std::string_view address, std::string_view why, Nanos now) {
  answer(sender, std::string{address}, {false, std::string{why}}, now);
}

/// Who floods is not answered with another flood, and silences nobody else.
bool OscReception::mayAnswer(OscSender sender, bool ok, Nanos now) {
  if (now - second_ >= 1s || now < second_) {
    second_ = now;
    answered_.clear();
  }
  const bool known = answered_.contains(sender) || answered_.size() < kMostApart;
  Sent& sent = answered_[known ? sender : kTheOthers];
  if (ok ? sent.replies++ < kMostReplies : sent.errors++ < kMostErrors) return true;
  unanswered_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

OscCounts OscReception::counts() const {
  return {messages_.load(), malformed_.load(), late_.load(), refused_.load(), unanswered_.load()};
}

}  // namespace antiphon

#endif
