#include "model/native/decoder.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <string>

#include "model/dice.hpp"

using namespace antiphon;
using namespace antiphon::native;

namespace {

using Vector = std::vector<double>;
using Tensors = std::map<std::string, std::vector<float>>;

/// Nothing left at 0 or 1, and loud enough that every part of the formulas is heard.
std::vector<float> lively(const TensorSpec& spec) {
  if (spec.size.size() > 1) return randomTensor(spec, 7, spec.name == "table" ? 0.3f : 0.2f);
  std::vector<float> values = randomTensor({spec.name, {1, spec.size[0]}}, 8, 0.2f);
  if (spec.name.find("norm") != std::string::npos) {
    for (float& value : values) value += 1;
  }
  return values;
}

/// The formulas of shape.hpp, word for word: no memory, nothing kept.
class Reference {
 public:
  explicit Reference(const Shape& shape) : shape_{shape} {
    for (const TensorSpec& spec : tensors(shape)) all_[spec.name] = lively(spec);
  }

  Vector trunk(const std::vector<Step>& steps) {
    std::vector<Vector> x;
    for (const Step& step : steps) {
      Vector sum(wide(), 0.0);
      for (const Row in : step.in) sum = plus(sum, row(in));
      x.push_back(unit(sum));
    }
    for (int i = 0; i < shape_.layers; ++i) {
      const std::string layer = "layers." + std::to_string(i) + ".";
      std::vector<Vector> queries, keys, values;
      for (std::size_t t = 0; t < x.size(); ++t) {
        const Vector qkv = times(layer + "attention.qkv", scaled(unit(x[t]), layer + "attention.norm"));
        queries.push_back(turned(part(qkv, 0), t, steps[t].time));
        keys.push_back(turned(part(qkv, 1), t, steps[t].time));
        values.push_back(part(qkv, 2));
      }
      for (std::size_t t = 0; t < x.size(); ++t) {
        x[t] = plus(x[t], times(layer + "attention.out", heard(queries[t], keys, values, t)));
        const Vector y = scaled(unit(x[t]), layer + "forward.norm");
        Vector gate = times(layer + "forward.gate", y);
        const Vector up = times(layer + "forward.up", y);
        for (std::size_t j = 0; j < gate.size(); ++j) gate[j] = silu(gate[j]) * up[j];
        x[t] = plus(x[t], times(layer + "forward.down", gate));
      }
    }
    return scaled(unit(x.back()), "norm");
  }

  Vector speak(Vector u, Head head, const std::vector<Row>& said) {
    static const std::array<std::string, kHeads> kNames{"pitch", "length", "velocity", "next"};
    const std::string name = "heads." + kNames[head] + ".";
    for (const Row r : said) u = plus(u, row(r));
    Vector mixed = times(name + "in", scaled(unit(u), name + "norm1"));
    for (double& value : mixed) value = silu(value);
    const Vector z = scaled(unit(plus(u, times(name + "out", mixed))), name + "norm2");
    Vector logits;
    for (int choice = 0; choice < kHeadChoices[head]; ++choice) {
      const Vector r = row(static_cast<Row>(kHeadRow[head] + choice));
      logits.push_back(
          std::inner_product(r.begin(), r.end(), z.begin(),
                             static_cast<double>(all_.at(name + "bias")[static_cast<std::size_t>(choice)])));
    }
    return logits;
  }

