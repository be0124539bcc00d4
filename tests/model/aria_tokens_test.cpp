#include "model/aria/tokens.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "model/dice.hpp"
#include "tests/model/aria_score.hpp"

using namespace antiphon;
using namespace antiphon::aria_testing;

namespace {

using Words = std::vector<std::string>;

std::vector<int> idsOf(const std::vector<Score>& scores, int division = 500) {
  std::vector<Bytes> tracks;
  for (const Score& score : scores) tracks.push_back(score.bytes());
  return ariaTokens(parseAriaPerformance(fileOf(tracks, division), "score.mid"));
}
Words words(const std::vector<int>& ids) {
  Words all;
  for (const int id : ids) all.push_back(ariaText(id));
  return all;
}
Words wordsOf(const std::vector<Score>& scores, int division = 500) { return words(idsOf(scores, division)); }

/// The notes alone, of a piano.
Words pianoOf(const std::vector<Score>& scores, int division = 500) {
  Words all = wordsOf(scores, division);
  REQUIRE(all.size() >= 3);
  CHECK(all[0] == "prefix instrument piano");
  CHECK(all[1] == "<S>");
  CHECK(all.back() == "<E>");
  return {all.begin() + 2, all.end() - 1};
}

}  // namespace

TEST_CASE("Aria: every token has an id, a meaning and a text of its own") {
  std::set<std::string> texts;
  for (int id = 0; id < kAriaLiveTokens; ++id) {
    REQUIRE(ariaId(ariaToken(id)) == id);
    texts.insert(ariaText(id));
  }
  CHECK(texts.size() == static_cast<std::size_t>(kAriaLiveTokens));
  CHECK_THROWS_AS(ariaToken(-1), std::out_of_range);
  CHECK_THROWS_AS(ariaToken(kAriaLiveTokens), std::out_of_range);
}

TEST_CASE("Aria: the tokens stand where the public checkpoints have them") {
  const std::vector<std::pair<int, std::string>> known{{0, "<S>"},
                                                       {1, "<E>"},
                                                       {2, "<P>"},
                                                       {3, "<U>"},
                                                       {4, "<D>"},
                                                       {5, "<T>"},
                                                       {6, "prefix instrument piano"},
                                                       {16, "prefix instrument drum"},
                                                       {17, "prefix composer bach"},
                                                       {28, "prefix composer scarlatti"},
                                                       {32, "prefix form étude"},
                                                       {38, "prefix genre classical"},
                                                       {39, "piano 0 0"},
                                                       {826, "piano 60 70"},
                                                       {1703, "organ 0 0"},
                                                       {16678, "synth_lead 127 120"},
                                                       {16679, "drum 35"},
                                                       {16725, "drum 81"},
                                                       {16726, "dur 0"},
                                                       {17226, "dur 5000"},
                                                       {17227, "onset 0"},
                                                       {17726, "onset 4990"},
                                                       {17727, "<PED_ON>"},
                                                       {17728, "<PED_OFF>"}};
  for (const auto& [id, text] : known) CHECK(ariaText(id) == text);
}

TEST_CASE("Aria: what has no token is refused") {
  using Kind = AriaToken::Kind;
  const auto note = [](int pitch, int velocity) {
    return AriaToken{Kind::note, AriaInstrument::piano, pitch, velocity};
  };
  for (const AriaToken& wrong :
       {note(128, 10), note(-1, 10), note(60, 130), note(60, 15), AriaToken{Kind::note, AriaInstrument::drum, 60, 10},
        AriaToken{Kind::drum, AriaInstrument::drum, 34, 0}, AriaToken{Kind::length, {}, 5010, 0},
        AriaToken{Kind::onset, {}, 5000, 0}, AriaToken{Kind::onset, {}, 5, 0}, AriaToken{Kind::prefix, {}, 33, 0}}) {
    CHECK_THROWS_AS(ariaId(wrong), std::out_of_range);
  }
}

