#include "synth/recording.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "scheduler/realtime_scope.hpp"
#include "synth/desk.hpp"
#include "synth/rack.hpp"
#include "synth/writing.hpp"
#include "tests/guard/realtime_guard.hpp"
#include "tests/support/sound_files.hpp"

using namespace antiphon;
using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

std::vector<float> wave(int frames) {
  std::vector<float> sound;
  for (int f = 0; f < frames; ++f) sound.push_back(static_cast<float>(0.5 * std::sin(0.0628 * f)));
  return sound;
}

double heard(Desk& desk, int frames) {
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left.size());
  {
    const RealtimeScope realtime;
    desk.machine().render(left.data(), right.data(), frames, {});
  }
  double most = 0;
  for (const float x : left) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}

}  // namespace

SCENARIO("a recording is read from whatever file it is in") {
  const SoundFolder folder{"formats"};
  const auto sound = wave(4800);
  const auto near = [&](const Recording& recording, double most) {
    CHECK(recording.frames() == 4800);
    CHECK_FALSE(recording.stereo());
    double apart = 0;
    for (int f = 0; f < 4800; ++f)
      apart =
          std::max(apart, std::abs(static_cast<double>(recording.middle(0)[f] - sound[static_cast<std::size_t>(f)])));
    CAPTURE(apart);
    CHECK(apart < most);
  };
  near(*recordingIn(folder.write("a.wav", sound)), 1e-9);
  near(*recordingIn(folder.write("b.wav", sound, 1, 44100, SF_FORMAT_WAV | SF_FORMAT_PCM_16)), 1e-4);
  near(*recordingIn(folder.write("c.flac", sound, 1, 44100, SF_FORMAT_FLAC | SF_FORMAT_PCM_24)), 1e-6);
  near(*recordingIn(folder.write("d.aiff", sound, 1, 96000, SF_FORMAT_AIFF | SF_FORMAT_PCM_24)), 1e-6);
  near(*recordingIn(folder.write("e.ogg", sound, 1, 44100, SF_FORMAT_OGG | SF_FORMAT_VORBIS)), 0.05);
  const auto both = recordingIn(folder.write("f.wav", {1, 0.5f, 0.25f, -0.25f}, 2, 8000));
  REQUIRE(both->frames() == 2);
  CHECK(both->middle(0)[0] + both->side(0)[0] == 1.0f);
  CHECK(both->middle(0)[1] - both->side(0)[1] == -0.25f);
  CHECK(both->rate() == SampleRate{8000});
}

SCENARIO("a file that cannot be played is refused in a sentence, and what sounds plays on") {
  const SoundFolder folder{"refused"};
  std::ofstream{folder / "words.wav"} << "this is no sound";
  std::ofstream{folder / "nothing.wav"};
  std::vector<float> broken = wave(100);
  broken[50] = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> loud = wave(100);
  loud[50] = 1e20f;
  const std::pair<std::string, std::string> files[] = {
      {folder / "missing.wav", "is not there"},
      {folder / "", "is a folder"},
      {"/dev/zero", "no plain file"},
      {folder / "words.wav", "no sound file"},
      {folder / "nothing.wav", "no sound file"},
      {folder.write("empty.wav", {}), "holds no sound"},
      {folder.write("nan.wav", broken), "beyond all bounds"},
      {folder.write("loud.wav", loud), "beyond all bounds"},
      {folder.write("many.wav", wave(640), 64), "has 64 channels"},
      {folder.write("slow.wav", wave(100), 1, 4000), "sample rate of 4000 Hz"},
      {folder.write("fast.wav", wave(100), 1, 384000), "sample rate of 384000 Hz"},
      {folder.write("long.wav", std::vector<float>(8000 * 601), 1, 8000, SF_FORMAT_WAV | SF_FORMAT_PCM_U8),
       "more than 10 minutes"},
  };
  Desk desk{SampleRate{48000}};
  desk.add("v", *moduleCalled("sine"));
  desk.connect("v", "out");
  for (const auto& [file, why] : files) {
    CAPTURE(file);
    CHECK_THROWS_WITH(desk.add("s", *moduleCalled("sample"), 8, file), Contains(why) && Contains(file.substr(0, 20)));
    CHECK(desk.patch().find("s") == nullptr);
    CHECK(heard(desk, 480) > 0.9);
  }
  Patch patch = desk.patch();
  CHECK_THROWS_WITH(patch.add("s", *moduleCalled("sample")), Contains("file=PATH"));
  CHECK_THROWS_WITH(chain(patch, "sample > out"), Contains("file=PATH"));
  CHECK_THROWS_WITH(create(patch, "w", std::vector<PatchWord>{{"", "sine"}, {"file", "x.wav"}}), Contains("no 'file'"));
}

