#include "model/compute/kernels.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "model/compute/packed_file.hpp"
#include "model/compute/packed_store.hpp"
#include "model/dice.hpp"
#include "tests/model/vector_units.hpp"

using namespace antiphon;
using namespace antiphon::compute;
using antiphon::test::onEveryVectorUnit;

namespace {

constexpr std::array kFormats{Format::f32, Format::bf16, Format::int8, Format::q4};

Floats someNumbers(std::size_t count, std::uint64_t seed, double loud = 1) {
  Dice dice = Dice::from(seed);
  Floats numbers;
  while (numbers.size() < count) numbers.push_back(static_cast<float>((dice.unit() - 0.5) * 2 * loud));
  return numbers;
}

/// Rows as a format wants them, for a matrix of so many depths one after the other.
struct Input {
  Input(Format as, const Floats& rows, int many, const std::vector<int>& depths) : format{as}, count{many} {
    std::size_t groups = 0;
    for (const int depth : depths) groups += static_cast<std::size_t>(groupsFor(format, depth));
    const std::size_t each = static_cast<std::size_t>(groupOf(format)), all = static_cast<std::size_t>(count) * groups;
    numbers.resize(all * each);
    whole.resize(all * each);
    coarse.resize(all * each);
    scales.resize(all);
    sums.resize(all);
    const float* from = rows.data();
    for (std::size_t group = 0; group < all;) {
      for (const int depth : depths) {
        std::copy_n(from, depth, numbers.data() + group * each);
        if (format == Format::int8)
          roundFinely(from, depth, whole.data() + group * each, scales.data() + group, sums.data() + group);
        if (format == Format::q4)
          roundCoarsely(from, depth, coarse.data() + group * each, scales.data() + group, sums.data() + group);
        from += depth;
        group += static_cast<std::size_t>(groupsFor(format, depth));
      }
    }
    stride = groups * each;
  }
  InputView view() const {
    const std::size_t groups = stride / static_cast<std::size_t>(groupOf(format));
    return {numbers.data(), whole.data(), coarse.data(), stride, scales.data(), sums.data(), groups, count};
  }
  Format format;
  int count;
  Floats numbers{}, scales{};
  Aligned<std::int16_t> whole{};
  Aligned<std::int8_t> coarse{};
  Aligned<std::int32_t> sums{};
  std::size_t stride = 0;
};

double furthest(std::span<const float> a, std::span<const double> b) {
  double most = 0;
  for (std::size_t i = 0; i < b.size(); ++i) most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
  return most;
}

}  // namespace

TEST_CASE("Packed weights are the weights, as nearly as their format can say") {
  REQUIRE(rc::check([] {
    const int outputs = *rc::gen::inRange(1, 80), depth = *rc::gen::inRange(1, 150);
    const auto seed = static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000));
    const Floats rows = someNumbers(static_cast<std::size_t>(outputs * depth), seed, 0.05);
    for (const Format format : kFormats) {
      PackedStore store{format, packedBytes(format, outputs, depth)};
      const Packed packed = store.next(outputs, depth, rows);
      const double step = format == Format::f32    ? 0
                          : format == Format::bf16 ? 0.05 / 256
                          : format == Format::int8 ? 0.05 / 250
                                                   : 2 * 0.05 / 8;  // the scale suits most of a group, not its loudest
      for (int o = 0; o < outputs; ++o) {
        for (int k = 0; k < depth; ++k)
          RC_ASSERT(std::abs(packed.at(o, k) - rows[static_cast<std::size_t>(o * depth + k)]) <= step);
      }
    }
  }));
}