SCENARIO("Aria: a piece becomes tokens") {
  GIVEN("two notes after two seconds of silence") {
    const Score score = Score{}.note(2000, 2480, 60, 71).note(2500, 2503, 64, 1);
    THEN("the silence is gone, times and velocities lie on tens, and neither length nor velocity is 0") {
      CHECK(words(idsOf({score})) == Words{"prefix instrument piano", "<S>", "piano 60 70", "onset 0", "dur 480",
                                           "piano 64 10", "onset 500", "dur 10", "<E>"});
      CHECK(idsOf({score}) == std::vector<int>{6, 0, 826, 17227, 16774, 872, 17277, 16727, 1});
    }
  }
  GIVEN("a note that lasts for seven seconds, and others eleven and thirteen seconds after it") {
    THEN("every five seconds begin with <T>, and the length is cut") {
      CHECK(pianoOf(
                {Score{}.on(0, 60).note(4999, 5000, 64).off(7000, 60).note(15000, 15100, 62).note(18000, 18100, 62)}) ==
            Words{"piano 60 80", "onset 0", "dur 5000", "piano 64 80", "onset 4990", "dur 10", "<T>", "<T>", "<T>",
                  "piano 62 80", "onset 0", "dur 100", "piano 62 80", "onset 3000", "dur 100"});
    }
  }
  GIVEN("velocities midway between two that there are") {
    THEN("each goes where a search by halves arrives first") {
      const std::vector<std::pair<int, int>> midway{{5, 10},    {15, 20},   {25, 20},  {35, 40}, {45, 40},
                                                    {55, 60},   {65, 60},   {75, 70},  {85, 90}, {95, 90},
                                                    {105, 110}, {115, 110}, {127, 120}};
      for (const auto& [velocity, rounded] : midway) {
        CAPTURE(velocity);
        CHECK(pianoOf({Score{}.note(0, 100, 60, velocity)})[0] == "piano 60 " + std::to_string(rounded));
      }
    }
  }
  GIVEN("notes that begin together on two tracks") {
    THEN("the first track comes first, and in it what ends first") {
      CHECK(pianoOf({Score{}.on(0, 60).on(0, 64).off(90, 64).off(100, 60), Score{}.note(0, 50, 40)}) ==
            Words{"piano 64 80", "onset 0", "dur 90", "piano 60 80", "onset 0", "dur 100", "piano 40 80", "onset 0",
                  "dur 50"});
    }
  }
}

SCENARIO("Aria: the sustain pedal is folded into lengths") {
  GIVEN("notes that end before, while and after the pedal is down") {
    Score score;
    score.on(0, 60).pedal(100, 64).on(100, 62).off(100, 60).on(150, 64).off(200, 62);
    score.pedal(250, 100).pedal(400, 63).off(400, 64).note(500, 600, 65);
    THEN("only an end while it is down waits for its lift") {
      CHECK(pianoOf({score}) == Words{"piano 60 80", "onset 0", "dur 100", "piano 62 80", "onset 100", "dur 300",
                                      "piano 64 80", "onset 150", "dur 250", "piano 65 80", "onset 500", "dur 100"});
    }
  }
  GIVEN("a key struck again while the pedal holds it") {
    THEN("both sound on") {
      CHECK(pianoOf({Score{}.pedal(0, 127).note(10, 100, 60).note(200, 300, 60).pedal(1000, 0)}) ==
            Words{"piano 60 80", "onset 0", "dur 990", "piano 60 80", "onset 190", "dur 800"});
    }
  }
  GIVEN("a pedal that is never lifted, and one of another channel") {
    THEN("the first ends with the last note, the other concerns nobody else") {
      CHECK(pianoOf({Score{}.pedal(0, 127).note(0, 100, 60).note(200, 700, 62)}) ==
            Words{"piano 60 80", "onset 0", "dur 700", "piano 62 80", "onset 200", "dur 500"});
      CHECK(pianoOf({Score{}.pedal(0, 127, 1).note(0, 100, 60).pedal(900, 0, 1)}) ==
            Words{"piano 60 80", "onset 0", "dur 100"});
    }
  }
}

SCENARIO("Aria: keys that are struck and ended at once") {
  GIVEN("a key struck twice before one end") {
    THEN("the end is of both") {
      CHECK(pianoOf({Score{}.on(0, 60).on(100, 60, 50).off(300, 60).off(400, 60)}) ==
            Words{"piano 60 80", "onset 0", "dur 300", "piano 60 50", "onset 100", "dur 200"});
    }
  }
  GIVEN("a key struck again at the moment of its end, the stroke written first") {
    THEN("the new stroke stays") {
      CHECK(pianoOf({Score{}.on(0, 60).on(100, 60, 50).off(100, 60).off(300, 60)}) ==
            Words{"piano 60 80", "onset 0", "dur 100", "piano 60 50", "onset 100", "dur 200"});
    }
  }
  GIVEN("a note without length, and one without end") {
    THEN("neither is there") {
      CHECK(pianoOf({Score{}.note(0, 0, 72).note(100, 200, 60).on(300, 62)}) ==
            Words{"piano 60 80", "onset 0", "dur 100"});
    }
  }
}

