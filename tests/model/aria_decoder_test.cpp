#include "model/aria/decoder.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "model/dice.hpp"
#include "tests/model/aria_models.hpp"

using namespace antiphon;
using namespace antiphon::aria_testing;

namespace {

std::vector<int> someIds(std::size_t count) {
  Dice dice = Dice::from(9);
  std::vector<int> ids;
  while (ids.size() < count) ids.push_back(static_cast<int>(dice.below(kAriaTokens)));
  return ids;
}

std::shared_ptr<const AriaWeights> weightsOf(const AriaShape& shape, std::optional<int> heads = {}) {
  Checkpoint checkpoint{shape};
  return std::make_shared<AriaWeights>(loadAria(checkpoint.open(), heads));
}

double furthest(std::span<const float> a, std::span<const float> b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    most = std::max(most, difference);
  }
  return most;
}

}  // namespace

SCENARIO("Aria thinks as its formulas say") {
  for (const AriaShape& shape :
       {kSmall, AriaShape{.width = 48, .layers = 3, .heads = 3, .hidden = 192, .vocabulary = kAriaLiveTokens},
        AriaShape{.width = 80, .layers = 1, .heads = 2, .hidden = 33, .vocabulary = kAriaTokens}}) {
    GIVEN("a model of width " + std::to_string(shape.width)) {
      const std::vector<int> ids = someIds(21);
      const Reference reference{shape, livelyTensors(shape)};
      AriaDecoder decoder{weightsOf(shape, shape.heads)};
      THEN("its logits are those of the formulas in doubles") {
        decoder.extend(ids, [&](int place, std::span<const float> logits) {
          if (place % 5 != 0) return;
          const Vector exact = reference.logits({ids.begin(), ids.begin() + place + 1});
          const std::vector<float> rounded(exact.begin(), exact.end());
          CHECK(furthest(logits, rounded) < 1e-4);
        });
        CHECK(decoder.length() == 21);
      }
    }
  }
}

SCENARIO("Aria does not mind how it is told") {
  GIVEN("more tokens than a page holds") {
    const std::vector<int> ids = someIds(300);
    const auto weights = weightsOf(kSmall);
    AriaDecoder whole{weights}, single{weights}, parted{weights};
    std::vector<std::vector<float>> each;
    whole.extend(ids, [&](int place, std::span<const float> logits) {
      REQUIRE(static_cast<std::size_t>(place) == each.size());
      each.emplace_back(logits.begin(), logits.end());
    });
    REQUIRE(each.size() == ids.size());
    WHEN("they come one by one") {
      THEN("the logits are the same") {
        double most = 0;
        for (std::size_t i = 0; i < ids.size(); ++i)
          most = std::max(most, furthest(single.extend(std::span{ids}.subspan(i, 1)), each[i]));
        CHECK(most < 1e-4);
      }
    }
    WHEN("they come in parts, with some taken back in between") {
      THEN("the logits are the same") {
        CHECK(furthest(parted.extend(std::span{ids}.first(270)), each[269]) < 1e-4);
        parted.rollBack(100);
        CHECK(parted.length() == 100);
        CHECK(furthest(parted.extend(std::span{ids}.subspan(100, 7)), each[106]) < 1e-4);
        CHECK(furthest(parted.extend(std::span{ids}.subspan(107)), each[299]) < 1e-4);
      }
    }
  }
}

TEST_CASE("Aria refuses tokens that are none, or too many") {
  AriaDecoder decoder{weightsOf(kSmall), 4};
  CHECK_THROWS_AS(decoder.extend(std::vector<int>{}), std::invalid_argument);
  CHECK_THROWS_AS(decoder.extend(std::vector<int>{1, kAriaTokens}), std::out_of_range);
  CHECK_THROWS_AS(decoder.extend(std::vector<int>{-1}), std::out_of_range);
  CHECK_THROWS_AS(decoder.extend(std::vector<int>{1, 2, 3, 4, 5}), std::length_error);
  CHECK(decoder.length() == 0);
  decoder.extend(std::vector<int>{1, 2, 3, 4});
  CHECK_THROWS_AS(decoder.extend(std::vector<int>{1}), std::length_error);
  CHECK_THROWS_AS(decoder.rollBack(5), std::out_of_range);
  CHECK_THROWS_AS((AriaDecoder{nullptr}), std::invalid_argument);
  CHECK_THROWS_AS((AriaDecoder{weightsOf(kSmall), kAriaContext + 1}), std::invalid_argument);
}

