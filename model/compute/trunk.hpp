// What all our transformers have in common: layers of looking back and feeding forward, and what they remember.
//
//   each layer, with level(v) as the plan says, by root mean square alone or with mean and bias:
//     q, k, v = qkv * level(x)               each head of q and k: to unit when the plan says so, then turned (RoPE)
//     x += out * attention(q, k, v), scores times scoreScale
//     x += down * (silu(gate * y) . (up * y)),  y = level(x)
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "model/compute/crew.hpp"
#include "model/compute/kernels.hpp"
#include "model/compute/store.hpp"

namespace antiphon::compute {

struct Norm {
  Floats weight{};
  Floats bias{};  // empty: by root mean square, without mean
};
void level(const Norm& norm, float epsilon, const float* in, float* out);

struct TrunkLayer {
  Norm attentionNorm{};
  Packed qkv{};
  Packed out{};
  Norm forwardNorm{};
  Packed gate{};
  Packed up{};
  Packed down{};
};

struct TrunkPlan {
  int width = 0;
  int heads = 1;
  int hidden = 0;
  float epsilon = 1e-6f;
  bool unitKeys = false;
  float scoreScale = 1;
  int turns = 1;  // a head's width is cut into so many stretches; in each, the first half is turned against the second
  Memory memory = Memory::f16;

  int headWidth() const { return width / heads; }
};

/// Whether a product replaces what is there, or is added to it.
enum class Into : bool { replace, add };

/// All memory is taken in the constructor; what was never remembered takes up none, as far as the system allows.
/// However steps are split among calls of think(), and however many help, the outcome is the same to the last bit.
class Trunk {
 public:
  static constexpr int kBlock = 48;  // rows that go through a layer together

  /// `layers` and what they point to must stay. `widest` is the most outputs of any matrix multiplied beside the
  /// layers.
  Trunk(const TrunkPlan& plan, const std::vector<TrunkLayer>& layers, int capacity, std::shared_ptr<Crew> crew,
        int widest);
  ~Trunk();
  Trunk(const Trunk&) = delete;
  Trunk& operator=(const Trunk&) = delete;

  int length() const { return length_; }
  int capacity() const { return capacity_; }

  /// Where a row goes in and comes out: 0 .. kBlock - 1.
  float* row(int index) { return x_.data() + at(index) * at(plan_.width); }
  /// How far a row's pairs are turned: headWidth / 2 cosines and sines, stretch after stretch.
  float* cosine(int index) { return cosine_.data() + at(index) * half(); }
  float* sine(int index) { return sine_.data() + at(index) * half(); }
  /// Takes that many rows through all layers; there must be room for them.
  void think(int rows);
  /// There must be as much.
  void rollBack(int length) { length_ = length; }

  /// A matrix beside the layers, for one row.
  void multiply(const Packed& matrix, const float* in, float* out, Into into);

 private:
  static constexpr int kPage = 256;  // places, a multiple of kPanel

  enum class Kind : std::uint8_t { product, gates, listening };
  /// A job for the crew, with all that it reads.
  struct Job final : Order {
    void part(PartOfShare part, int hand) const override;
    Trunk* trunk = nullptr;
    Kind kind = Kind::product;
    int units = 1, parts = 1;                    // panels or heads in all; parts of a share
    std::array<int, kMostHelpers + 2> begins{};  // the first unit of each share, and where the last one ends
    const Packed* matrix = nullptr;              // of gates: gate
    const Packed* second = nullptr;              // up
    float* out = nullptr;  // where the leader may write what is to come of it; nothing: into its own memory
    std::size_t outStride = 0;
    int layer = 0, place = 0, rows = 1;
    InputView in{};
    Floats numbers{};
    Aligned<std::int16_t> whole{};
    Aligned<std::int8_t> coarse{};
    Floats scales{};
    Aligned<std::int32_t> sums{};
  };

  struct Stretch {
    int first, count;
  };
  /// Where the outputs of a hand lie: in the end's place, or in the hand's own memory.
  struct Made {
    float* out;
    std::size_t stride;
  };

  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  std::size_t half() const { return at(plan_.headWidth() / 2); }
  std::byte* keys(int place, int layer, int head);
  std::byte* values(int place, int layer, int head);
  Job& fresh(Kind kind, int rows);
  void give(Job& job, Format format, const float* in, std::size_t stride, int depth);
  void product(const Packed& matrix, const float* in, std::size_t inStride, int rows, float* out, std::size_t outStride,
               Into into);
  void gates(const TrunkLayer& layer, const float* in, int rows);
  void attention(int layer, int rows);
  void listen(const Job& job, int head, int hand);
  void run(Job& job, std::size_t bytes);
  Stretch stretchOf(const Job& job, PartOfShare part) const;
  Made madeBy(const Job& job, int hand, int outputs);
  void collect(const Job& job, int outputsEach, int outputs, float* out, std::size_t outStride, Into into);

  TrunkPlan plan_;
  const std::vector<TrunkLayer>& layers_;
  int capacity_;
  int length_ = 0;
  std::shared_ptr<Crew> crew_;
  Store store_;  // of each page, layer and head: keys as [kPage / 32][headWidth][32], values as [panels][kPage][32]
  std::size_t keyNumbers_, headNumbers_;
  std::vector<std::unique_ptr<Job>> jobs_{};  // one more than may be astray
  std::vector<Floats> hands_{};               // what each hand makes
  std::vector<Floats> scores_{};              // of each hand
  Floats cosine_, sine_;
  Floats x_, level_, qkv_, gate_;  // [kBlock][width, width, 3 width, hidden]
};

}  // namespace antiphon::compute
