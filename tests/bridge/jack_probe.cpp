#if defined(ANTIPHON_HAVE_JACK)

#include "tests/bridge/jack_probe.hpp"

#include <jack/midiport.h>
#include <stdexcept>

namespace antiphon {

JackProbe::JackProbe(const std::string& name, std::size_t outputs, std::size_t inputs)
    : jack_{openJackPatiently(name.c_str())} {
  if (!jack_) throw std::runtime_error{"no JACK server for the probe"};
  for (std::size_t i = 0; i < outputs; ++i) outs_.push_back(openPort("out" + std::to_string(i), JackPortIsOutput));
  for (std::size_t i = 0; i < inputs; ++i) ins_.push_back(openPort("in" + std::to_string(i), JackPortIsInput));
  const auto process = [](jack_nframes_t length, void* self) { return static_cast<JackProbe*>(self)->process(length); };
  jack_set_process_callback(jack_.get(), process, this);
  jack_activate(jack_.get());
}

jack_port_t* JackProbe::openPort(const std::string& name, unsigned long flags) {
  return jack_port_register(jack_.get(), name.c_str(), JACK_DEFAULT_MIDI_TYPE, flags, 0);
}

bool JackProbe::connect(const std::string& from, const std::string& to) const {
  return jack_connect(jack_.get(), from.c_str(), to.c_str()) == 0;
}

bool JackProbe::disconnect(const std::string& from, const std::string& to) const {
  return jack_disconnect(jack_.get(), from.c_str(), to.c_str()) == 0;
}

bool JackProbe::becomes(int connections, const std::string& name) const {
  for (const Nanos deadline = steadyNow() + 5s; steadyNow() < deadline;) {
    int count = 0;
    if (const jack_port_t* const port = jack_port_by_name(jack_.get(), name.c_str())) {
      const char** const others = jack_port_get_all_connections(jack_.get(), port);
      while (others && others[count]) ++count;
      if (others) jack_free(static_cast<void*>(others));
    }
    if (count == connections) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

void JackProbe::closePort(const std::string& name) {
  jack_port_t* const port = jack_port_by_name(jack_.get(), name.c_str());
  const std::lock_guard lock{playing_};
  std::erase(outs_, port);
  std::erase(ins_, port);
  jack_port_unregister(jack_.get(), port);
}

void JackProbe::openOutput(const std::string& name) {
  jack_port_t* const port = openPort(name, JackPortIsOutput);
  const std::lock_guard lock{playing_};
  outs_.push_back(port);
}

std::uint32_t JackProbe::soon() const {
  constexpr jack_nframes_t kCyclesAhead = 40;
  return jack_last_frame_time(jack_.get()) + kCyclesAhead * jack_get_buffer_size(jack_.get());
}

void JackProbe::play(std::vector<Framed> packets) {
  const std::lock_guard lock{playing_};
  packets_ = std::move(packets);
  next_ = 0;
}

int JackProbe::process(jack_nframes_t length) {
  const jack_nframes_t start = jack_last_frame_time(jack_.get());
  const std::lock_guard lock{playing_};
  std::vector<void*> buffers;
  for (jack_port_t* port : outs_) {
    buffers.push_back(jack_port_get_buffer(port, length));
    jack_midi_clear_buffer(buffers.back());
  }
  for (; next_ < packets_.size() && packets_[next_].frame - start < length; ++next_) {
    const Framed& packet = packets_[next_];
    jack_midi_event_write(buffers.at(packet.port), packet.frame - start, packet.bytes.data(), packet.bytes.size());
  }
  for (std::size_t port = 0; port < ins_.size(); ++port) {
    void* const buffer = jack_port_get_buffer(ins_[port], length);
    jack_midi_event_t event;
    for (std::uint32_t i = 0; i < jack_midi_get_event_count(buffer); ++i) {
      if (jack_midi_event_get(&event, buffer, i) != 0) continue;
      Heard entry{start + event.time, port, event.size, {}};
      std::copy_n(event.buffer, std::min(event.size, entry.bytes.size()), entry.bytes.begin());
      heard.add(entry);
    }
  }
  return 0;
}

}  // namespace antiphon

#endif
