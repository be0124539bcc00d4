#include "synth/node.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::synth {

Signals silentSignals(int groups) {
  const std::size_t count = static_cast<std::size_t>(groups) * kPerGroup;
  Signals signals{static_cast<float*>(::operator new[](count * sizeof(float), std::align_val_t{64}))};
  std::fill_n(signals.get(), count, 0.0f);
  return signals;
}

Cable::Cable(Node* giver, int outletIndex, Node* taker, int inletIndex, bool closesLoop)
    : from{giver}, outlet{outletIndex}, to{taker}, inlet{inletIndex}, late{closesLoop} {
  if (late) past = silentSignals(giver->groups);
}

Node::Node(NodeId which, std::string called, const ModuleType& kind, const Place& place,
           const std::vector<double>& values)
    : id{which},
      name{std::move(called)},
      type{kind},
      groups{place.groups},
      voices{place.voices},
      recording{place.recording},
      code{place.code},
      module{kind.make(place)} {
  for (const double value : values) knobs.emplace_back(static_cast<float>(value));
  for (const Inlet& inlet : type.inlets) {
    mixedGroups.push_back(inlet.each ? kMostGroups : groups);
    mixed.push_back(silentSignals(mixedGroups.back()));
  }
  hears.resize(type.inlets.size());
  direct.reserve(type.inlets.size());
  mixes.reserve(type.inlets.size());
  for (std::size_t i = 0; i < type.outlets.size(); ++i) {
    made.push_back(silentSignals(groups));
    makes.push_back({made.back().get()});
  }
}

Heard Node::heard(int outlet) const {
  const Made& said = makes[static_cast<std::size_t>(outlet)];
  const int many = said.summed ? 1 : groups;
  return {said.data, said.steady ? std::size_t{0} : kLanes, many > 1 ? kPerGroup : 0, many, voices, true};
}

}  // namespace antiphon::synth
