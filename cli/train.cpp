// antiphon train: learns an answering model from a folder of music.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "model/corpus/gather.hpp"
#include "model/torch_plugin.hpp"
#include "model/training/begin_from.hpp"
#include "model/training/export.hpp"
#include "model/training/trainer.hpp"

namespace antiphon {
namespace {

struct TrainWish {
  std::string corpus{};
  std::string from{};
  bool mean = false;
  std::string folder = "training";
  std::string device = "auto";
  std::string precision = "auto";
  LearningPlan plan{};
  bool layersAsked = false;
  std::uint64_t seed = 1;
  std::size_t verdict = 800;  // windows of the valid split that are judged at the end
  bool quiet = false;
};

std::atomic<bool> stopAsked{false};

std::string contents(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) throw UsageError{path.string() + ": cannot be read"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Products in bf16 pay only where the processor multiplies them itself.
bool multipliesBf16() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("flags")) return line.find("amx_bf16") != line.npos || line.find("avx512_bf16") != line.npos;
  }
  return false;
}

std::string clockTime(double seconds) {
  const auto whole = static_cast<long>(seconds);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

void prepare(const TrainWish& wish, const std::filesystem::path& tokens, const std::filesystem::path& style) {
  if (std::filesystem::exists(tokens) && std::filesystem::exists(style)) return;
  if (wish.corpus.empty()) throw UsageError{tokens.string() + " is not there: give --corpus FOLDER to make it from"};
  if (!std::filesystem::is_directory(wish.corpus)) throw UsageError{wish.corpus + ": no such folder"};
  std::filesystem::create_directories(wish.folder);
  const Gathered gathered = gather(wish.corpus, tokens, style, [&](std::size_t done, std::size_t all) {
    if (!wish.quiet) std::fprintf(stderr, "\rreading the corpus: %zu of %zu files ", done, all);
  });
  std::fprintf(stderr, "\r%zu pieces, %zu notes, %zu pieces of style words%20s\n", gathered.pieces, gathered.notes,
               gathered.textPieces, "");
  if (gathered.leftOut > 0)
    std::fprintf(stderr, "%zu files left out, the first: %s\n", gathered.leftOut, gathered.firstLeftOut.c_str());
}

std::shared_ptr<const NativeModel> modelToBeginFrom(const std::string& wish) {
  if (wish.empty()) return nullptr;
  return wish == "built-in" ? NativeModel::embedded() : NativeModel::load(wish);
}

int train(TrainWish wish) {
  const std::filesystem::path folder{wish.folder};
  const auto tokens = folder / "tokens.bin", stylePath = folder / "style.model";
  prepare(wish, tokens, stylePath);
  const TokenSet set{tokens};
  const auto begin = modelToBeginFrom(wish.from);
  // A model's words for style are part of it.
  const StyleText style{begin ? begin->style().model() : contents(stylePath)};

  LearningPlan& plan = wish.plan;
  if (begin) {
    const int deeper = wish.layersAsked ? plan.shape.layers : begin->shape().layers;
    if (deeper < begin->shape().layers)
      throw UsageError{"--layers " + std::to_string(deeper) + ": the model that learning begins from has " +
                       std::to_string(begin->shape().layers) + ", and none can be taken away"};
    plan.shape = begin->shape();
    plan.shape.layers = deeper;
  }
  plan.shape.textPieces = style.size();
  plan.batches.seed = wish.seed;
  const bool cuda = torchDoor().hasCuda;
  if (wish.device == "cuda" && !cuda)
    throw UsageError{"--device cuda: torch finds no CUDA device here; --device cpu learns on the processor"};
  plan.cuda = wish.device == "cuda" || (wish.device == "auto" && cuda);
  plan.bf16 = wish.precision == "bf16" || (wish.precision == "auto" && (plan.cuda || multipliesBf16()));
  const auto net = openTorchNet({plan.shape.width, plan.shape.layers, plan.shape.heads, plan.shape.hidden,
                                 plan.shape.textPieces, wish.seed, plan.threads, plan.cuda, plan.bf16, true});
  std::fprintf(stderr, "%.2f M parameters, %s, %s products, torch %s\n",
               static_cast<double>(native::parameters(plan.shape)) / 1e6, plan.cuda ? "cuda" : "cpu",
               plan.bf16 ? "bf16" : "f32", torchDoor().torchVersion);

  if (begin) plan.before = beginFrom(*begin, *net);

  std::signal(SIGINT, [](int) { stopAsked = true; });
  std::signal(SIGTERM, [](int) { stopAsked = true; });
  const auto told = [&](const LearningReport& r) {
    if (wish.quiet) return;
    constexpr int kBar = 24;
    const int full = static_cast<int>(static_cast<double>(r.step) / static_cast<double>(r.steps) * kBar);
    std::fprintf(stderr, "\r[%.*s%*s] step %llu of %llu, %.2f bits a note, %.0f tokens/s, %s left ", full,
                 "########################", kBar - full, "", static_cast<unsigned long long>(r.step),
                 static_cast<unsigned long long>(r.steps), r.bits, r.stepsPerSecond, clockTime(r.secondsLeft).c_str());
  };
  const LearningProgress progress = learn(plan, set, style, *net, folder, told, stopAsked);
  std::fprintf(stderr, "\n%llu steps, %llu notes, %s of learning\n", static_cast<unsigned long long>(progress.steps),
               static_cast<unsigned long long>(progress.notes), clockTime(progress.seconds).c_str());

  if (wish.mean && begin) meetHalfway(*begin, *net);
  const Verdict verdict = verdictOf(set, style, *net, wish.verdict);
  const LearningIdentity identity{plan.shape, plan.batches.seed, set.fingerprint(), plan.batches.shardSteps,
                                  plan.batches.shardsPerStep};
  const auto model = folder / "model.safetensors";
  exportModel(model, plan.shape, *net, style, provenanceOf(identity, progress, set, verdict, wish.mean));
  std::printf("%s: %.2f bits a note on the valid split, %.2f with its style in words\n", model.c_str(),
              verdict.plain.at("all").perNote(), verdict.styled.at("all").perNote());
  for (const auto& [source, bits] : verdict.plain) {
    std::printf("  %-26s %5.2f   timing %.2f  pitch %.2f  length %.2f  velocity %.2f\n", source.c_str(), bits.perNote(),
                bits.perNote(native::nextHead), bits.perNote(native::pitchHead), bits.perNote(native::lengthHead),
                bits.perNote(native::velocityHead));
  }
  return kExitOk;
}

}  // namespace

