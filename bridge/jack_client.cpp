#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_client.hpp"

#include <chrono>
#include <thread>

#include <string>
#include <string_view>

namespace antiphon {
namespace {

void hush(const char*) {}

std::vector<std::string> portsOf(jack_client_t& client, unsigned long flags) {
  const std::string ours = std::string{jack_get_client_name(&client)} + ":";
  std::vector<std::string> names;
  if (const char** ports = jack_get_ports(&client, nullptr, JACK_DEFAULT_MIDI_TYPE, flags)) {
    for (const char** port = ports; *port; ++port) {
      if (!std::string_view{*port}.starts_with(ours)) names.emplace_back(*port);
    }
    jack_free(static_cast<void*>(ports));
  }
  return names;
}

}  // namespace

JackClient openJack(const char* name) {
  // The library would tell the terminal about every server that is not there.
  jack_set_error_function(&hush);
  jack_set_info_function(&hush);
  jack_status_t status{};
  return JackClient{jack_client_open(name, JackNoStartServer, &status)};
}

JackClient openJackPatiently(const char* name) {
  JackClient client = openJack(name);
  for (int tries = 0; !client && tries < 5; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    client = openJack(name);
  }
  return client;
}

std::string describeJack(jack_client_t& client) {
  const jack_nframes_t rate = jack_get_sample_rate(&client);
  const jack_nframes_t period = jack_get_buffer_size(&client);
  const jack_nframes_t tenths = rate > 0 ? (period * 10'000 + rate / 2) / rate : 0;
  return std::to_string(rate) + " Hz, " + std::to_string(period) + " frames a period (" + std::to_string(tenths / 10) +
         "." + std::to_string(tenths % 10) + " ms), " + (jack_is_realtime(&client) ? "real-time" : "not real-time");
}

SeenPorts seenJackPorts(jack_client_t& client) {
  // What is an output to its client is an input to us.
  return {portsOf(client, JackPortIsOutput), portsOf(client, JackPortIsInput)};
}

}  // namespace antiphon

#endif
