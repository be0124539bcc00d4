#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "model/corpus/token_set.hpp"
#include "model/style/style_text.hpp"
#include "model/style/style_words.hpp"
#include "model/training/batches.hpp"
#include "model/training/windows.hpp"

using namespace antiphon;

namespace {

std::filesystem::path tokensAt(const char* name) { return std::filesystem::temp_directory_path() / name; }

Piece band(int bars) {
  Piece piece;
  piece.bars.assign(static_cast<std::size_t>(bars), Meter{3, 4});
  Stream melody{Part::melody, {}}, drums{Part::drums, {}};
  for (std::uint16_t bar = 0; bar < bars; ++bar) {
    for (std::uint8_t beat = 0; beat < 3; ++beat) {
      melody.notes.push_back({bar, static_cast<std::uint8_t>(beat * 24), static_cast<std::uint8_t>(60 + beat), 20, 9});
      drums.notes.push_back({bar, static_cast<std::uint8_t>(beat * 24), 36, 5, 12});
    }
  }
  piece.streams = {melody, drums};
  return piece;
}

void write(const std::filesystem::path& path) {
  TokenSetWriter writer;
  writer.add(band(12), "pop909", false, "pop ballad\nslow\n");
  writer.add(band(9), "groove", true, "");
  writer.write(path);
}

}  // namespace

TEST_CASE("A token set gives back its pieces") {
  const auto path = tokensAt("antiphon-set.bin");
  write(path);
  const TokenSet set{path};
  REQUIRE(set.pieces().size() == 2);
  CHECK(set.sources() == std::vector<std::string>{"pop909", "groove"});
  CHECK(set.texts(set.pieces()[0]) == std::vector<std::string>{"pop ballad", "slow"});
  CHECK(set.texts(set.pieces()[1]).empty());
  CHECK(set.bars(set.pieces()[1]).size() == 9);
  CHECK(set.notes(set.streams(set.pieces()[0])[0]).size() == 36);
  std::filesystem::remove(path);
}

TEST_CASE("A damaged token set is refused by name") {
  const auto path = tokensAt("antiphon-damaged.bin");
  write(path);
  std::fstream{path, std::ios::in | std::ios::out | std::ios::binary}.seekp(200).put('x');
  CHECK_THROWS_WITH(TokenSet{path}, Catch::Contains("antiphon-damaged.bin") && Catch::Contains("damaged"));
  std::filesystem::resize_file(path, 100);
  CHECK_THROWS_AS(TokenSet{path}, TokenSetError);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(TokenSet{path}, Catch::Contains("cannot be read"));
}

SCENARIO("Windows are cut from what they should be cut from") {
  const auto path = tokensAt("antiphon-windows.bin");
  write(path);
  const TokenSet set{path};
  const WindowCutter train{set, Split::train}, valid{set, Split::valid};
  Dice dice = Dice::from(1), same = Dice::from(1);
  std::set<int> lengths;
  for (int i = 0; i < 200; ++i) {
    const CutWindow cut = train.cut(dice);
    const native::Window& w = cut.window;
    REQUIRE(set.sources()[cut.source] == "pop909");
    REQUIRE(w.call.bars >= 1);
    REQUIRE(w.call.bars <= 4);
    REQUIRE(w.answer.bars >= 1);
    REQUIRE(w.answer.bars <= 16);
    REQUIRE(w.call.notes.size() + w.answer.notes.size() <= kMostWindowNotes);
    REQUIRE(native::encode(train.cut(same).window) == native::encode(w));  // chance is the dice's alone
    if (w.answerPart == Part::drums) {
      for (const GridNote& note : w.answer.notes) {  // drums are never transposed, nor held longer
        REQUIRE(note.pitch == 36);
        REQUIRE(note.length == 5);
      }
    } else {
      for (const GridNote& note : w.answer.notes) lengths.insert(lengthPulses(note.length));
    }
  }
  // Hands hold their notes now longer, now shorter: written were 21 pulses.
  CHECK(lengths.size() > 3);
  CHECK(*lengths.begin() >= 18);
  CHECK(*lengths.rbegin() <= 24);
  CHECK(set.sources()[valid.cut(dice).source] == "groove");
  std::filesystem::remove(path);
}