SCENARIO("a file cut short or spoilt anywhere is read as far as it is sound, or refused") {
  const SoundFolder folder{"spoilt"};
  std::vector<std::string> files;
  for (const auto& [name, format] : {std::pair{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                                     {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
                                     {"a.aiff", SF_FORMAT_AIFF | SF_FORMAT_FLOAT},
                                     {"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS}})
    files.push_back(folder.write(name, wave(2000), 1, 44100, format));
  REQUIRE(rc::check(
      [&](std::uint32_t which, const std::vector<std::pair<std::uint16_t, char>>& changes, std::uint16_t length) {
        std::ifstream in{files[which % files.size()], std::ios::binary};
        std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        for (const auto& [place, byte] : changes) bytes[place % (place % 2 == 0 ? 64 : bytes.size())] = byte;
        if (length % 2 == 0) bytes.resize(length % bytes.size());
        const std::string file = folder / "b";
        std::ofstream{file, std::ios::binary} << bytes;
        try {
          const auto recording = recordingIn(file);
          RC_ASSERT(recording->frames() > 0);
          for (std::int64_t f = 0; f < recording->frames(); ++f)
            RC_ASSERT(std::abs(recording->middle(0)[f]) <= 1000.0f);
        } catch (const PatchError&) {}
      }));
}

SCENARIO("modules that play the same file share it, and it goes with the last of them") {
  const SoundFolder folder{"shared"};
  const std::string file = folder.write("a.wav", wave(48000));
  GIVEN("the files that are in use") {
    Recordings recordings;
    auto one = recordings.in(file), two = recordings.in(folder / "./a.wav");
    CHECK(one == two);
    const std::weak_ptr<const Recording> kept = one;
    WHEN("it is written anew") {
      folder.write("a.wav", wave(100));
      std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds{2});
      THEN("the new one is read") { CHECK(recordings.in(file)->frames() == 100); }
    }
    WHEN("nobody has it any more") {
      one.reset();
      two.reset();
      THEN("it is gone") { CHECK(kept.expired()); }
    }
  }
  GIVEN("two samples that sound") {
    Desk desk{SampleRate{48000}};
    const auto offences = guard::offences().all();
    desk.add("s", *moduleCalled("sample"), 8, file);
    desk.add("t", *moduleCalled("sample"), 8, file);
    for (const char* name : {"s", "t"}) {
      desk.set(std::string{name} + ".loop", 1);
      desk.set(std::string{name} + ".gate", 1);
      desk.connect(name, "out", 0.4);
    }
    CHECK(heard(desk, 4800) > 0.3);
    WHEN("the file is taken away") {
      std::filesystem::remove(file);
      THEN("they play on, whatever else is edited, and also when one becomes voices") {
        desk.add("k", *moduleCalled("keys"));
        desk.connect("k.pitch", "s.pitch");
        CHECK(heard(desk, 4800) > 0.1);
        desk.remove("t");
        CHECK(guard::offences().all() == offences);
      }
    }
    WHEN("both are removed") {
      desk.remove("s");
      desk.remove("t");
      for (int i = 0; i < 4; ++i) {
        heard(desk, 4800);
        desk.tend();
      }
      THEN("there is silence, and nothing was read where the sound is made") {
        CHECK(heard(desk, 4800) < 1e-6);
        CHECK(guard::offences().all() == offences);
      }
    }
  }
}
