#include "bridge/daw/ableton_osc.hpp"

#if !defined(ANTIPHON_HAVE_LIBLO)

namespace antiphon {

struct AbletonOsc::Inside {};
AbletonOsc::AbletonOsc(AbletonPlace, DawTimes) {
  throw std::runtime_error{"--daw abletonosc: this build has no liblo in it, and understands no OSC"};
}
AbletonOsc::~AbletonOsc() = default;
std::string AbletonOsc::name() const { return {}; }
DawState AbletonOsc::look() { return {}; }
void AbletonOsc::play() {}
void AbletonOsc::stop() {}
void AbletonOsc::clip(DawSlot, const DawMusic&) {}
void AbletonOsc::volume(int, double) {}
void AbletonOsc::abandon() {}
int AbletonOsc::answersAt() const { return 0; }

#else

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "bridge/osc_packet.hpp"

namespace antiphon {
namespace {

using Steady = std::chrono::steady_clock;

struct Question {
  std::string address{};
  std::vector<OscValue> values{};
  std::optional<std::vector<OscValue> > answer{};  // behind the values that were asked with
};

std::optional<double> numberOf(const OscValue& value) {
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) number = static_cast<double>(*whole);
  else if (const auto* single = std::get_if<float>(&value)) number = static_cast<double>(*single);
  else if (const auto* real = std::get_if<double>(&value)) number = *real;
  else if (const auto* flag = std::get_if<bool>(&value)) number = *flag ? 1 : 0;
  else return std::nullopt;
  return std::isfinite(number) ? std::optional{number} : std::nullopt;
}

std::optional<double> first(const Question& question) {
  return question.answer && !question.answer->empty() ? numberOf(question.answer->front()) : std::nullopt;
}

/// Takes the answer if it is one to this question: it begins with what was asked with.
bool takes(Question& question, const OscMessage& message) {
  if (question.answer || message.address != question.address || message.values.size() < question.values.size())
    return false;
  for (std::size_t i = 0; i < question.values.size(); ++i) {
    if (numberOf(question.values[i]) != numberOf(message.values[i])) return false;
  }
  question.answer.emplace(message.values.begin() + static_cast<std::ptrdiff_t>(question.values.size()),
                          message.values.end());
  return true;
}

sockaddr_in addressOfHost(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const std::string name = host == "localhost" ? "127.0.0.1" : host;
  if (inet_pton(AF_INET, name.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error{"--daw abletonosc: '" + host.substr(0, 60) + "' is no IPv4 address such as 127.0.0.1"};
  return address;
}

}  // namespace

struct AbletonOsc::Inside {
  Inside(AbletonPlace where, DawTimes given)
      : place{std::move(where)}, times{given}, live{addressOfHost(place.host, place.port)} {
    socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (socket < 0) throw std::runtime_error{"--daw abletonosc: the system has no socket left"};
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    // Live on this machine answers on this machine; nobody else has anything to say here.
    const bool here = (ntohl(live.sin_addr.s_addr) >> 24) == 127;
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_port = htons(static_cast<std::uint16_t>(place.answers));
    own.sin_addr.s_addr = htonl(here ? INADDR_LOOPBACK : INADDR_ANY);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
      const std::string why = std::strerror(errno);
      ::close(socket);
      throw std::runtime_error{"--daw abletonosc: Live answers on port " + std::to_string(place.answers) +
                               ", which cannot be heard: " + why};
    }
    socklen_t size = sizeof own;
    getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
    heardAt = ntohs(own.sin_port);
  }
  ~Inside() { ::close(socket); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  void send(const std::string& address, const std::vector<OscValue>& values) {
    const std::string packet = oscPacket(address, values);
    const auto sent = ::sendto(socket, packet.data(), packet.size(), MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&live), sizeof live);
    if (sent < 0 && errno != EAGAIN && errno != ECONNREFUSED)
      throw DawAway{"it cannot be reached: " + std::string{std::strerror(errno)}};
  }

  /// Asks all, and those that were not answered in time a second time.
  void ask(std::vector<Question>& questions) {
    for (int i = 0; i < kMostStale && receive([](const OscMessage&) {}); ++i) continue;  // answers that came too late
    error.clear();
    for (int attempt = 0; attempt < 2; ++attempt) {
      for (const Question& question : questions) {
        if (!question.answer) send(question.address, question.values);
      }
      if (hear(questions, Steady::now() + times.answer)) return;
    }
  }

  /// Hears until all are answered: true; or the time is over.
  bool hear(std::vector<Question>& questions, Steady::time_point until) {
    const auto open = [&] { return std::ranges::any_of(questions, [](const Question& q) { return !q.answer; }); };
    while (open() && !abandoned.exchange(false)) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
      if (left <= 0) return false;
      pollfd polled{socket, POLLIN, 0};
      if (::poll(&polled, 1, static_cast<int>(std::min<long long>(left, kGlanceMs))) <= 0) continue;
      receive([&](const OscMessage& message) {
        for (Question& question : questions) {
          if (takes(question, message)) return;
        }
      });
    }
    return !open();
  }

