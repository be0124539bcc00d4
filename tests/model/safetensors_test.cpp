#include "model/safetensors.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "model/dice.hpp"
#include "model/half.hpp"

using namespace antiphon;

namespace {

std::filesystem::path placeFor(const char* name) { return std::filesystem::temp_directory_path() / name; }

std::vector<std::byte> bytesOf(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> smallFile() {
  const auto path = placeFor("antiphon-small.safetensors");
  const std::vector<float> a{1, -2, 0.5f, 3, 4, 5}, b{0.25f, 7};
  writeSafetensors(path,
                   {{"a", TensorType::f32, {2, 3}, asBytes(a, TensorType::f32)},
                    {"b", TensorType::f16, {2}, asBytes(b, TensorType::f16)},
                    {"c", TensorType::bf16, {2, 1}, asBytes(b, TensorType::bf16)}},
                   {{"architecture", "none"}});
  auto bytes = bytesOf(path);
  std::filesystem::remove(path);
  return bytes;
}

/// A file with this header and so many bytes of data.
std::vector<std::byte> fileOf(const std::string& header, std::size_t data) {
  std::vector<std::byte> bytes(8 + header.size() + data);
  const std::uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

}  // namespace

TEST_CASE("A checkpoint gives back what was written") {
  const auto bytes = smallFile();
  const Safetensors file{bytes, "small"};
  CHECK(file.floats("a", {2, 3}) == std::vector<float>{1, -2, 0.5f, 3, 4, 5});
  CHECK(file.floats("b", {2}) == std::vector<float>{0.25f, 7});
  CHECK(file.floats("c", {2, 1}) == std::vector<float>{0.25f, 7});
  CHECK(file.metadata().at("architecture") == "none");
}

TEST_CASE("A wrong checkpoint is refused with its tensor named") {
  const auto bytes = smallFile();
  const Safetensors file{bytes, "small"};
  CHECK_THROWS_WITH(file.floats("d", {1}), Catch::Contains("'d' is missing"));
  CHECK_THROWS_WITH(file.floats("a", {3, 2}), Catch::Contains("'a' is [2, 3]"));
  CHECK_THROWS_WITH((Safetensors{std::filesystem::path{"/nowhere/model.safetensors"}}),
                    Catch::Contains("cannot be read"));
  const auto refused = [](const std::string& header, std::size_t data, const char* why) {
    const auto wrong = fileOf(header, data);
    CHECK_THROWS_WITH((Safetensors{wrong, "wrong"}), Catch::Contains(why));
  };
  refused("[1]", 0, "no JSON object");
  refused(R"({"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4, "unknown type");
  refused(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "size that its shape");
  refused(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 2, "outside the file");
  refused(R"({"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0, "larger than the file");
  refused(
      R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      4, "follow one another");
  refused(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8, "more in it");
  refused(std::string(5000, '['), 0, "nested too deeply");
}

TEST_CASE("A weight that is no number is refused") {
  const auto path = placeFor("antiphon-nan.safetensors");
  const std::vector<float> values{1, std::numeric_limits<float>::quiet_NaN()};
  for (const TensorType type : {TensorType::f32, TensorType::f16, TensorType::bf16}) {
    writeSafetensors(path, {{"w", type, {2}, asBytes(values, type)}}, {});
    CHECK_THROWS_WITH(Safetensors{path}.floats("w", {2}), Catch::Contains("'w' holds a value that is no number"));
  }
  std::filesystem::remove(path);
}

TEST_CASE("A hundred thousand broken checkpoints are refused or read, and nothing worse") {
  const auto whole = smallFile();
  Dice dice = Dice::from(7);
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto bytes = whole;
    for (std::uint64_t n = dice.below(4) + 1; n > 0; --n)
      bytes[dice.below(bytes.size())] = static_cast<std::byte>(dice.next());
    if (dice.below(4) == 0) bytes.resize(dice.below(bytes.size() + 1));
    try {
      const Safetensors file{bytes, "broken"};
      ++read;
      for (const auto& [name, view] : file.tensors()) {
        std::size_t size = sizeOf(view.type);
        for (const std::int64_t side : view.shape) size *= static_cast<std::size_t>(side);
        REQUIRE(view.bytes.size() == size);
        REQUIRE(view.bytes.data() >= bytes.data());
        REQUIRE(view.bytes.data() + view.bytes.size() <= bytes.data() + bytes.size());
      }
    } catch (const SafetensorsError&) {}
  }
  CHECK(read > 0);  // some only have other numbers in them
}

TEST_CASE("Half floats keep what they can hold, and round to the nearest") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = fromHalf(half);
    if (std::isnan(value)) continue;
    REQUIRE(toHalf(value) == half);
  }
  CHECK(fromHalf(toHalf(1.0f + 0x1.0p-12f)) == 1.0f);
  CHECK(std::isinf(fromHalf(toHalf(70000.0f))));
  CHECK(fromHalf(toHalf(1e-9f)) == 0.0f);
  CHECK(fromBf16(toBf16(3.0f)) == 3.0f);
}
