#include "bridge/recorder.hpp"

#include <sndfile.h>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;

struct Room : TypedStudio {
  std::filesystem::path folder;
  std::unique_ptr<Recorder> recorder;
  std::vector<std::string> news{};

  Room() {
    std::string name = (std::filesystem::temp_directory_path() / "antiphon-record-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    recorder = std::make_unique<Recorder>(desk, sequences, Shelf{folder});
    addRecorder(table, *recorder);
    ok("create kick");
    ok("sequence kick: x...x...x...x...");
    ok("play");
  }
  ~Room() { std::filesystem::remove_all(folder); }

  std::vector<float> listen(double seconds) {
    std::vector<float> all;
    for (double at = 0; at < seconds - 1e-9; at += 0.05) {
      const auto some = hear(0.05);
      all.insert(all.end(), some.begin(), some.end());
      for (std::string& line : recorder->tend()) news.push_back(std::move(line));
    }
    return all;
  }
  std::vector<float> left(const std::string& file) const {
    SF_INFO info{};
    SNDFILE* const in = sf_open((folder / "recordings" / file).c_str(), SFM_READ, &info);
    REQUIRE(in != nullptr);
    std::vector<float> both(static_cast<std::size_t>(info.frames * 2)), one;
    CHECK(sf_readf_float(in, both.data(), info.frames) == info.frames);
    sf_close(in);
    for (std::size_t i = 0; i < both.size(); i += 2) one.push_back(both[i]);
    return one;
  }
};

bool alike(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::abs(a[i] - b[i]) > 2e-7f) return false;  // 24 bits
  }
  return true;
}

}  // namespace

SCENARIO("RECORD-1 Two bars are recorded, from bar line to bar line") {
  Room room;
  room.listen(0.7);
  CHECK_THAT(room.ok("record take bars 2"), Contains("take.wav, 2 bars from bar 2"));
  room.listen(1.3);
  const auto heard = room.listen(4);
  room.listen(1);
  THEN("the file is as long to the frame, and what was heard") {
    REQUIRE(room.news.size() == 1);
    CHECK_THAT(room.news[0], Contains("take.wav, 4.00 s"));
    CHECK((alike(room.left("take.wav"), heard)));
  }
  THEN("another does not overwrite it") {
    CHECK_THAT(room.error("record take"), Contains("is there already"));
    CHECK_THAT(room.error("record stop"), Contains("nothing is being recorded"));
  }
}

SCENARIO("RECORD-2 It is recorded until it is told to stop, also while the music stands still") {
  Room room;
  room.running = false;
  room.listen(0.1);
  room.ok("record a.flac");
  CHECK_THAT(room.error("record b"), Contains("is being recorded"));
  const auto heard = room.listen(1);
  CHECK_THAT(room.ok("record stop"), Contains("a.flac, 1.00 s"));
  room.listen(0.2);
  CHECK((alike(room.left("a.flac"), heard)));
  AND_THEN("the next begins with itself alone") {
    room.running = true;
    room.ok("record b");
    const auto second = room.listen(1);
    room.ok("record stop");
    CHECK((alike(room.left("b.wav"), second)));
  }
  AND_THEN("what is said wrongly is answered") {
    for (const char* line : {"record", "record a b c d", "record x bars 0", "record x bars many", "record ../x"})
      room.error(line);
  }
}

}  // namespace antiphon