SCENARIO("Who learns a piece does not hear it the same twice, but has to say the same") {
  const auto path = tokensAt("antiphon-past.bin");
  write(path);
  const TokenSet set{path};
  const WindowCutter train{set, Split::train};
  Dice dice = Dice::from(3);
  std::size_t steps = 0, pitches = 0, lengths = 0, velocities = 0;
  for (int i = 0; i < 300; ++i) {
    const std::vector<native::Step> written = native::encode(train.cut(dice).window);
    std::vector<native::Step> heard = written, all = written;
    listenPast(all, 0, dice);
    REQUIRE(all == written);
    listenPast(heard, 0.2, dice);
    for (std::size_t s = 0; s < written.size(); ++s) {
      const auto misses = [&](native::Column column) {
        const bool missed = heard[s].in[column] != written[s].in[column];
        if (missed) REQUIRE(heard[s].in[column] == native::kNothing);
        heard[s].in[column] = written[s].in[column];
        return missed ? 1u : 0u;
      };
      pitches += misses(native::lastPitch);
      lengths += misses(native::lastLength);
      velocities += misses(native::lastVelocity);
      steps += written[s].in[native::lastPitch] != native::kNothing ? 1u : 0u;
    }
    REQUIRE(heard == written);  // all else is as it was
  }
  // Between none and a fifth: a tenth, and of pitches half as many.
  const auto share = [&](std::size_t missed) { return static_cast<double>(missed) / static_cast<double>(steps); };
  CHECK(share(lengths) == Approx(0.1).margin(0.02));
  CHECK(share(velocities) == Approx(0.1).margin(0.02));
  CHECK(share(pitches) == Approx(0.05).margin(0.01));
  std::filesystem::remove(path);
}

TEST_CASE("A token set without a split says which") {
  const auto path = tokensAt("antiphon-nosplit.bin");
  TokenSetWriter writer;
  writer.add(band(8), "pop909", false, "");
  writer.write(path);
  const TokenSet set{path};
  CHECK_THROWS_WITH((WindowCutter{set, Split::valid}), Catch::Contains("no valid split"));
  std::filesystem::remove(path);
}

TEST_CASE("What is said of a piece") {
  const auto first = [](PieceFacts facts) { return styleLines(facts).front(); };
  CHECK(first({.source = "chopin-first-editions", .title = "Chopin Mazurka Op. 6", .genre = "Mazurka"}) ==
        "chopin mazurka");
  CHECK(first({.source = "abc-books", .title = "Sleep On", .metre = "6/8"}) == "irish jig");
  CHECK(first({.source = "groove", .title = "groove latin-samba 116 fill 4-4"}) == "latin samba fill drums");
  CHECK(first({.source = "drum-patterns", .title = "Funk8MeasureB"}) == "funk drums");
  const auto lines = styleLines({.id = "jigs.abc", .source = "nottingham", .key = "Em", .metre = "6/8"});
  CHECK(std::find(lines.begin(), lines.end(), "folk jig in e minor") != lines.end());
  CHECK(plainWords("  Slow Blues, in 6/8! ") == "slow blues in 6/8");
}

TEST_CASE("Words become pieces, whatever they are") {
  const StyleText text{
      learnStyleText({"pop ballad", "irish jig", "rock drums", "slow blues in 6/8", "chopin mazurka in a minor"}, 50)};
  CHECK(!text.pieces("irish jig").empty());
  CHECK(text.pieces("IRISH   jig") == text.pieces("irish jig"));
  CHECK(text.pieces("").empty());
  for (const int piece : text.pieces("\xF0\x9F\x8E\xB9 zydeco \x01")) {
    CHECK(piece >= 0);
    CHECK(piece < text.size());
  }
  CHECK(text.pieces(std::string(5000, 'x')).size() <= native::kMostTextPieces);
  CHECK_THROWS_AS(StyleText{"nonsense"}, StyleTextError);
}
