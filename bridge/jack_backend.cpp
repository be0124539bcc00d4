#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_backend.hpp"

#include "bridge/jack_client.hpp"
#include "bridge/jack_session.hpp"

namespace antiphon {
namespace {

constexpr const char* kJackName = "antiphon";

}  // namespace

JackBackend::JackBackend(PortNames names) : names_{std::move(names)} {}
JackBackend::~JackBackend() { stop(); }

void JackBackend::start(MidiClient& client) {
  stop();
  JackClient jack = openJackPatiently(kJackName);
  if (!jack) {
    throw PortError{"No JACK server answers: start one, or choose another --backend; `antiphon ports` lists them."};
  }
  plan_ = planJackPorts(names_, seenJackPorts(*jack));
  session_ = std::make_unique<JackSession>(std::move(jack), JackStage{client, out_, clockOut_, inputDropped_}, plan_,
                                           lastMoment_, false);
  client_ = &client;
}

void JackBackend::stop() {
  if (session_) {
    session_->leave();
    lastMoment_ = session_->lastMoment();
    session_.reset();
  }
  client_ = nullptr;
}

MidiSink& JackBackend::clockOut() {
  if (names_.clockOut.empty()) return silence_;
  if (names_.clockOut == names_.out) return out_;
  return clockOut_;
}

std::vector<std::string> JackBackend::tend() {
  if (!client_) return {};
  if (!session_) return reconnect();
  if (session_->alive()) return session_->wires().tend();
  lastMoment_ = session_->lastMoment();
  session_.reset();
  return {"The JACK server has gone away; the ports will be there again when it is back."};
}

std::vector<std::string> JackBackend::reconnect() {
  JackClient jack = openJack(kJackName);
  if (!jack) return {};
  try {
    session_ = std::make_unique<JackSession>(std::move(jack), JackStage{*client_, out_, clockOut_, inputDropped_},
                                             plan_, lastMoment_, true);
  } catch (const PortError&) {
    return {};  // a server that is only just starting: next time
  }
  std::vector<std::string> news{"The JACK server is back, and so are the ports."};
  for (std::string& line : session_->wires().lines()) news.push_back(std::move(line));
  return news;
}

std::vector<std::string> JackBackend::ports() const {
  if (!session_) return {};
  std::vector<std::string> lines;
  const std::string client = session_->name() + ":";
  lines.push_back((plan_.clockIn.name.empty() ? "in and clock: " : "in: ") + client + plan_.in.name);
  if (!plan_.clockIn.name.empty()) lines.push_back("clock: " + client + plan_.clockIn.name);
  lines.push_back("out: " + client + plan_.out.name);
  if (!plan_.clockOut.name.empty()) lines.push_back("clock out: " + client + plan_.clockOut.name);
  for (std::string& line : session_->wires().lines()) lines.push_back(std::move(line));
  return lines;
}

PortFaults JackBackend::faults() const {
  return {inputDropped_.load(std::memory_order_relaxed), out_.dropped() + clockOut_.dropped()};
}

}  // namespace antiphon

#endif