 private:
  std::size_t wide() const { return static_cast<std::size_t>(shape_.width); }
  static double silu(double v) { return v / (1 + std::exp(-v)); }
  static Vector plus(Vector a, const Vector& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
  }
  static Vector unit(Vector v) {
    double square = 0;
    for (const double value : v) square += value * value;
    for (double& value : v) value /= std::sqrt(square / static_cast<double>(v.size()) + 1e-6);
    return v;
  }
  Vector scaled(Vector v, const std::string& name) {
    for (std::size_t i = 0; i < v.size(); ++i) v[i] *= static_cast<double>(all_.at(name)[i]);
    return v;
  }
  Vector row(Row r) {
    const auto from = all_.at("table").begin() + static_cast<std::ptrdiff_t>(r) * shape_.width;
    return Vector(from, from + shape_.width);
  }
  Vector times(const std::string& name, const Vector& v) {
    const auto& matrix = all_.at(name);
    Vector out(matrix.size() / v.size(), 0.0);
    for (std::size_t o = 0; o < out.size(); ++o) {
      for (std::size_t k = 0; k < v.size(); ++k) out[o] += static_cast<double>(matrix[o * v.size() + k]) * v[k];
    }
    return out;
  }
  Vector part(const Vector& qkv, std::size_t which) {
    const auto from = qkv.begin() + static_cast<std::ptrdiff_t>(which * wide());
    return Vector(from, from + shape_.width);
  }
  Vector turned(const Vector& v, std::size_t place, int time) {
    const auto width = static_cast<std::size_t>(shape_.headWidth());
    Vector out;
    for (std::size_t head = 0; head < static_cast<std::size_t>(shape_.heads); ++head) {
      const auto from = v.begin() + static_cast<std::ptrdiff_t>(head * width);
      Vector one = unit(Vector(from, from + static_cast<std::ptrdiff_t>(width)));
      for (std::size_t half = 0; half < 2; ++half) {
        const double where = half == 0 ? static_cast<double>(place) : time / 6.0;
        const std::size_t w = width / 2;
        for (std::size_t j = 0; j < w / 2; ++j) {
          const double angle = where * std::pow(1000.0, -static_cast<double>(j) / (static_cast<double>(w) / 2));
          double &a = one[half * w + j], &b = one[half * w + j + w / 2];
          const double x = a, y = b;
          a = x * std::cos(angle) - y * std::sin(angle);
          b = y * std::cos(angle) + x * std::sin(angle);
        }
      }
      out.insert(out.end(), one.begin(), one.end());
    }
    return out;
  }
  Vector heard(const Vector& query, const std::vector<Vector>& keys, const std::vector<Vector>& values,
               std::size_t last) {
    const auto width = static_cast<std::size_t>(shape_.headWidth());
    Vector out(wide(), 0.0);
    for (std::size_t head = 0; head < wide(); head += width) {
      Vector shares;
      double sum = 0;
      for (std::size_t t = 0; t <= last; ++t) {
        double score = 0;
        for (std::size_t i = 0; i < width; ++i) score += query[head + i] * keys[t][head + i];
        shares.push_back(std::exp(score * 12 / static_cast<double>(width)));
        sum += shares.back();
      }
      for (std::size_t t = 0; t <= last; ++t) {
        for (std::size_t i = 0; i < width; ++i) out[head + i] += shares[t] / sum * values[t][head + i];
      }
    }
    return out;
  }

  Shape shape_;
  Tensors all_;
};

std::vector<Step> someSteps(int count, const Shape& shape, std::uint64_t seed) {
  Dice dice{seed};
  std::vector<Step> steps(static_cast<std::size_t>(count));
  int time = 0;
  for (Step& step : steps) {
    for (Row& in : step.in) in = dice.chance(60) ? static_cast<Row>(dice.roll(shape.rows())) : kNothing;
    step.time = time += dice.roll(20);
  }
  return steps;
}

std::vector<float> everything(Decoder& decoder) {
  std::vector<float> all;
  std::vector<Row> said;
  for (int head = 0; head < kHeads; ++head) {
    const auto logits = decoder.speak(static_cast<Head>(head), said);
    all.insert(all.end(), logits.begin(), logits.end());
    said.push_back(static_cast<Row>(kHeadRow[static_cast<std::size_t>(head)] + 3));
  }
  return all;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

const std::vector<Shape> kShapes{{32, 2, 2, 48, 5}, {48, 1, 3, 50, 0}, {40, 3, 1, 17, 2}, {128, 2, 2, 96, 0}};

}  // namespace

TEST_CASE("the decoder does what the formulas say") {
  for (const Shape& shape : kShapes) {
    Reference reference{shape};
    Decoder decoder{std::make_shared<const Weights>(load(shape, lively)), 100};
    const auto steps = someSteps(70, shape, 1);
    decoder.extend(steps);
    const Vector thought = reference.trunk(steps);
    std::vector<Row> said;
    double furthest = 0;
    for (int head = 0; head < kHeads; ++head) {
      const auto ours = decoder.speak(static_cast<Head>(head), said);
      const Vector theirs = reference.speak(thought, static_cast<Head>(head), said);
      REQUIRE(ours.size() == theirs.size());
      double spread = 0;
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        furthest = std::max(furthest, std::abs(theirs[i] - static_cast<double>(ours[i])));
        spread = std::max(spread, std::abs(theirs[i] - theirs[0]));
      }
      REQUIRE(spread > 0.1);  // it does think something
      said.push_back(static_cast<Row>(kHeadRow[static_cast<std::size_t>(head)] + 3 * head + 1));
    }
    REQUIRE(furthest < 1e-4);
  }
}

TEST_CASE("how steps are handed over changes nothing") {
  for (const Shape& shape : kShapes) {
    const auto weights = std::make_shared<const Weights>(load(shape, lively));
    const auto steps = someSteps(130, shape, 2);
    Decoder atOnce{weights, 130};
    atOnce.extend(steps);
    const auto expected = everything(atOnce);
    REQUIRE(rc::check([&] {
      Decoder inParts{weights, 130};
      for (std::size_t at = 0; at < steps.size();) {
        const auto some = std::min(*rc::gen::inRange<std::size_t>(1, 60), steps.size() - at);
        inParts.extend(std::span{steps}.subspan(at, some));
        at += some;
      }
      RC_ASSERT(inParts.length() == 130);
      RC_ASSERT(same(everything(inParts), expected));
    }));
    Decoder oneByOne{weights, 140};
    for (const Step& step : steps) oneByOne.extend({&step, 1});
    oneByOne.extend({});
    REQUIRE(same(everything(oneByOne), expected));
  }
}

