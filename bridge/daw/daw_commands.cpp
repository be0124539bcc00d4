#include "bridge/daw/daw_commands.hpp"

#include <charconv>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace antiphon {
namespace {

using CommandReply = Command::Reply;

constexpr const char* kDawShape = "[play | stop | tracks | import NAME | clip TRACK SLOT [NAME] | volume TRACK AMOUNT]";
constexpr int kMostTrack = 1000;

/// A sentence for whoever typed it.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename Number>
Number numberGiven(const Command::Word& word, const char* what, Number least, Number most) {
  Number value{};
  const char* const end = word.text.data() + word.text.size();
  const auto [stop, error] = std::from_chars(word.text.data(), end, value);
  if (error == std::errc{} && stop == end && value >= least && value <= most) return value;
  throw Refusal{std::string{what} + " is '" + word.text.substr(0, 40) + "'; possible are " +
                decimal(static_cast<double>(least)) + " to " + decimal(static_cast<double>(most))};
}

std::string of(const std::optional<double>& value, const char* before, const char* behind = "") {
  return value ? before + decimal(std::round(*value * 1000) / 1000) + behind : std::string{};
}

class DawDesk {
 public:
  explicit DawDesk(DawDoors doors) : doors_{std::move(doors)} {}

  CommandReply obey(const Command::Words& words) const {
    if (doors_.line == nullptr)
      return {false, "No DAW is named: start with --daw dawg:http://localhost:8080 or --daw abletonosc."};
    for (const Command::Word& word : words) {
      if (!word.key.empty()) return {false, std::string{"daw "} + kDawShape};
    }
    try {
      return {true, act(words)};
    } catch (const std::exception& error) {
      return {false, error.what()};
    }
  }

 private:
  std::string act(const Command::Words& words) const {
    const std::string verb = words.empty() ? "" : foldedName(words[0].text);
    const auto takes = [&](std::size_t least, std::size_t most) {
      if (words.size() - 1 < least || words.size() - 1 > most) throw Refusal{std::string{"daw "} + kDawShape};
    };
    const Daw& daw = doors_.line->daw();
    if (verb.empty()) return summary();
    if (verb == "tracks") return takes(0, 0), tracks();
    if (verb == "play") return takes(0, 0), ask("play", [](Daw& d) { d.play(); });
    if (verb == "stop") return takes(0, 0), ask("stop", [](Daw& d) { d.stop(); });
    if (verb == "import") {
      takes(1, 1);
      able(daw.lacksImport());
      const DawMusic music = doors_.music(words[1].text);
      return ask("import " + music.name, [music](Daw& d) { d.import(music); });
    }
    if (verb == "clip") {
      takes(2, 3);
      able(daw.lacksClips());
      const DawSlot where{numberGiven(words[1], "the track", 1, kMostTrack) - 1,
                          numberGiven(words[2], "the slot", 1, kMostTrack) - 1};
      const DawMusic music = doors_.music(words.size() > 3 ? words[3].text : "answer");
      return ask("clip " + music.name, [where, music](Daw& d) { d.clip(where, music); });
    }
    if (verb == "volume") {
      takes(2, 2);
      able(daw.lacksVolume());
      const int track = numberGiven(words[1], "the track", 1, kMostTrack) - 1;
      const double amount = numberGiven(words[2], "the volume", 0.0, 1.0);
      return ask("volume", [track, amount](Daw& d) { d.volume(track, amount); });
    }
    throw Refusal{"daw knows no '" + words[0].text.substr(0, 40) + "'; possible: daw " + kDawShape};
  }

  static void able(const std::string& lack) {
    if (!lack.empty()) throw Refusal{lack};
  }

  /// What comes of it is told in the log: nobody waits for a DAW.
  std::string ask(const std::string& what, DawLine::Deed deed) const {
    const DawKnown known = doors_.line->known();
    if (known.connected == false) {
      doors_.line->lookNow();
      throw Refusal{doors_.line->daw().name() + " is away: " + known.why + "; it is looked for again now"};
    }
    if (!doors_.line->ask(what, std::move(deed))) throw Refusal{"too much waits for the DAW already; please try again"};
    return what + ": asked for";
  }

  std::string summary() const {
    const DawKnown known = doors_.line->known();
    const std::string name = doors_.line->daw().name();
    if (!known.connected) return name + ": nobody has looked yet";
    if (!*known.connected) return name + " is away: " + known.why;
    const DawState& state = known.state;
    std::string text = name + " is there";
    text += of(state.tempo, ", ", " BPM");
    if (state.playing) text += *state.playing ? ", playing" : ", standing still";
    text += of(state.beat, ", at beat ");
    if (!state.tracks.empty())
      text += ", " + std::to_string(state.tracks.size()) + (state.tracks.size() == 1 ? " track" : " tracks");
    if (!state.remark.empty()) text += "; " + state.remark;
    return text;
  }

  std::string tracks() const {
    const DawKnown known = doors_.line->known();
    if (known.connected != true) throw Refusal{summary()};
    std::string text;
    int count = 0;
    for (const DawTrack& track : known.state.tracks) {
      if (++count > 1) text += '\n';
      text += std::to_string(count) + " " + track.name + of(track.volume, ", volume ") + of(track.pan, ", pan ") +
              of(track.meter, ", meter ");
    }
    return text.empty() ? "it has told of no tracks" : text;
  }

  DawDoors doors_;
};

}  // namespace

void addDawCommands(CommandTable& table, DawDoors doors) {
  table.topic("the DAW");
  table.add({"daw",
             {{"words", Command::Rest{kDawShape}}},
             "What is known of the DAW that was named with --daw; lets it play or stop; gives it a pattern or, as NAME "
             "answer, the last answer; in Live as a clip, the last answer unless a name is given.",
             [desk = std::make_shared<const DawDesk>(std::move(doors))](const Command::Arguments& given) {
               return desk->obey(given.rest("words"));
             }});
}

}  // namespace antiphon
