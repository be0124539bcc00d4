// A JACK client of the test's own: plays packets at exact frames and notes at which frames others arrive.
#pragma once

#include <jack/jack.h>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "bridge/jack_client.hpp"
#include "tests/bridge/recording_client.hpp"

namespace antiphon {

struct Framed {
  std::uint32_t frame = 0;  // by JACK's own counter
  std::size_t port = 0;     // which of the probe's outputs or inputs
  std::vector<std::uint8_t> bytes{};
};

class JackProbe {
 public:
  struct Heard {
    std::uint32_t frame = 0;
    std::size_t port = 0;
    std::size_t size = 0;
    std::array<std::uint8_t, 4> bytes{};
  };

  /// Ports "out0", "out1", ... and "in0", ...
  JackProbe(const std::string& name, std::size_t outputs, std::size_t inputs);
  ~JackProbe() { jack_deactivate(jack_.get()); }

  /// The full name of one of its ports.
  std::string out(std::size_t port) const { return jack_port_name(outs_.at(port)); }
  std::string in(std::size_t port) const { return jack_port_name(ins_.at(port)); }
  bool connect(const std::string& from, const std::string& to) const;
  bool disconnect(const std::string& from, const std::string& to) const;
  /// Waits until a port, whoever's it is, has this many connections: JACK shows them only from the next cycle on.
  bool becomes(int connections, const std::string& port) const;
  void closePort(const std::string& name);
  void openOutput(const std::string& name);

  /// The first frame of a cycle that is still some cycles ahead.
  std::uint32_t soon() const;
  /// Plays these, in order of frames; those of one port and frame in their order here. Played once.
  void play(std::vector<Framed> packets);

  Notebook<Heard> heard;

 private:
  jack_port_t* openPort(const std::string& name, unsigned long flags);
  int process(jack_nframes_t length);

  JackClient jack_;
  std::vector<jack_port_t*> outs_;
  std::vector<jack_port_t*> ins_;
  std::mutex playing_;  // only a test: its callback may wait
  std::vector<Framed> packets_;
  std::size_t next_ = 0;
};

}  // namespace antiphon
