// Whether a module of one's own can be written anew again and again while it sounds: gaps, and memory that stays.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>

#include "bridge/doorway.hpp"
#include "cli/benches.hpp"
#include "cli/exit.hpp"
#include "cli/figures.hpp"
#include "cli/played_studio.hpp"
#include "cli/words.hpp"
#include "synth/program.hpp"

namespace antiphon {
namespace {

struct ReloadWish {
  int times = 100;
  bool json = false;
};

/// A home of its own, for as long as this lasts.
class Home {
 public:
  Home() : path_{(std::filesystem::temp_directory_path() / "antiphon-XXXXXX").string()} {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"no folder can be made for the module"};
    setenv("ANTIPHON_HOME", path_.c_str(), 1);
    std::filesystem::create_directories(modules());
  }
  ~Home() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  /// As whoever plays does: something is changed each time. It has a sine in it, which is a table of 256 KB.
  void write(int time) const {
    std::ofstream{modules() / "wah.dsp"} << R"(import("stdfaust.lib");
speed = hslider("speed[unit:Hz][scale:log]", 2, 0.1, 20, 0.01);
depth = hslider("depth", 0.6, 0, 1, 0.01) : si.smoo;
process = fi.resonlp()" << 500 + time << R"( * 2 ^ (3 * depth * (1 + os.osc(speed)) / 2), 4, 0.6);
)";
  }

 private:
  std::filesystem::path modules() const { return std::filesystem::path{path_} / "modules"; }
  std::string path_;
};

double residentMegabytes() {
  std::ifstream in{"/proc/self/statm"};
  double all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void must(PlayedStudio& studio, const std::string& line) {
  if (const auto reply = studio.doorway().run(line, Doorway::Door::own); !reply.ok)
    throw std::runtime_error{reply.text};
}

nlohmann::ordered_json measureReload(const ReloadWish& wish) {
  const Home home;
  PlayedStudio studio{false, 0};
  const double withoutModule = residentMegabytes();
  home.write(0);
  must(studio, "reload wah");
  must(studio, "patch pad > wah > out");
  std::this_thread::sleep_for(std::chrono::seconds{2});  // until what was there before is given back

  const double before = residentMegabytes();
  double quarter = 0;
  const std::uint64_t slowBefore = studio.ensemble().metrics().overruns;
  std::int64_t errors = 0;
  std::string first;
  const Nanos begin = steadyNow();
  for (int i = 1; i <= wish.times; ++i) {
    home.write(i);
    const auto reply = studio.doorway().run("reload wah", Doorway::Door::own);
    if (!reply.ok && errors++ == 0) first = reply.text;
    if (i == (wish.times + 3) / 4) quarter = residentMegabytes();
  }
  const Nanos end = steadyNow();
  const std::uint64_t slow = studio.ensemble().metrics().overruns - slowBefore;
  const double after = residentMegabytes();
  // What the machine itself leaves out, while nothing is reloaded; and at least until the last one was given back.
  std::this_thread::sleep_for(std::max<Nanos>(end - begin, std::chrono::seconds{2}));

  nlohmann::ordered_json figures{{"reloads", wish.times},
                                 {"seconds", static_cast<double>((end - begin).count()) / 1e9},
                                 {"errors", errors},
                                 {"sound", studio.gapsBetween(begin, end)},
                                 {"sound_as_long_without_reloads", studio.gapsBetween(end, end + (end - begin))},
                                 {"periods_made_too_slowly", slow},
                                 {"resident_mb_without_a_module", withoutModule},
                                 {"resident_mb_before_the_first", before},
                                 {"resident_mb_after_a_quarter", quarter},
                                 {"resident_mb_after_all", after},
                                 {"programs_alive", synth::Program::alive()}};
  if (errors > 0) figures["first_error"] = first;
  return figures;
}

int benchReload(const ReloadWish& wish) {
  const nlohmann::ordered_json figures = measureReload(wish);
  if (wish.json) std::printf("%s\n", figures.dump(2).c_str());
  else printFigures(figures);
  return kExitOk;
}

}  // namespace

Action addReloadBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("reload", "A module of one's own, written anew again and again while it sounds");
  auto wish = std::make_shared<ReloadWish>();
  sub->add_option("--times", wish->times, "How often (default 100)")->check(wholeNumber(1, 1'000'000));
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchReload(*wish); };
}

}  // namespace antiphon