SCENARIO("Aria: instruments and drums") {
  GIVEN("a bass, drums, a violin that plays nothing, and a piano without a program") {
    Score score;
    score.program(0, 33, 1).program(0, 40, 2).on(0, 36, 99, 9).on(0, 40, 90, 1).on(0, 60);
    score.off(10, 36, 9).off(100, 40, 1).off(200, 60).note(300, 310, 90, 80, 9);
    THEN("each has its prefix, drums have no length, and a drum without a token is unknown") {
      CHECK(wordsOf({score}) == Words{"prefix instrument piano", "prefix instrument bass", "prefix instrument strings",
                                      "prefix instrument drum", "<S>", "drum 36", "onset 0", "bass 40 90", "onset 0",
                                      "dur 100", "piano 60 80", "onset 0", "dur 200", "<U>", "onset 300", "<E>"});
    }
  }
  GIVEN("every program") {
    const Words families{"piano", "",     "organ",      "guitar", "bass", "strings", "ensemble", "brass",
                         "reed",  "pipe", "synth_lead", "",       "",     "",        "",         ""};
    for (int program = 0; program < 128; ++program) {
      CAPTURE(program);
      const std::string& family = families[static_cast<std::size_t>(program / 8)];
      const Words all = wordsOf({Score{}.program(0, program, 3).note(0, 100, 60, 80, 3).note(0, 100, 62)});
      // A channel of an unknown family falls silent; the piano on the other plays on.
      if (family.empty())
        CHECK(all == Words{"prefix instrument piano", "<S>", "piano 62 80", "onset 0", "dur 100", "<E>"});
      else CHECK(std::ranges::count(all, family + " 60 80") == 1);
    }
  }
  GIVEN("a channel that changes its program") {
    THEN("the last holds throughout; one that was unknown for a while is left out") {
      CHECK(wordsOf({Score{}.program(0, 0).note(0, 100, 60).program(200, 24).note(200, 300, 62)}) ==
            Words{"prefix instrument guitar", "<S>", "guitar 60 80", "onset 0", "dur 100", "guitar 62 80", "onset 200",
                  "dur 100", "<E>"});
      CHECK(wordsOf({Score{}
                         .program(0, 120)
                         .note(0, 100, 60)
                         .program(200, 24)
                         .note(200, 300, 62)
                         .note(300, 400, 64, 80, 1)}) ==
            Words{"prefix instrument piano", "<S>", "piano 64 80", "onset 0", "dur 100", "<E>"});
    }
  }
}