TEST_CASE("what was taken back was never there") {
  const Shape shape = kShapes[0];
  const auto weights = std::make_shared<const Weights>(load(shape, lively));
  REQUIRE(rc::check([&] {
    const int kept = *rc::gen::inRange(0, 80), other = *rc::gen::inRange(1, 40), more = *rc::gen::inRange(1, 40);
    auto steps = someSteps(kept, shape, 3);
    Decoder decoder{weights, 120};
    decoder.extend(steps);
    decoder.extend(someSteps(other, shape, 4));
    decoder.rollBack(kept);
    RC_ASSERT(decoder.length() == kept);
    RC_ASSERT_THROWS_AS(decoder.speak(pitchHead, {}), std::logic_error);
    const auto tail = someSteps(more, shape, 5);
    decoder.extend(tail);

    Decoder fresh{weights, 120};
    steps.insert(steps.end(), tail.begin(), tail.end());
    fresh.extend(steps);
    RC_ASSERT(same(everything(decoder), everything(fresh)));
  }));
}

TEST_CASE("a decoder refuses what it cannot do, and is as before") {
  const Shape shape = kShapes[0];
  const auto weights = std::make_shared<const Weights>(load(shape, lively));
  REQUIRE_THROWS_AS((Decoder{nullptr, 10}), std::invalid_argument);
  REQUIRE_THROWS_AS((Decoder{weights, 0}), std::invalid_argument);

  Decoder decoder{weights, 10};
  REQUIRE(decoder.capacity() == 10);
  REQUIRE_THROWS_AS(decoder.speak(pitchHead, {}), std::logic_error);
  decoder.extend(someSteps(6, shape, 1));
  const auto before = everything(decoder);
  REQUIRE_THROWS_AS(decoder.extend(someSteps(5, shape, 2)), std::length_error);
  auto wrong = someSteps(2, shape, 2);
  wrong[1].in[what] = static_cast<Row>(shape.rows());
  REQUIRE_THROWS_AS(decoder.extend(wrong), std::out_of_range);
  REQUIRE_THROWS_AS(decoder.rollBack(7), std::out_of_range);
  REQUIRE_THROWS_AS(decoder.rollBack(-1), std::out_of_range);
  REQUIRE(decoder.length() == 6);
  REQUIRE(same(everything(decoder), before));
  const std::vector<Row> none{static_cast<Row>(shape.rows())};
  REQUIRE_THROWS_AS(decoder.speak(lengthHead, none), std::out_of_range);
  decoder.extend(someSteps(4, shape, 2));
  REQUIRE(decoder.length() == 10);
  REQUIRE_THROWS_AS(decoder.extend(someSteps(1, shape, 2)), std::length_error);
}

TEST_CASE("weights are checked as they come in") {
  const Shape shape = kShapes[0];
  const auto shorter = [](const TensorSpec& spec) {
    auto values = lively(spec);
    if (spec.name == "layers.1.forward.up") values.pop_back();
    return values;
  };
  REQUIRE_THROWS_WITH(load(shape, shorter), Catch::Contains("layers.1.forward.up"));
  const auto hollow = [](const TensorSpec& spec) {
    auto values = lively(spec);
    if (spec.name == "heads.next.bias") values[2] = std::nanf("");
    return values;
  };
  REQUIRE_THROWS_WITH(load(shape, hollow), Catch::Contains("heads.next.bias"));
  REQUIRE_THROWS_AS(load({30, 1, 4, 32, 0}, lively), std::invalid_argument);

  const Weights weights = load(shape, lively);
  const auto up = lively({"layers.1.forward.up", {48, 32}});
  for (int o = 0; o < 48; ++o) {
    for (int k = 0; k < 32; ++k) REQUIRE(weights.layers[1].feeding.up.at(o, k) == up[static_cast<std::size_t>(o * 32 + k)]);
  }
}

TEST_CASE("random weights are the same everywhere") {
  const auto values = randomTensor({"layers.0.attention.out", {100, 100}}, 5, 1.0f);
  double sum = 0, square = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  REQUIRE(std::abs(sum / 1e4) < 0.04);
  REQUIRE(std::abs(square / 1e4 - 1) < 0.06);
  REQUIRE(values == randomTensor({"layers.0.attention.out", {100, 100}}, 5, 1.0f));
  REQUIRE(values != randomTensor({"layers.1.attention.out", {100, 100}}, 5, 1.0f));
  REQUIRE(values != randomTensor({"layers.0.attention.out", {100, 100}}, 6, 1.0f));
  const Weights weights = randomWeights({32, 1, 2, 48, 0}, 3);
  for (std::size_t i = 0; i < 32; ++i) REQUIRE(weights.table[i] == 0.0f);
}