  /// False: nothing is there.
  template <typename Take>
  bool receive(Take&& take) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto count =
        ::recvfrom(socket, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return false;
    if (from.sin_addr.s_addr != live.sin_addr.s_addr) return true;
    readOsc(
        {buffer.data(), static_cast<std::size_t>(count)},
        [&](OscMessage&& message) {
          if (message.address == "/live/error" && !message.values.empty()) {
            if (const auto* text = std::get_if<std::string>(&message.values.front())) error = fromOutside(*text);
          } else {
            take(message);
          }
        },
        [](std::string_view, std::string_view) {});  // what is no OSC is no answer
    return true;
  }

  /// One number; nothing came, or something else, is an exception.
  double demand(const std::string& address, const std::vector<OscValue>& values) {
    std::vector<Question> asked{{address, values}};
    ask(asked);
    if (const auto number = first(asked.front())) return *number;
    if (!error.empty()) throw DawError{"Live says: " + error};
    if (!asked.front().answer) throw DawAway{address + ": no answer"};
    throw DawError{address + ": an answer that makes no sense"};
  }

  static constexpr int kMostStale = 1024;  // packets
  static constexpr int kGlanceMs = 50;     // how soon an abandoned call ends

  AbletonPlace place;
  DawTimes times;
  sockaddr_in live;
  int socket = -1, heardAt = 0;
  std::array<char, kMostOscPacket> buffer{};
  std::string error{};  // that Live told since the last question
  std::atomic<bool> abandoned{false};
};

AbletonOsc::AbletonOsc(AbletonPlace place, DawTimes times)
    : inside_{std::make_unique<Inside>(std::move(place), times)} {}
AbletonOsc::~AbletonOsc() = default;

DawState AbletonOsc::look() {
  DawState state;
  state.tempo = inside_->demand("/live/song/get/tempo", {});
  std::vector<Question> asked{
      {"/live/song/get/is_playing"}, {"/live/song/get/current_song_time"}, {"/live/song/get/track_names"}};
  inside_->ask(asked);
  if (const auto playing = first(asked[0])) state.playing = *playing != 0;
  state.beat = first(asked[1]);
  if (asked[2].answer) {
    for (const OscValue& value : *asked[2].answer) {
      const auto* name = std::get_if<std::string>(&value);
      if (name != nullptr && state.tracks.size() < kMostDawTracks) state.tracks.push_back({.name = fromOutside(*name)});
    }
  }
  const int count = std::min(static_cast<int>(state.tracks.size()), kMostMetered);
  std::vector<Question> details;
  for (int track = 0; track < count; ++track) {
    for (const char* what : {"volume", "panning", "output_meter_level"})
      details.push_back({std::string{"/live/track/get/"} + what, {std::int64_t{track}}});
  }
  inside_->ask(details);
  for (std::size_t track = 0; track < static_cast<std::size_t>(count); ++track) {
    state.tracks[track].volume = first(details[3 * track]);
    state.tracks[track].pan = first(details[3 * track + 1]);
    state.tracks[track].meter = first(details[3 * track + 2]);
  }
  return state;
}

void AbletonOsc::play() { inside_->send("/live/song/start_playing", {}); }
void AbletonOsc::stop() { inside_->send("/live/song/stop_playing", {}); }

void AbletonOsc::volume(int track, double amount) {
  inside_->send("/live/track/set/volume", {std::int64_t{track}, static_cast<float>(amount)});
}

/// Nothing answers when a clip is made, so the slot is looked at before and after.
void AbletonOsc::clip(DawSlot where, const DawMusic& music) {
  const std::vector<OscValue> slot{std::int64_t{where.track}, std::int64_t{where.slot}};
  const auto holdsClip = [&] { return inside_->demand("/live/clip_slot/get/has_clip", slot) != 0; };
  if (holdsClip()) throw DawError{"there is a clip in that slot already"};
  const auto beats = [](Tick ticks) {
    return static_cast<float>(static_cast<double>(ticks.count) / static_cast<double>(kQuarter.count));
  };
  inside_->send("/live/clip_slot/create_clip", {slot[0], slot[1], beats(music.phrase.length())});
  if (!holdsClip()) throw DawError{"Live made no clip there: it may be a track for sound, not for MIDI"};
  const std::vector<Note>& notes = music.phrase.notes;
  for (std::size_t begin = 0; begin < notes.size(); begin += kNotesSent) {
    std::vector<OscValue> values = slot;
    for (std::size_t i = begin; i < std::min(notes.size(), begin + kNotesSent); ++i) {
      values.insert(values.end(), {std::int64_t{notes[i].pitch}, beats(notes[i].tick), beats(notes[i].length),
                                   std::int64_t{notes[i].velocity}, false});
    }
    inside_->send("/live/clip/add/notes", values);
  }
}

void AbletonOsc::abandon() { inside_->abandoned = true; }
int AbletonOsc::answersAt() const { return inside_->heardAt; }
std::string AbletonOsc::name() const {
  return "Live at " + inside_->place.host + ":" + std::to_string(inside_->place.port);
}

#endif

void AbletonOsc::import(const DawMusic&) { throw DawError{lacksImport()}; }
std::string AbletonOsc::lacksImport() const { return "Live takes music as a clip: daw clip TRACK SLOT NAME"; }

}  // namespace antiphon
