// What is no model of ours is refused, with what is wrong named.
#include "model/native_model.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>

#include "model/tokens/step_writer.hpp"

using namespace antiphon;

namespace {

struct Parts {
  std::vector<TensorToWrite> tensors{};
  std::map<std::string, std::string> metadata{};
};

const std::string& styleModel() {
  static const std::string model = learnStyleText({"pop ballad", "irish jig", "rock drums", "slow blues in 6/8"}, 40);
  return model;
}

Parts wholeModel() {
  const native::Shape shape{16, 1, 1, 32, StyleText{styleModel()}.size()};
  Parts parts;
  for (const native::TensorSpec& spec : native::tensors(shape)) {
    parts.tensors.push_back(
        {spec.name, TensorType::f32, spec.size, asBytes(native::randomTensor(spec, 1, 0.02f), TensorType::f32)});
  }
  const auto bytes = std::as_bytes(std::span{styleModel()});
  parts.tensors.push_back(
      {kStyleTensor, TensorType::u8, {static_cast<std::int64_t>(bytes.size())}, {bytes.begin(), bytes.end()}});
  parts.metadata = {{"architecture", kNativeArchitecture},
                    {"vocabulary", native::fingerprint(shape.textPieces)},
                    {"shape", R"({"width":16,"layers":1,"heads":1,"hidden":32,"textPieces":)" +
                                  std::to_string(shape.textPieces) + "}"}};
  return parts;
}

std::string refusal(const Parts& parts) {
  const auto path = std::filesystem::temp_directory_path() / "antiphon-wrong.safetensors";
  writeSafetensors(path, parts.tensors, parts.metadata);
  std::string said;
  try {
    NativeModel::load(path);
  } catch (const ModelError& error) {
    said = error.what();
  }
  std::filesystem::remove(path);
  return said;
}

}  // namespace

TEST_CASE("A whole model loads, and thinks") {
  CHECK(refusal(wholeModel()).empty());
  const auto engine = NativeModel::embedded()->engine(8);
  const native::StepWriter writer{native::Brief{}};
  const native::Step header = writer.header();
  engine->extend({&header, 1});
  CHECK(engine->speak(native::nextHead, {}).size() == native::kNextChoices);
}

SCENARIO("A model that is not whole is refused by name") {
  Parts parts = wholeModel();
  SECTION("architecture") {
    parts.metadata["architecture"] = "llama";
    CHECK_THAT(refusal(parts), Catch::Contains("architecture is 'llama'"));
    parts.metadata.erase("architecture");
    CHECK_THAT(refusal(parts), Catch::Contains("no 'architecture'"));
  }
  SECTION("vocabulary") {
    parts.metadata["vocabulary"] = "antiphon-native-0/1+1";
    CHECK_THAT(refusal(parts), Catch::Contains("vocabulary is 'antiphon-native-0/1+1'"));
  }
  SECTION("shape") {
    parts.metadata["shape"] = "{}";
    CHECK_THAT(refusal(parts), Catch::Contains("shape has no 'width'"));
    parts.metadata["shape"] = R"({"width":16,"layers":100000,"heads":1,"hidden":32,"textPieces":1})";
    CHECK_THAT(refusal(parts), Catch::Contains("layers is 100000"));
  }
  SECTION("a tensor is missing") {
    parts.tensors.erase(parts.tensors.begin() + 3);
    CHECK_THAT(refusal(parts), Catch::Contains("'layers.0.attention.out' is missing"));
  }
  SECTION("a tensor has another shape") {
    std::swap(parts.tensors[2].shape[0], parts.tensors[2].shape[1]);
    CHECK_THAT(refusal(parts), Catch::Contains("'layers.0.attention.qkv' is [16, 48], and must be [48, 16]"));
  }
  SECTION("a tensor has another type") {
    parts.tensors[1] = {"layers.0.attention.norm", TensorType::i32, {16}, std::vector<std::byte>(64)};
    CHECK_THAT(refusal(parts), Catch::Contains("'layers.0.attention.norm' is of type I32"));
  }
  SECTION("a weight is no number") {
    const float bad = std::numeric_limits<float>::infinity();
    std::copy_n(std::as_bytes(std::span{&bad, 1}).begin(), 4, parts.tensors[0].bytes.begin() + 400);
    CHECK_THAT(refusal(parts), Catch::Contains("'table' holds a value that is no number"));
  }
  SECTION("the words for style are broken") {
    parts.tensors.back().bytes[10] ^= std::byte{0xFF};
    parts.tensors.back().bytes.resize(100);
    parts.tensors.back().shape = {100};
    CHECK_THAT(refusal(parts), Catch::Contains("style words cannot be read") || Catch::Contains("words for style"));
  }
}

TEST_CASE("A file that is no checkpoint is refused") {
  CHECK_THROWS_WITH(NativeModel::load("/nowhere/model.safetensors"),
                    Catch::Contains("/nowhere/model.safetensors: cannot be read"));
}