SCENARIO("Aria: every tempo counts") {
  GIVEN("a quarter at 60, then faster ones, with a note across the change and one after it") {
    const Score score = Score{}.tempo(0, 1'000'000).on(0, 60).tempo(480, 250'000).off(960, 60).note(960, 1920, 62);
    THEN("times are those of the clock") {
      CHECK(pianoOf({score}, 480) ==
            Words{"piano 60 80", "onset 0", "dur 1250", "piano 62 80", "onset 1250", "dur 500"});
    }
  }
  GIVEN("a first tempo that comes late") {
    THEN("it holds from the start") {
      CHECK(pianoOf({Score{}.note(0, 480, 60).tempo(480, 1'000'000)}, 480)[2] == "dur 1000");
    }
  }
  GIVEN("hundreds of tempos under one note") {
    Score score;
    score.on(0, 60);
    for (int i = 0; i < 400; ++i) score.tempo(i * 10, i % 2 == 0 ? 400'000 : 600'000);
    THEN("they add up") { CHECK(pianoOf({score.off(4000, 60)}, 500)[2] == "dur 4000"); }
  }
}

TEST_CASE("Aria: tokens become the notes that they were") {
  Dice dice = Dice::from(11);
  AriaPerformance performance;
  performance.instruments = {AriaInstrument::piano, AriaInstrument::reed, AriaInstrument::drum};
  for (std::int64_t at = 0; at < 60'000; at += 10 * static_cast<std::int64_t>(dice.below(90))) {
    const AriaInstrument instrument = performance.instruments[dice.below(3)];
    const auto some = [&](int low, int count) {
      return low + static_cast<int>(dice.below(static_cast<std::uint64_t>(count)));
    };
    if (instrument == AriaInstrument::drum) performance.notes.push_back({instrument, some(35, 47), 60, at, 10});
    else performance.notes.push_back({instrument, some(0, 128), 10 * some(1, 12), at, 10 * some(1, 500)});
  }
  const std::vector<int> ids = ariaTokens(performance);
  CHECK(ariaNotes(ids) == performance.notes);
  AriaPerformance again{performance.instruments, ariaNotes(ids)};
  CHECK(ariaTokens(again) == ids);
}

TEST_CASE("Aria: tokens in no order give the notes that are whole") {
  const int note = ariaId({AriaToken::Kind::note, AriaInstrument::piano, 60, 70}), drum = 16680, onset = 17227 + 3,
            length = 16726 + 5;
  CHECK(ariaNotes(std::vector<int>{}).empty());
  CHECK(ariaNotes(std::vector<int>{note}).empty());
  CHECK(ariaNotes(std::vector<int>{note, onset}).empty());
  CHECK(ariaNotes(std::vector<int>{note, length, onset}).empty());
  CHECK(ariaNotes(std::vector<int>{onset, length, 3, 17727, onset, 4, 1}).empty());
  const std::vector<AriaNote> whole{{AriaInstrument::piano, 60, 70, 5030, 50},
                                    {AriaInstrument::drum, 36, 60, 5030, 10}};
  CHECK(ariaNotes(std::vector<int>{note, 5, onset, note, note, onset, length, drum, drum, onset, note, onset}) ==
        whole);
  CHECK_THROWS_AS(ariaNotes(std::vector<int>{note, kAriaLiveTokens}), std::out_of_range);
  CHECK_THROWS_AS(ariaNotes(std::vector<int>{-1}), std::out_of_range);
}

TEST_CASE("Aria: a MIDI file that cannot be told says so in one line") {
  const auto parse = [](const Bytes& bytes) { return parseAriaPerformance(bytes, "a.mid"); };
  const Bytes whole = fileOf({Score{}.note(0, 100, 60).bytes()});
  CHECK_THROWS_WITH(parse({'h', 'i'}), "a.mid: not a MIDI file");
  CHECK_THROWS_WITH(parse(Bytes(whole.begin(), whole.end() - 6)), "a.mid: the MIDI file breaks off");
  CHECK_THROWS_WITH(parse(fileOf({Score{}.bytes()})), "a.mid: has no notes that Aria knows");
  CHECK_THROWS_WITH(parse(fileOf({Score{}.note(0, 1, 60).note(200'000'000, 200'000'001, 60).bytes()})),
                    "a.mid: lasts longer than a day");
  CHECK_THROWS_WITH(parse(fileOf({Score{}.note(0, 100, 60).bytes()}, 0x8000)), Catch::Contains("film frames"));
  CHECK_THROWS_WITH(parse(fileOf({{0, 60, 60}})), Catch::Contains("data where an event should be"));
  CHECK_THROWS_AS(ariaTokens(std::filesystem::path{"/nowhere.mid"}), MidiFileError);
}

TEST_CASE("Aria: a file on disk is the same as its bytes") {
  const auto path = std::filesystem::temp_directory_path() / "antiphon-aria.mid";
  const Bytes bytes = fileOf({Score{}.note(0, 100, 60).bytes()});
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  CHECK(ariaTokens(path) == ariaTokens(parseAriaPerformance(bytes, "bytes")));
  std::filesystem::remove(path);
}

TEST_CASE("Aria: broken MIDI files are refused or read, and nothing worse") {
  const Bytes whole = fileOf(
      {Score{}.tempo(0, 400'000).program(0, 25, 1).pedal(10, 127).note(20, 300, 60).note(300, 500, 62, 70, 1).bytes(),
       Score{}.note(0, 40, 36, 100, 9).pedal(50, 0).note(6000, 6100, 64).bytes()});
  Dice dice = Dice::from(5);
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = whole;
    for (std::uint64_t n = dice.below(4) + 1; n > 0; --n)
      bytes[dice.below(bytes.size())] = static_cast<std::uint8_t>(dice.next());
    if (dice.below(4) == 0) bytes.resize(dice.below(bytes.size() + 1));
    try {
      const std::vector<int> ids = ariaTokens(parseAriaPerformance(bytes, "broken.mid"));
      ++read;
      REQUIRE(ids.back() == 1);
      for (const AriaNote& note : ariaNotes(ids))
        REQUIRE((note.pitch >= 0 && note.pitch < 128 && note.at >= 0 && note.length >= 10));
    } catch (const MidiFileError&) {}
  }
  CHECK(read > 0);
}