Action addTrain(CLI::App& app) {
  auto* sub = app.add_subcommand("train", "learn an answering model from a folder of music");
  auto wish = std::make_shared<TrainWish>();
  LearningPlan& plan = wish->plan;
  plan.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  sub->add_option("--corpus", wish->corpus, "folder of SOURCE/{train,valid}/*.mid with manifest.jsonl");
  sub->add_option("--out", wish->folder, "folder of the token set, the state of learning, its log and plot")
      ->capture_default_str();
  sub->add_option("--steps", plan.steps, "steps of learning in all")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000000));
  sub->add_option("--rate", plan.rate, "learning rate")->capture_default_str()->check(CLI::Range(1e-6, 1.0));
  sub->add_option("--decay", plan.decay, "last part of the steps, along which the rate falls")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  sub->add_option("--dropout", plan.dropout, "share of what layers add that is left out at random while learning")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
  auto* width = sub->add_option("--width", plan.shape.width, "width of the model")
                    ->capture_default_str()
                    ->check(CLI::Range(16, 4096));
  auto* layers =
      sub->add_option("--layers", plan.shape.layers, "layers")->capture_default_str()->check(CLI::Range(1, 64));
  auto* heads =
      sub->add_option("--heads", plan.shape.heads, "attention heads")->capture_default_str()->check(CLI::Range(1, 64));
  auto* hidden = sub->add_option("--hidden", plan.shape.hidden, "width inside the feed-forward")
                     ->capture_default_str()
                     ->check(CLI::Range(16, 16384));
  auto* from = sub->add_option("--from", wish->from,
                               "begin with what a model knows, of its shape or (--layers) deeper: FILE or built-in")
                   ->excludes(width, heads, hidden);
  sub->add_flag("--mean", wish->mean, "what comes out is the mean of the weights it began and ended with")->needs(from);
  sub->add_option("--shard", plan.batches.shardSteps, "tokens in a shard")
      ->capture_default_str()
      ->check(CLI::Range(64, 1 << 20));
  sub->add_option("--shards", plan.batches.shardsPerStep, "shards learnt from together")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  sub->add_option("--threads", plan.threads, "threads that share the shards; the result is the same")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  sub->add_option("--device", wish->device, "where to learn")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  sub->add_option("--precision", wish->precision, "of matrix products")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  sub->add_option("--seed", wish->seed, "of the first weights and of chance")->capture_default_str();
  sub->add_option("--save-every", plan.saveEvery, "steps between two saves")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--judge-every", plan.judgeEvery, "steps between two looks at the valid split")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--judged", plan.judged, "windows of the valid split that are looked at")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  sub->add_flag("--quiet", wish->quiet, "no progress bar");
  return [wish, layers] {
    wish->layersAsked = layers->count() > 0;
    return train(*wish);
  };
}

}  // namespace antiphon