TEST_CASE("Products are those of the packed weights, on every vector unit") {
  onEveryVectorUnit([] {
    INFO(vectorUnit());
    for (const auto& [outputs, depth] : {std::pair{48, 48}, {256, 256}, {33, 170}, {70, 130}, {7, 704}, {1, 1}}) {
      const int rows = 5;
      const Floats weights = someNumbers(static_cast<std::size_t>(outputs * depth), 1, 0.05);
      const Floats in = someNumbers(static_cast<std::size_t>(rows * depth), 2, 3);
      for (const Format format : kFormats) {
        const Input input{format, in, rows, {depth}};
        INFO(std::string{nameOf(format)} << " " << outputs << " x " << depth);
        PackedStore store{format, packedBytes(format, outputs, depth)};
        const Packed packed = store.next(outputs, depth, weights);
        std::vector<double> exact;
        double loudest = 0;
        for (int r = 0; r < rows; ++r) {
          for (int o = 0; o < outputs; ++o) {
            double sum = 0, loud = 0;
            for (int k = 0; k < depth; ++k) {
              const double one = static_cast<double>(packed.at(o, k)) * in[static_cast<std::size_t>(r * depth + k)];
              sum += one;
              loud += std::abs(one);
            }
            exact.push_back(sum);
            loudest = std::max(loudest, loud);
          }
        }
        std::vector<float> together(exact.size());
        multiply(packed, 0, packed.panels(), input.view(), together.data(), static_cast<std::size_t>(outputs));
        // What the input loses by being rounded is at most half a step of each product.
        const double allowed = format == Format::q4     ? loudest / 60
                               : format == Format::int8 ? loudest / 15'000
                                                        : loudest / 1e6;
        CHECK(furthest(together, exact) < allowed);

        // The same to the last bit row by row, and panel by panel, however far ahead weights are fetched.
        for (int r = 0; r < rows; ++r) {
          std::vector<float> alone(static_cast<std::size_t>(outputs));
          for (int panel = 0; panel < packed.panels(); ++panel)
            multiply(packed, panel, 1, input.view().rows(r, 1), alone.data(), static_cast<std::size_t>(outputs));
          const float* const expected = together.data() + static_cast<std::size_t>(r * outputs);
          CHECK(std::memcmp(alone.data(), expected, alone.size() * sizeof(float)) == 0);
          for (const Foresight foresight : kForesights) {
            relyOn(foresight);
            std::ranges::fill(alone, 0.0f);
            multiply(packed, 0, packed.panels(), input.view().rows(r, 1), alone.data(), alone.size());
            CHECK(std::memcmp(alone.data(), expected, alone.size() * sizeof(float)) == 0);
          }
          relyOn(Foresight::processors);
        }
      }
    }
  });
}

TEST_CASE("A matrix in pieces is multiplied piece by piece, on every vector unit") {
  onEveryVectorUnit([] {
    INFO(vectorUnit());
    for (const auto& [outputs, depth, units, strands] :
         {std::array{192, 256, 2, 3}, {128, 704, 4, 1}, {330, 170, 2, 1}, {130, 150, 4, 1}}) {
      for (const Format format : kFormats) {
        INFO(std::string{nameOf(format)} << " " << outputs << " x " << depth << " in " << units);
        const int rows = 19;
        const auto wide = static_cast<std::size_t>(outputs), all = wide * rows;
        const Floats weights = someNumbers(wide * static_cast<std::size_t>(depth), 1, 0.05);
        const Floats in = someNumbers(static_cast<std::size_t>(rows * depth), 2, 3);
        const std::array sheets{Sheet{outputs, depth, Sheet::Cut::outputs, strands},
                                Sheet{outputs, depth, Sheet::Cut::depth}};
        const std::size_t bytes = PackedStore::bytesFor(format, sheets, units);
        PackedStore store{format, bytes + packedBytes(format, outputs, depth)};
        const Packed whole = store.next(outputs, depth, weights);
        const std::vector<Packed> cut = store.next(sheets, units);
        CHECK(cut[0].bytes() + cut[1].bytes() == bytes);
        CHECK_THROWS_AS(store.next(1, 1), std::logic_error);  // no byte too many
        for (const Packed& matrix : cut) store.fill(matrix, weights);
        std::vector<float> expected(all), made(all), part(all);

        // What is cut has the same weights where groups are the same, and nearly the same elsewhere.
        double furthestWeight = 0;
        for (const Packed& matrix : cut) {
          for (int o = 0; o < outputs; ++o) {
            for (int k = 0; k < depth; ++k)
              furthestWeight =
                  std::max(furthestWeight, std::abs(static_cast<double>(matrix.at(o, k) - whole.at(o, k))));
          }
        }
        CHECK(furthestWeight <= (format == Format::int8 ? 0.05 / 120 : 0));

        // Cut in outputs it comes to the same, panel by panel or all together.
        const Input input{format, in, rows, {depth}};
        multiply(whole, 0, whole.panels(), input.view(), expected.data(), wide);
        multiply(cut[0], 0, whole.panels(), input.view(), made.data(), wide);
        CHECK(made == expected);
        for (int panel = 0; panel < whole.panels(); ++panel)
          multiply(cut[0], panel, 1, input.view(), part.data(), wide);
        CHECK(part == expected);

        // Cut in depth, to the sum of what its pieces come to, in their order; and row by row to the same.
        std::vector<int> depths;
        for (const Packed& piece : cut[1].pieces) depths.push_back(piece.depth);
        const Input inputs{format, in, rows, depths};
        std::vector<double> exact(all);
        std::vector<float> sum(all);
        InputView view = inputs.view();
        for (std::size_t i = 0; i < depths.size(); ++i) {
          const Packed& piece = cut[1].pieces[i];
          multiply(piece, 0, piece.panels(), view, part.data(), wide);
          for (std::size_t o = 0; o < all; ++o) sum[o] = i == 0 ? part[o] : sum[o] + part[o];
          view = view.behind(format, groupsFor(format, piece.depth));
        }
        multiply(cut[1], 0, whole.panels(), inputs.view(), made.data(), wide);
        CHECK(made == sum);
        for (int panel = 0; panel < whole.panels(); ++panel) {
          for (int r = 0; r < rows; ++r)
            multiply(cut[1], panel, 1, inputs.view().rows(r, 1), part.data() + static_cast<std::size_t>(r) * wide,
                     wide);
        }
        CHECK(part == sum);
        double loudest = 0;
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t o = 0; o < wide; ++o) {
            double loud = 0;
            for (int k = 0; k < depth; ++k) {
              const double one = static_cast<double>(cut[1].at(static_cast<int>(o), k)) *
                                 in[r * static_cast<std::size_t>(depth) + static_cast<std::size_t>(k)];
              exact[r * wide + o] += one;
              loud += std::abs(one);
            }
            loudest = std::max(loudest, loud);
          }
        }
        CHECK(furthest(sum, exact) < loudest / (format == Format::q4 ? 60 : format == Format::int8 ? 15'000 : 1e6));
      }
    }
  });
}

