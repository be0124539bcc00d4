#include "bridge/daw/dawg.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bridge/base64.hpp"
#include "bridge/phrase_file.hpp"

#if defined(ANTIPHON_HAVE_HTTPLIB)
#include <httplib.h>
#endif

namespace antiphon {
namespace {

using DawgJson = nlohmann::json;

std::optional<double> numberIn(const DawgJson& holder, const char* key) {
  const auto found = holder.find(key);
  if (found == holder.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

std::optional<bool> playing(const DawgJson& holder) {
  for (const char* key : {"is_playing", "playing"}) {
    if (const auto found = holder.find(key); found != holder.end() && found->is_boolean()) return found->get<bool>();
  }
  for (const char* key : {"state", "transport_state", "transport"}) {
    if (const auto found = holder.find(key); found != holder.end() && found->is_string())
      return found->get<std::string>() == "playing";
  }
  return std::nullopt;
}

void readTracks(const DawgJson& holder, DawState& state) {
  const auto tracks = holder.find("tracks");
  if (tracks == holder.end() || !tracks->is_array() || !state.tracks.empty()) return;
  for (const DawgJson& track : *tracks) {
    if (state.tracks.size() == kMostDawTracks) return;
    DawTrack heard;
    const DawgJson* name = track.is_string() ? &track : nullptr;
    if (track.is_object()) {
      if (const auto found = track.find("name"); found != track.end() && found->is_string()) name = &*found;
      heard.volume = numberIn(track, "volume");
      heard.pan = numberIn(track, "pan");
    }
    if (name == nullptr) continue;
    heard.name = fromOutside(name->get_ref<const std::string&>());
    state.tracks.push_back(std::move(heard));
  }
}

}  // namespace

DawState dawgState(std::string_view text) {
  DawState state;
  const DawgJson json = DawgJson::parse(text, nullptr, false);
  if (!json.is_object()) {
    state.remark = "its project status is no JSON object";
    return state;
  }
  for (const char* inside : {"", "project", "transport"}) {
    const auto found = json.find(inside);
    const DawgJson& holder = *inside == '\0' ? json : found != json.end() ? *found : json;
    if (!holder.is_object()) continue;
    for (const char* key : {"tempo", "bpm"}) {
      if (!state.tempo) state.tempo = numberIn(holder, key);
    }
    if (!state.playing) state.playing = playing(holder);
    readTracks(holder, state);
  }
  if (state.tempo && (*state.tempo <= 0 || *state.tempo > 10'000)) {
    state.remark = "its tempo makes no sense";
    state.tempo.reset();
  }
  return state;
}

#if defined(ANTIPHON_HAVE_HTTPLIB)

struct Dawg::Inside {
  Inside(DawgPlace where, DawTimes given) : place{std::move(where)}, times{given}, client{place.host, place.port} {
    client.set_connection_timeout(times.connecting);
    client.set_read_timeout(times.answer);
    client.set_write_timeout(times.answer);
    client.set_keep_alive(false);  // each call stands alone: none inherits what the one before left in the wire
    client.set_tcp_nodelay(true);
  }

  /// Tries `attempts` times, as long as nothing comes back.
  std::string call(const char* method, const char* path, const std::string& body, int attempts) {
    for (int attempt = 1;; ++attempt) {
      try {
        return once(method, path, body);
      } catch (const DawAway&) {
        if (attempt >= attempts) throw;
      }
    }
  }

  std::string once(const char* method, const char* path, const std::string& body) {
    const auto until = std::chrono::steady_clock::now() + times.whole;
    std::string answer;
    bool tooMuch = false, tooSlow = false;
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    if (!body.empty()) request.set_header("Content-Type", "application/json");
    request.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t, std::uint64_t) {
      tooMuch = answer.size() + count > kMostAnswer;
      tooSlow = std::chrono::steady_clock::now() > until;
      if (tooMuch || tooSlow) return false;
      answer.append(bytes, count);
      return true;
    };
    const httplib::Result result = client.send(request);
    if (tooMuch) throw DawError{std::string{path} + ": an answer of more than 256 KB"};
    if (tooSlow) throw DawAway{std::string{path} + ": the answer took too long"};
    if (!result) throw DawAway{std::string{path} + ": " + why(result.error())};
    if (result->status != 200) throw DawError{std::string{path} + ": answered " + std::to_string(result->status)};
    return answer;
  }

  static std::string why(httplib::Error error) {
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::BindIPAddress: return "nobody answers there";
      case httplib::Error::ConnectionTimeout: return "nobody answers there in time";
      case httplib::Error::Read: return "no answer in time, or none that is HTTP";
      case httplib::Error::Write: return "it does not listen";
      default: return "the call came to nothing (" + httplib::to_string(error) + ")";
    }
  }

  DawgPlace place;
  DawTimes times;
  httplib::Client client;
};

Dawg::Dawg(DawgPlace place, DawTimes times) : inside_{std::make_unique<Inside>(std::move(place), times)} {}

DawState Dawg::look() {
  inside_->call("GET", "/api/v1/health", {}, 2);
  try {
    return dawgState(inside_->call("GET", "/api/v1/project/status", {}, 2));
  } catch (const DawError& error) {  // it is there, though it has nothing to say
    DawState state;
    state.remark = error.what();
    return state;
  }
}

void Dawg::play() { inside_->call("POST", "/api/v1/transport/play", {}, 1); }
void Dawg::stop() { inside_->call("POST", "/api/v1/transport/stop", {}, 1); }

void Dawg::import(const DawMusic& music) {
  const std::string file = phraseFile(music.phrase.meter, music.tempo, {{.name = music.name, .phrase = music.phrase}});
  const DawgJson body{{"midi_data", base64({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()})}};
  inside_->call("POST", "/api/v1/midi/import", body.dump(), 1);
}

void Dawg::abandon() { inside_->client.stop(); }
std::string Dawg::name() const {
  return "DAWG at http://" + inside_->place.host + ":" + std::to_string(inside_->place.port);
}

#else

struct Dawg::Inside {};
Dawg::Dawg(DawgPlace, DawTimes) { throw std::runtime_error{"--daw dawg: this build has no HTTP in it"}; }
DawState Dawg::look() { return {}; }
void Dawg::play() {}
void Dawg::stop() {}
void Dawg::import(const DawMusic&) {}
void Dawg::abandon() {}
std::string Dawg::name() const { return "DAWG"; }

#endif

Dawg::~Dawg() = default;
void Dawg::clip(DawSlot, const DawMusic&) { throw DawError{lacksClips()}; }
void Dawg::volume(int, double) { throw DawError{lacksVolume()}; }
std::string Dawg::lacksClips() const { return "DAWG has no slots for clips; daw import puts music into its project"; }
std::string Dawg::lacksVolume() const { return "DAWG's faders cannot be moved from outside"; }

}  // namespace antiphon
