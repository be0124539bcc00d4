#include "model/compute/units.hpp"

#include <algorithm>
#include <array>

namespace antiphon::compute {
namespace {

constexpr std::size_t kLeastBytes = std::size_t{48} << 10;  // together
constexpr std::size_t kMostBytes = std::size_t{160} << 10;  // each

struct Plan {
  std::vector<Sheet> sheets;
  int units;
};

Plan planned(Format format, std::vector<Sheet> sheets, int units) {
  const std::size_t bytes = PackedStore::bytesFor(format, sheets, 1);
  const bool pays = units > 1 && bytes >= kLeastBytes && bytes / static_cast<std::size_t>(units) <= kMostBytes;
  return {std::move(sheets), pays ? units : 1};
}

Plan attentionPlan(Format format, int width, int heads) {
  const bool inPanels = width % heads == 0 && width / heads % kPanel == 0;
  return planned(format, {{3 * width, width, Sheet::Cut::outputs, 3}, {width, width, Sheet::Cut::depth}},
                 inPanels ? heads : 1);
}

Plan feedingPlan(Format format, int width, int hidden, Gates gates) {
  const Sheet gate{hidden, width, Sheet::Cut::outputs}, down{width, hidden, Sheet::Cut::depth};
  const int units = std::min(kFeedUnits, panelsFor(hidden));
  if (gates == Gates::alone) return planned(format, {gate, down}, units);
  return planned(format, {gate, gate, down}, units);
}

}  // namespace

Attention placeAttention(PackedStore& store, int width, int heads) {
  const Plan plan = attentionPlan(store.format(), width, heads);
  const std::vector<Packed> places = store.next(plan.sheets, plan.units);
  return {places[0], places[1]};
}

std::size_t attentionBytes(Format format, int width, int heads) {
  const Plan plan = attentionPlan(format, width, heads);
  return PackedStore::bytesFor(format, plan.sheets, plan.units);
}

Feeding placeFeeding(PackedStore& store, int width, int hidden, Gates gates) {
  const Plan plan = feedingPlan(store.format(), width, hidden, gates);
  const std::vector<Packed> places = store.next(plan.sheets, plan.units);
  return {places.front(), gates == Gates::withUp ? places[1] : Packed{}, places.back()};
}

std::size_t feedingBytes(Format format, int width, int hidden, Gates gates) {
  const Plan plan = feedingPlan(format, width, hidden, gates);
  return PackedStore::bytesFor(format, plan.sheets, plan.units);
}

}  // namespace antiphon::compute