TEST_CASE("What happens between the products is what its formulas say, on every vector unit") {
  onEveryVectorUnit([] {
    INFO(vectorUnit());
    for (const int width : {1, 5, 16, 77, 256}) {
      INFO(width);
      const auto size = static_cast<std::size_t>(width);
      const Floats in = someNumbers(size, 3, 20), weight = someNumbers(size, 4), bias = someNumbers(size, 5);
      Floats out(size);
      std::vector<double> exact(size);
      double sum = 0, squares = 0;
      for (const float x : in)
        sum += static_cast<double>(x), squares += static_cast<double>(x) * static_cast<double>(x);
      const double mean = sum / width, spread = std::sqrt(squares / width - mean * mean + 1e-5);
      for (std::size_t i = 0; i < size; ++i)
        exact[i] = (in[i] - mean) / spread * static_cast<double>(weight[i]) + static_cast<double>(bias[i]);
      toLevel(in.data(), weight.data(), bias.data(), 1e-5f, out.data(), width);
      if (width > 1) CHECK(furthest(out, exact) < 1e-4);
      for (std::size_t i = 0; i < size; ++i)
        exact[i] = static_cast<double>(in[i]) / std::sqrt(squares / width + 1e-6) * static_cast<double>(weight[i]);
      toUnit(in.data(), weight.data(), 1e-6f, out.data(), width);
      CHECK(furthest(out, exact) < 1e-5);
      for (std::size_t i = 0; i < size; ++i)
        exact[i] = in[i] / (1 + std::exp(-static_cast<double>(in[i]))) * static_cast<double>(bias[i]);
      out = in;
      gated(out.data(), bias.data(), width);
      CHECK(furthest(out, exact) < 1e-5);
    }
  });
}

namespace {

/// What a head remembers, in pages that end with the last place, as if what is behind it were being written.
struct Memories {
  Memories(Memory memory, int width, std::span<const float> keys, std::span<const float> values, int pageLength) {
    const std::size_t row = rowBytes(memory, width), wide = static_cast<std::size_t>(width);
    const std::size_t many = keys.size() / wide - 1, length = static_cast<std::size_t>(pageLength);
    keyRows.resize((many + length) * 2 * row);
    valueRows.resize(keyRows.size());
    own.resize(2 * row);
    past = {memory, width, keyRows.data(), valueRows.data(), 2 * length * row, pageLength, static_cast<int>(many)};
    std::size_t end = 0;
    for (std::size_t i = 0; i < many; ++i) {
      const std::size_t at = (i / length * 2 * length + i % length) * row;
      remember(keys.data() + i * wide, width, memory, keyRows.data() + at);
      remember(values.data() + i * wide, width, memory, valueRows.data() + at);
      end = at + row;
    }
    for (Aligned<std::byte>* rows : {&keyRows, &valueRows}) {
      rows->resize(end);
      rows->shrink_to_fit();
    }
    past.keys = keyRows.data();
    past.values = valueRows.data();
    remember(keys.data() + many * wide, width, memory, own.data());
    remember(values.data() + many * wide, width, memory, own.data() + row);
  }
  std::vector<float> heard(const Floats& query) const {
    std::vector<float> scores(static_cast<std::size_t>(past.length) + 1 + kPanel), out(query.size());
    lookBack(past, own.data(), own.data() + own.size() / 2, query.data(), scores.data(), out.data());
    return out;
  }

