// Learning, on a corpus of a few bars, through the torch plug-in.
#include "model/training/trainer.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "model/native_model.hpp"
#include "model/torch_model.hpp"
#include "model/torch_plugin.hpp"
#include "model/training/begin_from.hpp"
#include "model/training/export.hpp"

using namespace antiphon;

namespace {

struct Folder {
  std::filesystem::path path;
  explicit Folder(const char* name) : path{std::filesystem::temp_directory_path() / name} {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// Sixteen bars of an arpeggio, to learn from and to be judged by.
void writeTinyCorpus(const std::filesystem::path& path) {
  Piece piece;
  piece.bars.assign(16, Meter{4, 4});
  Stream stream{Part::melody, {}};
  for (std::uint16_t bar = 0; bar < 16; ++bar) {
    for (std::uint8_t i = 0; i < 4; ++i) {
      stream.notes.push_back(
          {bar, static_cast<std::uint8_t>(i * 24), static_cast<std::uint8_t>(60 + i * 4 - (bar % 2) * 5), 20, 10});
    }
  }
  piece.streams.push_back(stream);
  TokenSetWriter writer;
  writer.add(piece, "pop909", false, "pop ballad\n");
  writer.add(piece, "pop909", true, "pop ballad\n");
  writer.write(path);
}

const StyleText& style() {
  static const StyleText text{learnStyleText(
      {"pop ballad", "irish jig", "rock drums", "slow blues in 6/8", "chopin mazurka in a minor", "folk waltz"}, 60)};
  return text;
}

LearningPlan tinyPlan() {
  LearningPlan plan;
  plan.shape = {32, 2, 2, 64, style().size()};
  plan.batches = {.seed = 3, .shardSteps = 128, .shardsPerStep = 2};
  plan.steps = 60;
  plan.warmUp = 5;
  plan.saveEvery = 20;
  plan.judgeEvery = 30;
  plan.judged = 8;
  plan.rate = 5e-3;
  return plan;
}

TorchNetHandle netFor(const LearningPlan& plan, int threads = 2) {
  const native::Shape& s = plan.shape;
  return openTorchNet({s.width, s.layers, s.heads, s.hidden, s.textPieces, 1, threads, false, false, true});
}

std::vector<float> everything(torch_door::Net& net) {
  std::vector<float> all;
  for (int i = 0; i < net.tensors(); ++i) {
    std::vector<float> values(static_cast<std::size_t>(net.tensorSize(i)));
    REQUIRE(net.read(i, values.data()));
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

const std::atomic<bool> kNever{false};
void silent(const LearningReport&) {}

}  // namespace

TEST_CASE("A tiny corpus is learnt by heart", "[torch]") {
  const Folder folder{"antiphon-overfit"};
  writeTinyCorpus(folder.path / "tokens.bin");
  const TokenSet set{folder.path / "tokens.bin"};
  LearningPlan plan = tinyPlan();
  plan.steps = 150;
  const auto net = netFor(plan);
  const auto before = judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote();
  learn(plan, set, style(), *net, folder.path, silent, kNever);
  const auto after = judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote();
  CHECK(before > 15);
  CHECK(after < 2.0);
  CHECK(std::filesystem::exists(folder.path / "loss.svg"));
}

SCENARIO("Who is not told everything learns less by heart", "[torch]") {
  const Folder folder{"antiphon-dropout"};
  writeTinyCorpus(folder.path / "tokens.bin");
  const TokenSet set{folder.path / "tokens.bin"};
  GIVEN("two that learn the same pieces for as long, one of them with half of it left out") {
    const auto known = [&](double dropout) {
      LearningPlan plan = tinyPlan();
      plan.steps = 60;
      plan.dropout = dropout;
      const auto net = netFor(plan);
      learn(plan, set, style(), *net, folder.path / std::to_string(dropout), silent, kNever);
      const auto bits = [&] { return judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote(); };
      const double first = bits();
      CHECK(bits() == first);  // who is asked tells all there is
      return first;
    };
    const double whole = known(0), half = known(0.5);
    THEN("both have learnt, and the one who heard less knows less") {
      CHECK(whole < 6);
      CHECK(half < 15);
      CHECK(half > whole + 0.5);
    }
  }
}

SCENARIO("Learning that was interrupted goes on bit for bit", "[torch]") {
  const Folder whole{"antiphon-whole"}, broken{"antiphon-broken"};
  writeTinyCorpus(whole.path / "tokens.bin");
  const TokenSet set{whole.path / "tokens.bin"};
  LearningPlan plan = tinyPlan();
  plan.dropout = 0.2;
  const auto straight = netFor(plan);
  learn(plan, set, style(), *straight, whole.path, silent, kNever);

  GIVEN("a run that was stopped, and one that was killed after its last save") {
    LearningPlan part = plan;
    {
      const auto net = netFor(plan);
      std::atomic<bool> stop{false};
      learn(
          part, set, style(), *net, broken.path, [&](const LearningReport& r) { stop = r.step == 27; }, stop);
    }
    {
      // Killed in mid-write: what lies beside the state is half a file.
      std::ofstream{broken.path / "state.bin.part"} << "half";
      const auto net = netFor(plan, 1);  // and it goes on with another number of threads
      learn(part, set, style(), *net, broken.path, silent, kNever);
      THEN("it ends with the very same numbers, the optimizer's too") {
        CHECK(everything(*net) == everything(*straight));
      }
    }
  }
}

TEST_CASE("A state of learning that belongs elsewhere or is damaged is refused", "[torch]") {
  const Folder folder{"antiphon-state"};
  const LearningPlan plan = tinyPlan();
  const auto net = netFor(plan);
  const LearningIdentity identity{plan.shape, 1, 42, 128, 2};
  saveLearning(folder.path / "state.bin", identity, {}, *net);
  CHECK(loadLearning(folder.path / "state.bin", identity, *net).has_value());
  LearningIdentity other = identity;
  other.tokenSet = 43;
  CHECK_THROWS_WITH(loadLearning(folder.path / "state.bin", other, *net), Catch::Contains("another token set"));
  std::filesystem::resize_file(folder.path / "state.bin", 5000);
  CHECK_THROWS_WITH(loadLearning(folder.path / "state.bin", identity, *net), Catch::Contains("breaks off"));
  CHECK_FALSE(loadLearning(folder.path / "none.bin", identity, *net).has_value());
}

SCENARIO("The decoder thinks what torch thinks", "[torch]") {
  const Folder folder{"antiphon-oracle"};
  const LearningPlan plan = tinyPlan();
  writeTinyCorpus(folder.path / "tokens.bin");
  const TokenSet set{folder.path / "tokens.bin"};
  const auto net = netFor(plan);
  learn(plan, set, style(), *net, folder.path, silent, kNever);
  exportModel(folder.path / "m.safetensors", plan.shape, *net, style(), "{}");
  const auto model = NativeModel::load(folder.path / "m.safetensors", {.format = compute::Format::f32});
  const auto torch = onTorch(model, false);
  const auto ours = model->engine(256), theirs = torch->engine(256);

  CutWindow cut = fixedWindows(set, 1).front();
  cut.window.text = style().pieces("pop ballad");
  const auto steps = native::encode(cut.window);
  const auto alike = [](std::span<const float> a, std::span<const float> b) {
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
    return worst;
  };
  WHEN("both read the same steps") {
    for (const native::Step& step : steps) {
      ours->extend({&step, 1});
      theirs->extend({&step, 1});
      CHECK(alike(ours->speak(native::nextHead, {}), theirs->speak(native::nextHead, {})) < 1e-4);
    }
  }
  WHEN("torch's memory is rolled back") {
    theirs->extend(steps);
    theirs->rollBack(5);
    theirs->extend(std::span{steps}.subspan(5, 4));
    const auto spoken = theirs->speak(native::pitchHead, {});
    const std::vector<float> again{spoken.begin(), spoken.end()};
    const auto fresh = torch->engine(256);
    fresh->extend(std::span{steps}.first(9));
    THEN("it thinks what a fresh one thinks") { CHECK(alike(again, fresh->speak(native::pitchHead, {})) < 1e-4); }
  }
}

SCENARIO("Learning goes on from a model that plays already", "[torch]") {
  const Folder folder{"antiphon-further"};
  writeTinyCorpus(folder.path / "tokens.bin");
  const TokenSet set{folder.path / "tokens.bin"};
  LearningPlan plan = tinyPlan();
  const auto first = netFor(plan);
  const LearningProgress progress = learn(plan, set, style(), *first, folder.path, silent, kNever);
  const double known = judge(fixedWindows(set, 8), set, judgeOf(*first)).at("all").perNote();
  const LearningIdentity identity{plan.shape, 3, set.fingerprint(), 128, 2};
  const auto checkpoint = folder.path / "m.safetensors";
  exportModel(checkpoint, plan.shape, *first, style(),
              provenanceOf(identity, progress, set, verdictOf(set, style(), *first, 8)));

  GIVEN("a net that begins with that model's weights") {
    const auto model = NativeModel::load(checkpoint);
    const auto net = netFor(plan);
    plan.before = beginFrom(*model, *net);
    THEN("it knows what the model knew, and what it has been through") {
      CHECK(judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote() == Approx(known).margin(0.01));
      CHECK(plan.before.stepsBefore == 60);
      CHECK(plan.before.notes == progress.notes);
    }
    WHEN("it learns on") {
      const Folder further{"antiphon-further-on"};
      plan.steps = 20;
      plan.batches.seed = 4;
      const LearningProgress later = learn(plan, set, style(), *net, further.path, silent, kNever);
      THEN("all that was heard counts, and the schedule is its own") {
        CHECK(later.steps == 20);
        CHECK(later.stepsBefore == 60);
        CHECK(later.notes > progress.notes);
      }
      THEN("the mean of before and after lies half-way, and still plays") {
        const auto after = everything(*net);
        meetHalfway(*model, *net);
        const auto mean = everything(*net);
        const auto before = netFor(plan);
        beginFrom(*model, *before);
        const auto from = everything(*before);
        const auto weights = static_cast<std::size_t>(native::parameters(plan.shape));
        for (std::size_t w = 0; w < weights; ++w) REQUIRE(mean[w] == Approx((from[w] + after[w]) / 2).margin(1e-6));
        CHECK(mean != after);
        CHECK(judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote() < known + 0.5);
      }
    }
  }
  GIVEN("a net with two layers more") {
    const auto model = NativeModel::load(checkpoint);
    plan.shape.layers += 2;
    const auto net = netFor(plan);
    plan.before = beginFrom(*model, *net);
    const auto tensor = [](torch_door::Net& of, std::string_view name) {
      for (int i = 0; i < of.tensors(); ++i) {
        if (of.tensorName(i) != name) continue;
        std::vector<float> values(static_cast<std::size_t>(of.tensorSize(i)));
        of.read(i, values.data());
        return values;
      }
      throw std::logic_error{"no such tensor"};
    };
    const std::string top = "layers." + std::to_string(plan.shape.layers - 1) + ".";
    THEN("it knows what the model knew") {
      CHECK(judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote() == Approx(known).margin(0.01));
    }
    WHEN("it learns on") {
      const Folder further{"antiphon-deeper"};
      plan.steps = 20;
      plan.batches.seed = 4;
      const auto qkv = tensor(*net, top + "attention.qkv");
      learn(plan, set, style(), *net, further.path, silent, kNever);
      THEN("its new layers learn as well") {
        CHECK(tensor(*net, top + "attention.qkv") != qkv);
        CHECK(std::ranges::any_of(tensor(*net, top + "forward.down"), [](float w) { return w != 0; }));
      }
      THEN("the mean of before and after leaves them as they are, and still plays") {
        const auto down = tensor(*net, top + "forward.down"), table = tensor(*net, "table");
        meetHalfway(*model, *net);
        CHECK(tensor(*net, top + "forward.down") == down);
        CHECK(tensor(*net, "table") != table);
        CHECK(judge(fixedWindows(set, 8), set, judgeOf(*net)).at("all").perNote() < known + 0.5);
      }
    }
  }
  GIVEN("a net of another shape") {
    LearningPlan wider = plan;
    wider.shape.hidden = 96;
    const auto net = netFor(wider);
    THEN("it is refused, and the tensor named") {
      CHECK_THROWS_WITH(beginFrom(*NativeModel::load(checkpoint), *net),
                        Catch::Contains("m.safetensors") && Catch::Contains("does not fit"));
    }
  }
}
