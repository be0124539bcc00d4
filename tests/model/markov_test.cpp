#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include <rapidcheck.h>

#include "model/markov/answerer.hpp"
#include "model/markov/continuator.hpp"
#include "model/markov/file.hpp"
#include "tests/model/echo_calls.hpp"

using namespace antiphon;
using namespace antiphon::markov;

namespace {

using Bytes = std::vector<std::uint8_t>;

Meter anyMeter() {
  return *rc::gen::element(Meter{4, 4}, Meter{3, 4}, Meter{7, 8}, Meter{6, 8}, Meter{1, 4}, Meter{5, 16}, Meter{8, 4});
}

/// Music of no sense at all.
GridPhrase anyPhrase(Meter meter, int bars, int mostNotes) {
  GridPhrase phrase{meter, bars, {}};
  const int notes = *rc::gen::inRange(1, mostNotes + 1);
  for (int i = 0; i < notes; ++i) {
    phrase.notes.push_back({static_cast<std::uint16_t>(*rc::gen::inRange(0, bars)),
                            static_cast<std::uint8_t>(*rc::gen::inRange(0, pulsesPerBar(meter))),
                            static_cast<std::uint8_t>(*rc::gen::inRange(0, 128)),
                            static_cast<std::uint8_t>(*rc::gen::inRange(0, kLengthCodes)),
                            static_cast<std::uint8_t>(*rc::gen::inRange(0, kVelocityCodes))});
  }
  makeCanonical(phrase.notes);
  return phrase;
}

GridPhrase tune(int bars, int shift = 0) {
  GridPhrase phrase{{4, 4}, bars, {}};
  for (int bar = 0; bar < bars; ++bar) {
    int at = 0;
    for (const int pitch : {60, 64, 67, 72, 71 + bar % 2, 67}) {
      phrase.notes.push_back({static_cast<std::uint16_t>(bar), static_cast<std::uint8_t>(at),
                              static_cast<std::uint8_t>(pitch + shift), 11, static_cast<std::uint8_t>(10 + at % 3)});
      at += at % 24 == 0 ? 12 : 24 - at % 24;
    }
  }
  return phrase;
}

Tree smallTree(int order = 12) {
  Counts counts;
  for (int shift = 0; shift < 12; ++shift) {
    CHECK(counts.add(tune(8, shift), false));
    CHECK(counts.add(onGrid(test::chordComp()), false));
  }
  CHECK(counts.add(onGrid(test::drumBar()), true));
  return counts.grow(order);
}

const Bytes& smallFile() {
  static const Bytes bytes = pack(smallTree());
  return bytes;
}

void seal(Bytes& bytes) {
  std::uint64_t sum = checksum(std::span{bytes}.subspan(kChecked));
  for (std::size_t i = 8; i < kChecked; ++i, sum >>= 8) bytes[i] = static_cast<std::uint8_t>(sum);
}

void checkSum(std::span<const double> chances) {
  RC_ASSERT(std::abs(std::accumulate(chances.begin(), chances.end(), 0.0) - 1.0) < 1e-6);
  for (const double chance : chances) RC_ASSERT(chance > 0.0);
}

}  // namespace

TEST_CASE("markov: chances sum to 1 after anything") {
  const Table table{smallFile(), "small"};
  REQUIRE(rc::check("after any context", [&] {
    const Kind kind = *rc::gen::element(native::pitchHead, native::lengthHead, native::velocityHead, native::nextHead);
    Context context;
    for (Symbol& symbol : context) symbol = *rc::gen::arbitrary<Symbol>();
    std::vector<double> chances(static_cast<std::size_t>(choices(kind)));
    table.predict(kind, context, chances);
    checkSum(chances);
  }));
  REQUIRE(rc::check("after any music", [&] {
    const Meter meter = anyMeter();
    const bool drums = *rc::gen::arbitrary<bool>();
    Continuator continuator{table, meter, drums};
    recite(anyPhrase(meter, *rc::gen::inRange(1, 5), 30), drums, [&](Kind kind, int symbol) {
      RC_ASSERT(kind == continuator.kind());
      RC_ASSERT(continuator.distribution().size() == static_cast<std::size_t>(choices(kind)));
      checkSum(continuator.distribution());
      continuator.say(symbol);
    });
  }));
}

