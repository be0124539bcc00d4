// Units of thinking: what a hand does of a row from end to end before hands meet. A head, from its query to what it
// adds to the row; a section of the hidden numbers, from their gates to the same. The weights of a unit lie together,
// as they are read: it is one stretch of memory for the hand whose unit it is, and stays in that hand's cache. What the
// units come to is summed up in their order, so it is the same however many hands there are.
//
// Matrices are cut where that pays: a small one is multiplied before another hand has heard of it, and with units that
// take long, waiting for the last one costs more than meeting more often.
#pragma once

#include "model/compute/packed_store.hpp"

namespace antiphon::compute {

inline constexpr int kFeedUnits = 4;  // at most

struct Attention {
  Packed qkv{};
  Packed out{};
};
Attention placeAttention(PackedStore& store, int width, int heads);
std::size_t attentionBytes(Format format, int width, int heads);

enum class Gates : std::uint8_t { alone, withUp };
struct Feeding {
  Packed gate{};
  Packed up{};
  Packed down{};
};
Feeding placeFeeding(PackedStore& store, int width, int hidden, Gates gates);
std::size_t feedingBytes(Format format, int width, int hidden, Gates gates);

}  // namespace antiphon::compute