  Aligned<std::byte> keyRows{}, valueRows{}, own{};
  Past past{};
};

}  // namespace

TEST_CASE("Looking back finds what was remembered, on every vector unit") {
  onEveryVectorUnit([] {
    for (const Memory memory : {Memory::f32, Memory::f16}) {
      for (const int width : {4, 16, 24, 64, 72}) {
        for (const int places : {1, 2, 15, 16, 17, 18, 70, 150}) {
          CAPTURE(width, places);
          const std::size_t wide = static_cast<std::size_t>(width), all = static_cast<std::size_t>(places) * wide;
          const Floats keys = someNumbers(all, 6), values = someNumbers(all, 7), query = someNumbers(wide, 8);
          std::vector<double> exact(wide);
          double sum = 0;
          for (std::size_t from = 0; from < all; from += wide) {
            const double weight = std::exp(std::inner_product(query.begin(), query.end(), keys.data() + from, 0.0));
            sum += weight;
            for (std::size_t i = 0; i < wide; ++i) exact[i] += weight * static_cast<double>(values[from + i]);
          }
          for (double& one : exact) one /= sum;
          const std::vector<float> heard = Memories{memory, width, keys, values, 256}.heard(query);
          const double little = memory == Memory::f32 ? 1e-5 : 1e-2;
          CHECK(furthest(heard, exact) < little);
          CHECK(Memories{memory, width, keys, values, 7}.heard(query) == heard);                    // to the last bit
          CHECK(furthest(Memories{memory, width, keys, values, 16}.heard(query), exact) < little);  // some at once
        }
      }
    }
    // Louder than f16 can say: as loud as it can, never infinite.
    const Floats quiet(1), loud(1, 1e9f);
    CHECK(Memories{Memory::f16, 1, quiet, loud, 1}.heard(quiet).front() == 65504.0f);
  });
}

SCENARIO("Packed weights come back from their file, or not at all") {
  const auto path = std::filesystem::temp_directory_path() / "antiphon-packed-test.int8.packed";
  std::vector<std::byte> bytes(100'000), back(bytes.size());
  Dice dice = Dice::from(8);
  for (std::byte& one : bytes) one = static_cast<std::byte>(dice.below(256));
  writePackedFile(path, Format::int8, 77, bytes);
  THEN("they are the same") {
    CHECK(readPackedFile(path, Format::int8, 77, back));
    CHECK(back == bytes);
  }
  THEN("another checkpoint, format or size does not find them") {
    CHECK_FALSE(readPackedFile(path, Format::int8, 78, back));
    CHECK_FALSE(readPackedFile(path, Format::q4, 77, back));
    CHECK_FALSE(readPackedFile(path, Format::int8, 77, std::span{back}.first(99'999)));
    CHECK_FALSE(readPackedFile(path.string() + ".none", Format::int8, 77, back));
  }
  WHEN("the file is damaged") {
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(5'000);
    file.put(static_cast<char>(std::to_integer<int>(bytes[5'000 - 48]) ^ 1));
    file.close();
    THEN("it is not believed") { CHECK_FALSE(readPackedFile(path, Format::int8, 77, back)); }
  }
  WHEN("the file breaks off") {
    std::filesystem::resize_file(path, 50'000);
    THEN("it is not believed") { CHECK_FALSE(readPackedFile(path, Format::int8, 77, back)); }
  }
  THEN("a place that cannot be written is said in one line") {
    CHECK_THROWS_WITH(writePackedFile("/nowhere/at/all.packed", Format::int8, 1, bytes),
                      Catch::Contains("/nowhere/at/all.packed") && !Catch::Contains("\n"));
  }
  std::filesystem::remove(path);
}