TEST_CASE("markov: a file says in which order the past mattered") {
  Counts counts{Counts::kMostSymbols, Regard::backward};
  for (int shift = 0; shift < 12; ++shift) REQUIRE(counts.add(tune(8, shift), false));
  const Bytes bytes = pack(counts.grow(12), Regard::backward);
  const Table table{bytes, "table"};
  CHECK(table.regard() == Regard::backward);
  CHECK(Table{smallFile(), "small"}.regard() == Regard::counts);
  native::Window window;
  window.call = tune(4);
  window.answer = tune(4);
  CHECK(cost(table, window, Listen::no).total() < 24 * 1.5);

  // What the piece has done counts, whatever has been counted before: of what was never heard as well.
  const Bytes none = pack(Counts{Counts::kMostSymbols, Regard::backward}.grow(12), Regard::backward);
  const Table unknown{none, "nothing"};
  CHECK(cost(unknown, window, Listen::no).total() > 24 * 20.0);
  CHECK(cost(unknown, window).total() < 24 * 8.0);
  Continuator continuator{unknown, {4, 4}, false};
  recite(tune(6, 3), false, [&](Kind, int symbol) {
    const auto chances = continuator.distribution();
    CHECK(std::abs(std::accumulate(chances.begin(), chances.end(), 0.0) - 1.0) < 1e-6);
    continuator.say(symbol);
  });

  // Strictly backward: the symbol said last comes first.
  Line line{{4, 4}, false};
  int last = -1;
  recite(tune(4), false, [&](Kind kind, int symbol) {
    if (kind != native::nextHead && kind != native::pitchHead) CHECK(line.context(Regard::backward)[0] == last);
    last = symbol;
    line.say(symbol);
  });
}

TEST_CASE("markov: what was counted is expected, and what is repeated even without that") {
  const Table known{smallFile(), "small"};
  const Bytes nothing = pack(Counts{}.grow(12));
  const Table unknown{nothing, "nothing"};
  CHECK(unknown.contexts() == 0);
  native::Window window;
  window.call = tune(4);
  window.answer = tune(4);
  const double learnt = cost(known, window).total(), repeated = cost(unknown, window).total();
  CHECK(learnt < 24 * 1.0);
  CHECK(cost(unknown, window, Listen::no).total() > 24 * 20.0);
  CHECK(repeated < 24 * 8.0);

  // Bar by bar the same pattern costs less.
  Continuator continuator{unknown, {4, 4}, false};
  std::vector<double> bars;
  for (int bar = 0; bar < 6; ++bar) {
    bars.push_back(0);
    recite(onGrid(test::riff()), false, [&](Kind, int symbol) {
      bars.back() += continuator.bits(symbol);
      continuator.say(symbol);
    });
  }
  CHECK(bars[1] < 0.6 * bars[0]);
  CHECK(bars[5] < bars[1]);
}

TEST_CASE("markov: counts have a bound, and say what they left out") {
  Counts counts{100};
  CHECK_FALSE(counts.add(tune(8), false));
  CHECK(counts.symbols() == 0);
  CHECK(counts.leftOut() == 8 * (6 * 4 + 1));
  CHECK(counts.add(tune(4), false));
  CHECK(counts.symbols() == 100);
}

TEST_CASE("markov: a file holds what was written") {
  const auto path = std::filesystem::temp_directory_path() / "antiphon-markov-test.counts";
  writeFile(path, smallFile());
  const Table read = readFile(path);
  CHECK(read.order() == 12);
  CHECK(read.bytes() == smallFile().size());
  native::Window window;
  window.call = tune(2);
  window.answer = tune(2, 5);
  CHECK(cost(read, window).bits == cost(Table{smallFile(), "small"}, window).bits);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(readFile(path), Catch::Contains(path.string()) && Catch::Contains("cannot be read"));
  std::ofstream{path} << "not at all";
  CHECK_THROWS_WITH(readFile(path), path.string() + " is no table of counts");
  std::filesystem::remove(path);
}

TEST_CASE("markov: a damaged file is refused or harmless") {
  std::mt19937 random{7};
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random()) % end; };
  const Bytes small = prune(smallTree(5), 3000);
  std::size_t refused = 0, taken = 0;
  for (int i = 0; i < 10000; ++i) {
    Bytes bytes = small;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      switch (below(6)) {
        case 0: bytes.resize(below(bytes.size() + 1)); break;
        case 1: bytes.insert(bytes.end(), below(9), std::uint8_t{0}); break;
        case 2:
          bytes[below(std::min<std::size_t>(bytes.size(), 400))] ^= static_cast<std::uint8_t>(1u << below(8));
          break;
        default: bytes[below(bytes.size())] = static_cast<std::uint8_t>(random());
      }
      if (bytes.size() < kChecked + 4) bytes.resize(kChecked + 4);
    }
    if (i % 4 != 0) seal(bytes);
    try {
      const Table table{bytes, "mutant"};
      ++taken;
      Continuator continuator{table, {4, 4}, false};
      recite(tune(1), false, [&](Kind, int symbol) {
        const auto chances = continuator.distribution();
        CHECK(std::accumulate(chances.begin(), chances.end(), 0.0) == Approx(1.0));
        continuator.say(symbol);
      });
    } catch (const FileError& error) {
      ++refused;
      const std::string message = error.what();
      if (!message.starts_with("mutant ") || message.find('\n') != std::string::npos) FAIL(message);
    }
  }
  CHECK(refused > 1000);
  CHECK(taken > 100);  // a count may be wrong and yet a count
}