TEST_CASE("Aria: the shape is read from the tensors") {
  Checkpoint checkpoint{kSmall};
  CHECK(shapeOf(checkpoint.open()) == kSmall);
  CHECK(shapeOf(checkpoint.open(), 4).heads == 4);
  checkpoint.metadata["heads"] = "8";
  CHECK(shapeOf(checkpoint.open()).heads == 8);
  CHECK(shapeOf(checkpoint.open(), 1).heads == 1);
  CHECK(AriaShape{}.headWidth() == 64);
  CHECK(parametersOf(AriaShape{}) == 658'538'496);
  CHECK_THROWS_AS(tensorsOf(AriaShape{.heads = 7}), std::invalid_argument);
}

TEST_CASE("Aria: weights of sixteen bits are taken as they are") {
  for (const TensorType type : {TensorType::f16, TensorType::bf16}) {
    Checkpoint checkpoint{kSmall, type};
    const Safetensors file = checkpoint.open();
    const AriaWeights weights = loadAria(file);
    const std::vector<float> table = file.floats("model.tok_embeddings.weight", {kAriaTokens, kSmall.width});
    CHECK(std::ranges::equal(weights.table, table));
  }
}

TEST_CASE("Aria: a wrong checkpoint is refused with its tensor named") {
  const std::string qkv = "model.encode_layers.1.mixed_qkv.weight", bias = "model.encode_layers.0.norm2.bias";
  Checkpoint checkpoint{kSmall};
  const auto refused = [&](const std::string& why, const std::string& which) {
    CHECK_THROWS_AS(loadAria(checkpoint.open()), SafetensorsError);
    CHECK_THROWS_WITH(loadAria(checkpoint.open()),
                      Catch::Contains("'" + which + "'") && Catch::Contains(why) && !Catch::Contains("\n"));
  };
  SECTION("missing") {
    for (const auto& spec : tensorsOf(kSmall)) {
      Checkpoint whole = checkpoint;
      checkpoint.without(spec.name);
      CHECK_THROWS_WITH(shapeOf(checkpoint.open()), Catch::Contains("'" + spec.name + "' is missing"));
      checkpoint = whole;
    }
  }
  SECTION("of another size") {
    checkpoint[qkv].shape = {kSmall.width, 3 * kSmall.width};
    refused("size", qkv);
  }
  SECTION("of a type that holds no weights") {
    checkpoint[bias] = {bias, TensorType::i32, {kSmall.width}, std::vector<std::byte>(4 * kSmall.width)};
    refused("I32", bias);
  }
  SECTION("no number") {
    std::vector<float> values(kSmall.width, 1.0f);
    values[5] = std::numeric_limits<float>::quiet_NaN();
    checkpoint[bias].bytes = asBytes(values, TensorType::f32);
    refused("no number", bias);
  }
  SECTION("of another architecture") {
    checkpoint.tensors.push_back(
        {"model.encode_layers.0.mixed_qkv.bias", TensorType::f32, {1}, std::vector<std::byte>(4)});
    refused("architecture", "model.encode_layers.0.mixed_qkv.bias");
    checkpoint.tensors.erase(checkpoint.tensors.begin(), checkpoint.tensors.end() - 1);
    refused("no Aria checkpoint", "model.tok_embeddings.weight");
  }
  SECTION("another vocabulary") {
    auto& table = checkpoint["model.tok_embeddings.weight"];
    table.shape[0] = kAriaTokens + 1;
    table.bytes.resize(static_cast<std::size_t>(table.shape[0] * kSmall.width * 4));
    refused("17728 tokens", "model.tok_embeddings.weight");
  }
  SECTION("heads that do not fit") {
    CHECK_THROWS_WITH(loadAria(checkpoint.open(), 5), Catch::Contains("5 heads do not go into a width of 32"));
    CHECK_THROWS_AS(loadAria(checkpoint.open(), 0), SafetensorsError);
    checkpoint.metadata["heads"] = "many";
    CHECK_THROWS_WITH(loadAria(checkpoint.open()), Catch::Contains("'heads' is no number"));
  }
}

TEST_CASE("Aria: a random checkpoint can be read, and is the same for the same seed") {
  const auto first = std::filesystem::temp_directory_path() / "antiphon-aria-first.safetensors";
  const auto second = std::filesystem::temp_directory_path() / "antiphon-aria-second.safetensors";
  writeRandomAria(first, kSmall, 4);
  writeRandomAria(second, kSmall, 4);
  const Safetensors one{first}, same{second};
  CHECK(shapeOf(one) == kSmall);
  CHECK(one.tensors().at("lm_head.weight").type == TensorType::bf16);
  const AriaWeights weights = loadAria(one), again = loadAria(same);
  CHECK(weights.table == again.table);
  CHECK(weights.norm.weight == compute::Floats(kSmall.width, 1.0f));
  CHECK(weights.norm.bias == compute::Floats(kSmall.width, 0.0f));
  writeRandomAria(second, kSmall, 5);
  CHECK(loadAria(Safetensors{second}).table != weights.table);
  std::filesystem::remove(first);
  std::filesystem::remove(second);
}
