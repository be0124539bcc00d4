#include "model/training/learning_state.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>

namespace antiphon {
namespace {

constexpr std::array<char, 8> kStateMagic{'a', 'n', 't', 'i', 'l', 'r', 'n', '2'};
constexpr std::array<char, 8> kEnd{'w', 'h', 'o', 'l', 'e', '.', '.', '.'};

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

}  // namespace

void saveLearning(const std::filesystem::path& path, const LearningIdentity& identity, const LearningProgress& progress,
                  torch_door::Net& net) {
  const std::filesystem::path beside = path.string() + ".part";
  const auto fail = [&] { throw LearningStateError{path.string() + ": the state of learning cannot be written"}; };
  File file{std::fopen(beside.c_str(), "wb")};
  if (!file) fail();
  bool good = true;
  const auto put = [&](const void* data, std::size_t size) {
    good = good && std::fwrite(data, 1, size, file.get()) == size;
  };
  put(kStateMagic.data(), kStateMagic.size());
  put(&identity, sizeof identity);
  put(&progress, sizeof progress);
  std::vector<float> values;
  for (int i = 0; i < net.tensors(); ++i) {
    values.resize(static_cast<std::size_t>(net.tensorSize(i)));
    if (!net.read(i, values.data())) throw LearningStateError{net.error()};
    put(values.data(), values.size() * sizeof(float));
  }
  put(kEnd.data(), kEnd.size());
  good = good && std::fflush(file.get()) == 0 && fsync(fileno(file.get())) == 0;
  if (!good) fail();
  file.reset();
  std::filesystem::rename(beside, path);
}

std::optional<LearningProgress> loadLearning(const std::filesystem::path& path, const LearningIdentity& identity,
                                             torch_door::Net& net) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto fail = [&](const std::string& why) { throw LearningStateError{path.string() + ": " + why}; };
  File file{std::fopen(path.c_str(), "rb")};
  if (!file) fail("the state of learning cannot be read");
  const auto get = [&](void* data, std::size_t size) {
    if (std::fread(data, 1, size, file.get()) != size) fail("the state of learning breaks off");
  };
  std::array<char, 8> mark{};
  get(mark.data(), mark.size());
  if (mark != kStateMagic) fail("not a state of learning");
  LearningIdentity found;
  LearningProgress progress;
  get(&found, sizeof found);
  get(&progress, sizeof progress);
  if (found.shape != identity.shape) fail("belongs to a model of another shape");
  if (found.tokenSet != identity.tokenSet) fail("belongs to another token set");
  if (!(found == identity)) fail("was begun with another seed or batch size");
  std::vector<std::vector<float>> all;
  for (int i = 0; i < net.tensors(); ++i) {
    all.emplace_back(static_cast<std::size_t>(net.tensorSize(i)));
    get(all.back().data(), all.back().size() * sizeof(float));
  }
  get(mark.data(), mark.size());
  if (mark != kEnd) fail("the state of learning is damaged");
  for (int i = 0; i < net.tensors(); ++i) {
    if (!net.write(i, all[static_cast<std::size_t>(i)].data())) fail(net.error());
  }
  return progress;
}

}  // namespace antiphon