TEST_CASE("markov: a pruned table keeps to its size and still knows something") {
  const Tree tree = smallTree();
  native::Window window;
  window.call = tune(2);
  window.answer = tune(4);
  const Bytes nothing = pack(Counts{}.grow(12));
  const double uniform = cost(Table{nothing, "nothing"}, window, Listen::no).total();
  double before = uniform;
  for (const std::size_t most : {1500u, 4000u, 12000u}) {
    const Bytes bytes = prune(tree, most);
    CHECK(bytes.size() <= most);
    const double now = cost(Table{bytes, "pruned"}, window, Listen::no).total();
    CHECK(now < before + 1.0);
    before = now;
  }
  CHECK(before < 0.3 * uniform);
  CHECK(prune(tree, std::size_t{1} << 30) == pack(tree));
  CHECK_THROWS_AS(prune(tree, 100), std::invalid_argument);
}

TEST_CASE("markov: answers are answers") {
  const Bytes nothing = pack(Counts{}.grow(12));
  REQUIRE(rc::check("in any metre, to any call", [&] {
    const Meter meter = anyMeter();
    const bool drums = *rc::gen::arbitrary<bool>();
    const int callBars = *rc::gen::inRange(1, 5), answerBars = *rc::gen::inRange(1, 17);
    const std::uint8_t channel = drums ? kDrumChannel : static_cast<std::uint8_t>(*rc::gen::inRange(0, 9));
    const Phrase prompt = offGrid(anyPhrase(meter, callBars, 40), channel);
    const bool ignorant = *rc::gen::arbitrary<bool>();
    MarkovAnswerer answerer{Table{ignorant ? nothing : smallFile(), "table"},
                            {*rc::gen::element(0.3, 0.9, 2.0), *rc::gen::element(0.0, 0.02)}};
    test::Heard heard;
    answerer.commit(test::callOf(prompt, answerBars, *rc::gen::arbitrary<std::uint64_t>()), heard);
    const Tick end = answerBars * meter.bar();
    RC_ASSERT(!heard.notes.empty());
    RC_ASSERT(meter.barOf(heard.notes.front().tick) == 0);
    RC_ASSERT(heard.barLines.back() == end);
    RC_ASSERT(std::ranges::is_sorted(heard.barLines));
    std::array<Tick, 128> silent{};
    std::vector<int> barNotes(static_cast<std::size_t>(answerBars));
    std::pair<Tick, int> last{Tick{-1}, 0};
    for (const Note& note : heard.notes) {
      RC_ASSERT(note.channel == channel);
      RC_ASSERT(note.tick >= Tick{} && note.length >= Tick{1} && note.end() <= end);
      RC_ASSERT(note.velocity >= 1 && note.velocity <= 127);
      RC_ASSERT(std::pair(note.tick, int{note.pitch}) > last);
      last = {note.tick, note.pitch};
      RC_ASSERT(silent[note.pitch] <= note.tick);
      silent[note.pitch] = note.end();
      RC_ASSERT(++barNotes[static_cast<std::size_t>(meter.barOf(note.tick))] <= MarkovAnswerer::kMostBarNotes);
    }
  }));
}

TEST_CASE("markov: the seed decides, and nothing else") {
  MarkovAnswerer answerer{Table{smallFile(), "small"}};
  const auto answer = [&](std::uint64_t seed, TurnId id = {1, 0}) {
    test::Heard heard;
    answerer.commit(test::callOf(test::riff(), 4, seed, id), heard);
    return heard.notes;
  };
  CHECK(answer(5) == answer(5));
  CHECK(answer(5) == answer(5, {1, 3}));
  CHECK(answer(5) != answer(6));
  CHECK(answer(5) != answer(5, {2, 0}));
}

TEST_CASE("markov: silence, strange metres and those who leave") {
  MarkovAnswerer answerer{Table{smallFile(), "small"}};
  test::Heard heard;
  answerer.commit(test::callOf({.meter = {4, 4}, .bars = 1}, 2), heard);
  CHECK(heard.notes.empty());
  Phrase odd = test::riff();
  odd.meter = {33, 4};
  CHECK_THROWS_AS(answerer.commit(test::callOf(odd, 2), heard), std::invalid_argument);
  heard.patience = 3;
  answerer.commit(test::callOf(test::riff(), 8), heard);
  CHECK(heard.notes.size() == 3);
  CHECK_THROWS_AS((MarkovAnswerer{Table{smallFile(), "small"}, {0.0, 0.0}}), std::invalid_argument);
}
