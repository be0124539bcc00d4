// What all our transformers have in common: layers of looking back and feeding forward, and what they remember.
//
//   each layer, with level(v) as the plan says, by root mean square alone or with mean and bias:
//     q, k, v = qkv * level(x)               each head of q and k: to unit when the plan says so, then turned (RoPE)
//     x += out * attention(q, k, v), scores times scoreScale
//     x += down * (silu(gate * y) . (up * y)),  y = level(x)
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "model/compute/crew.hpp"
#include "model/compute/kernels.hpp"
#include "model/compute/store.hpp"
#include "model/compute/units.hpp"

namespace antiphon::compute {

struct Norm {
  Floats weight{};
  Floats bias{};  // empty: by root mean square, without mean
};
void level(const Norm& norm, float epsilon, const float* in, float* out);

struct TrunkLayer {
  Norm attentionNorm{};
  Attention attention{};
  Norm forwardNorm{};
  Feeding feeding{};
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
/// Matrices that are cut into units (units.hpp) are thought of by units when it is a single row.
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
  void rollBack(int length);

  /// Matrices beside the layers, for one row: a product alone, and onto += down * (silu(gate * in) . (up * in)).
  void multiply(const Packed& matrix, const float* in, float* out, Into into);
  void feed(const Feeding& feeding, const float* in, float* onto);

 private:
  static constexpr int kPage = 256;                                  // places
  static constexpr std::size_t kAloneBytes = std::size_t{48} << 10;  // a smaller job is done before help has come

  /// Rows as a matrix wants them.
  struct Input {
    Input(std::size_t rows, int deepest, int pieces);
    const InputView& take(const Packed& matrix, const float* in, std::size_t stride, int rows);
    void take(const Packed& part, const float* in, std::size_t row, std::size_t group);
    InputView view{};
    Floats numbers{};
    Aligned<std::int16_t> whole{};
    Aligned<std::int8_t> coarse{};
    Floats scales{};
    Aligned<std::int32_t> sums{};
  };

  // What many rows do job by job, a single one does in longer jobs, unit by unit.
  enum class Kind : std::uint8_t { product, gates, listening, heads, feeding };
  /// A job for the crew, with all that it reads.
  struct Job final : Order {
    Job(Trunk& of, std::size_t most, int deepest);
    void part(PartOfShare part, int hand) const override;
    void bring(PartOfShare part, int by, int hand) const override {
      trunk->bring(*this, trunk->stretchOf(*this, part), by, hand);
    }
    const Order* join(int hand) const override { return trunk->join(*this, hand); }
    const Order* next(int hand) const override { return trunk->next(*this, hand); }
    Trunk* trunk;
    Kind kind = Kind::product;
    int units = 1;                               // in all; of products panels
    bool isEven = false;                         // its parts are of the same length
    std::array<int, kMostHelpers + 2> begins{};  // the first unit of each share, and where the last one ends
    const Packed* matrix = nullptr;              // of gates: gate; of heads: q, k and v
    const Packed* second = nullptr;              // up, if there is one
    const Packed* last = nullptr;                // the way out
    float* out = nullptr;                        // where it is to come; of heads and of feeding to a hand's own sum
    std::size_t outStride = 0;
    Into into = Into::replace;
    int layer = 0, place = 0, rows = 1;
    std::size_t side = 0;  // of heads and feeding: where addends go
    Input in;
    Floats queries{};  // of listening
    Floats turns{};    // of heads: cosines, then sines
    Floats row{};      // that goes on: as it was before this
  };

  /// Memory of a hand's own.
  struct Hand {
    Hand(Trunk& of, std::size_t numbers, std::size_t places, int deepest);
    Floats made;
    Floats scores;
    Input in;  // for the way out
    // Two of each in turn: others may still read what was made before.
    std::array<Floats, 2> addends{};  // what units add to a row, each as wide as the row
    std::array<Aligned<std::byte>, 2>
        known{};  // of the place that is thought of: what heads remember, a key and a value
    Floats sum;   // of a row's units, whoever made them
    Floats level;
    Job job;  // of a helper that goes on by itself
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
  int mostUnits() const { return std::max(plan_.heads, kFeedUnits); }
  std::size_t half() const { return at(plan_.headWidth() / 2); }
  Job& fresh(Kind kind, int rows);
  void product(const Packed& matrix, const float* in, std::size_t inStride, int rows, float* out, std::size_t outStride,
               Into into);
  void gates(const Feeding& feeding, const float* in, int rows);
  void feedForward(const Feeding& feeding, const float* in, int rows, float* onto);
  void run(Job& job, std::size_t bytes);
  void cut(Job& job, std::size_t bytes) const;
  void foresee(Job& job);
  Soon beginOf(const Job& job, int hand) const;
  static Soon beginOf(const Packed& first, const Packed& last);
  Stretch stretchOf(const Job& job, PartOfShare part) const;
  Made madeBy(const Job& job, int hand, int outputs);
  void bring(const Job& job, Stretch units, int by, int hand);
  void collect(const Job& job, Stretch units, int hand);

  // Remembering and looking back (trunk_memory.cpp).
  std::byte* keys(int place, int layer, int head);
  std::byte* values(int place, int layer, int head);
  void attention(int layer, int rows);
  void turn(float* query, float* key, const float* cosine, const float* sine) const;
  void listen(const Job& job, int head, int hand);
  Past past(int place, int layer, int head);
  void growAhead(int rows);

  // A single row, unit by unit (trunk_together.cpp).
  static bool goesByUnits(const Attention& attention) { return !attention.qkv.isWhole(); }
  bool goesByUnits(const Feeding& feeding) const;
  bool goesTogether() const;
  void heads(int layer);
  void feedTogether(const Feeding& feeding, const float* in, float* onto);
  static void feedBy(Job& job, const Feeding& feeding);
  Job& freshTogether(Kind kind);
  std::size_t bytesIn(const Job& job) const;
  void prepare(Job& job, int layer, int hand);
  void runTogether(Job& job);
  const Order* join(const Job& job, int hand);
  const Order* next(const Job& job, int hand);
  Soon beginAfter(const Job& job, int hand) const;
  float* rowOf(int hand) { return hand == 0 ? x_.data() : hands_[at(hand)]->job.row.data(); }
  void catchUp();
  void reclaimAddend(const Job& job, int unit, int hand);
  void lookFrom(const Job& job, int head, int hand);
  void feedFrom(const Job& job, int section, int hand);
  void addUp(const Job& job, Stretch units, int by, int hand);

  TrunkPlan plan_;
  const std::vector<TrunkLayer>& layers_;
  int capacity_;
  int length_ = 0;
  std::shared_ptr<Crew> crew_;
  Store store_;  // of each page, layer and head: [kPage] keys, then [kPage] values
  std::size_t rowBytes_;
  std::vector<std::unique_ptr<Job>> jobs_{};  // one more than may be astray
  std::vector<std::unique_ptr<Hand>> hands_{};
  Floats cosine_, sine_;
  Floats x_, level_, qkv_, gate_;    // [kBlock][width, width, 3 width, hidden]
  std::vector<int> rememberedBy_{};  // whose memory holds what each head made known last
  int unrememberedLayer_ = -1;       // where that is not written down yet
  bool together_;                    // hands go on by themselves through all layers
  std::size_t side_ = 0;             // where the last addends went
  bool helped_ = false;              // a helper made some of them
  // What hands read first of each job since think() began: the next time it will be the same.
  std::vector<std::array<Soon, kMostHelpers + 1>> course_{};
  std::size_t jobsSoFar_ = 0;
};

}  // namespace antiphon::compute
