#include "bridge/midi_systems.hpp"

#include <algorithm>
#include <functional>

#include "bridge/jack_backend.hpp"
#include "bridge/jack_client.hpp"
#include "bridge/loopback_backend.hpp"
#include "bridge/rtmidi_backend.hpp"

namespace antiphon {
namespace {

/// One row for each back end, best first: how to look at it, how to make it.
struct Row {
  std::string name;
  std::function<MidiSystem()> survey;
  std::function<std::unique_ptr<MidiBackend>(const PortNames&)> make;  // empty: not in this build
};

Row jackRow() {
#if defined(ANTIPHON_HAVE_JACK)
  const auto survey = [] {
    MidiSystem jack{.name = "jack", .builtIn = true};
    // A look from outside, so that ports of a running antiphon are listed like everybody's.
    if (const JackClient client = openJack("antiphon-look")) {
      SeenPorts seen = seenJackPorts(*client);
      jack.available = true;
      jack.detail = describeJack(*client);
      jack.inputs = std::move(seen.inputs);
      jack.outputs = std::move(seen.outputs);
    } else {
      jack.why = "no JACK server answers";
    }
    return jack;
  };
  return {"jack", survey, [](const PortNames& ports) { return std::make_unique<JackBackend>(ports); }};
#else
  return {"jack", [] { return MidiSystem{.name = "jack", .why = "this build has no JACK in it"}; }, {}};
#endif
}

#if defined(ANTIPHON_HAVE_RTMIDI)
Row nativeRow(const RtMidiSystem& system) {
  const auto survey = [system] {
    MidiSystem native{.name = system.name, .builtIn = builtIn(system)};
    if (const auto reason = refusal(system)) {
      native.why = *reason;
      return native;
    }
    native.available = true;
    RtMidiComplaints ignored;
    const auto in = makeRtMidiIn(system.api);
    const auto out = makeRtMidiOut(system.api);
    ignored.listenTo(*in);
    ignored.listenTo(*out);
    native.inputs = portNames(*in);
    native.outputs = portNames(*out);
    return native;
  };
  if (!builtIn(system)) return {system.name, survey, {}};
  return {system.name, survey,
          [system](const PortNames& ports) { return std::make_unique<RtMidiBackend>(system, ports); }};
}
#endif

std::vector<Row> rows() {
  std::vector<Row> all{jackRow()};
#if defined(ANTIPHON_HAVE_RTMIDI)
  for (const RtMidiSystem& system : rtMidiSystems()) all.push_back(nativeRow(system));
#else
  for (const char* name : {"alsa", "coremidi", "winmm"}) {
    all.push_back({name, [name] { return MidiSystem{.name = name, .why = "this build has no RtMidi in it"}; }, {}});
  }
#endif
  all.push_back({"loopback", [] { return MidiSystem{.name = "loopback", .builtIn = true, .available = true}; },
                 [](const PortNames&) { return std::make_unique<LoopbackBackend>(); }});
  return all;
}

std::string listOf(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

Row rowOf(std::string_view name) {
  std::vector<Row> all = rows();
  const bool automatic = name == "auto";
  const auto row = std::find_if(all.begin(), all.end(), [&](const Row& candidate) {
    return automatic ? candidate.make && candidate.survey().available : candidate.name == name;
  });
  if (row == all.end()) {
    throw PortError{"There is no back end \"" + std::string{name} + "\"; --backend takes one of " +
                    listOf(backendNames()) + "."};
  }
  if (!row->make) {
    throw PortError{"The back end " + row->name + " cannot be used: " + row->survey().why +
                    "; `antiphon ports` lists those that can."};
  }
  return *row;
}

}  // namespace

std::vector<std::string> backendNames() {
  std::vector<std::string> names{"auto"};
  for (const Row& row : rows()) names.push_back(row.name);
  return names;
}

std::vector<MidiSystem> surveyMidiSystems() {
  std::vector<MidiSystem> systems;
  for (const Row& row : rows()) systems.push_back(row.survey());
  return systems;
}

std::string chooseBackend(std::string_view name) { return rowOf(name).name; }

std::unique_ptr<MidiBackend> makeBackend(std::string_view name, const PortNames& ports) {
  return rowOf(name).make(ports);
}

}  // namespace antiphon
